package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The broker goes away under the bridge, and comes back. */
@Tag("slow")
class ReconnectIT {
    private static final Duration AWAY = Duration.ofSeconds(10);
    private static final Duration BACK = Duration.ofSeconds(30);
    private static final int MESSAGES_EACH = 50;

    @Nested
    class WithOneAddress {
        @RegisterExtension
        static final TestBridge BRIDGE = new TestBridge();

        @Test
        void goesOnAndSaysLittle() throws Exception {
            outage(BRIDGE);
        }
    }

    /** The Artemis client reconnects by itself, under the consumers' hands. */
    @Nested
    class WithSeveralAddresses {
        @RegisterExtension
        static final TestBridge BRIDGE = new TestBridge().withJmsUrl("(%s,tcp://127.0.0.1:1)?reconnectAttempts=-1");

        @Test
        void goesOnAndSaysLittle() throws Exception {
            outage(BRIDGE);
        }
    }

    private final String conversation = unique("conversation");

    /** All messages arrive, in their order; the log has a line for the beginning of the outage, and one for its end. */
    private void outage(TestBridge bridge) throws Exception {
        bridge.live().stubFor(post(anyUrl()).willReturn(okJson("{}").withFixedDelay(30)));
        drop(bridge, 0);
        await().until(() -> texts(bridge).size() > 3);

        try (Log log = Log.listen()) {
            bridge.stopBroker();
            // long enough for several tries of all that connects
            await().pollDelay(AWAY).atMost(AWAY.multipliedBy(2)).until(() -> true);
            bridge.restartBroker();
            drop(bridge, MESSAGES_EACH);
            await().atMost(BACK).until(() -> texts(bridge).contains(Integer.toString(2 * MESSAGES_EACH - 1)));

            assertThat(texts(bridge).stream().distinct())
                    .containsExactlyElementsOf(IntStream.range(0, 2 * MESSAGES_EACH)
                            .mapToObj(Integer::toString)
                            .toList());
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("the broker is away"))
                    .hasSize(1);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("the broker is back"))
                    .hasSize(1);
            // the broker of the test says more, as it stops in the middle of its work
            assertThat(log.lines()).filteredOn(line -> !line.startsWith("AMQ")).hasSizeLessThan(20);
        }
    }

    private void drop(TestBridge bridge, int from) throws Exception {
        for (int i = from; i < from + MESSAGES_EACH; i++) {
            bridge.send(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"%d\"}".formatted(conversation, i));
        }
    }

    private List<String> texts(TestBridge bridge) {
        return bridge.live().findAll(postRequestedFor(urlEqualTo("/" + conversation + "/client/message"))).stream()
                .map(LoggedRequest::getBodyAsString)
                .map(body -> body.replaceAll(".*\"value\"\\s*:\\s*\"(\\d+)\".*", "$1"))
                .toList();
    }
}
