package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The broker goes away under the bridge, and comes back. */
class ReconnectIT {
    private static final Duration AWAY = Duration.ofSeconds(10);
    private static final Duration BACK = Duration.ofSeconds(30);
    private static final int MESSAGES_EACH = 50;

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().with("live.retry.max-attempts", "2");

    private final String conversation = unique("conversation");

    @Test
    void goesOnWhenTheBrokerIsBackAndSaysLittleMeanwhile() throws Exception {
        slowly();
        drop(0);
        await().until(() -> texts().size() > 3);

        List<String> lines;
        try (Log log = Log.listen()) {
            BRIDGE.stopBroker();
            // long enough for several tries of all that connects
            Thread.sleep(AWAY.toMillis());
            BRIDGE.restartBroker();
            drop(MESSAGES_EACH);
            await().atMost(BACK).until(() -> distinct(texts()).size() == 2 * MESSAGES_EACH);
            await().atMost(BACK).until(() -> told(log, "the broker is back"));
            lines = List.copyOf(log.lines());
        }

        assertThat(distinct(texts()))
                .isEqualTo(IntStream.range(0, 2 * MESSAGES_EACH)
                        .mapToObj(Integer::toString)
                        .toList());
        assertThat(lines)
                .filteredOn(line -> line.contains("the broker is away"))
                .hasSize(1);
        assertThat(lines)
                .filteredOn(line -> line.contains("the broker is back"))
                .hasSize(1);
        assertThat(lines).hasSizeLessThan(30);
    }

    private void slowly() {
        BRIDGE.live()
                .stubFor(com.github.tomakehurst.wiremock.client.WireMock.post(anyUrl())
                        .willReturn(com.github.tomakehurst.wiremock.client.WireMock.okJson("{}")
                                .withFixedDelay(30)));
    }

    private void drop(int from) throws Exception {
        for (int i = from; i < from + MESSAGES_EACH; i++) {
            BRIDGE.send(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"%d\"}".formatted(conversation, i));
        }
    }

    private List<String> texts() {
        return BRIDGE.live().findAll(postRequestedFor(urlEqualTo("/" + conversation + "/client/message"))).stream()
                .map(LoggedRequest::getBodyAsString)
                .map(body -> body.replaceAll(".*\"value\"\\s*:\\s*\"(\\d+)\".*", "$1"))
                .toList();
    }

    /** In the order in which each came first. */
    private static List<String> distinct(List<String> texts) {
        return texts.stream().distinct().toList();
    }

    private static boolean told(Log log, String what) {
        return log.lines().stream().anyMatch(line -> line.contains(what));
    }
}
