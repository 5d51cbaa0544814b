package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A load balancer whose broker is away accepts connections, and closes them. */
@Tag("slow")
class BehindAProxyIT {
    private static final Duration AWAY = Duration.ofSeconds(8);
    private static final Duration BACK = Duration.ofSeconds(12);

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().behindAProxy();

    private final String conversation = unique("conversation");

    @Test
    void isBackSoonAfterTheBroker() throws Exception {
        BRIDGE.send(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"1\"}".formatted(conversation));
        await().until(() -> calls() == 1);

        try (Log log = Log.listen()) {
            BRIDGE.proxy().acceptAndClose();
            BRIDGE.send(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"2\"}".formatted(conversation));
            await().pollDelay(AWAY).atMost(AWAY.multipliedBy(2)).until(() -> true);
            assertThat(calls()).isEqualTo(1);
            assertThat(log.lines()).anyMatch(line -> line.startsWith("the broker is away"));

            BRIDGE.proxy().pass();
            await().atMost(BACK).until(() -> calls() == 2);
            // its connections are cut one after the other, and one may succeed in between
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("the broker is away"))
                    .hasSizeLessThan(3);
            assertThat(log.lines()).anyMatch(line -> line.startsWith("the broker is back"));
        }
    }

    private int calls() {
        return BRIDGE.live()
                .findAll(postRequestedFor(urlEqualTo("/" + conversation + "/client/message")))
                .size();
    }
}
