package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code live.api.max-rate}, with messages that their producers group. */
class MaxRateIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("live.api.max-rate", "5")
            .with("live.messages.grouped-by", "producer")
            .with("live.bots.sales.id", "2000")
            .with("live.bots.sales.token", "sales-t0ken");

    @Test
    void callsLiveNoMoreOftenThanItMay() throws Exception {
        for (int i = 0; i < 16; i++) {
            BRIDGE.send(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(unique("c")));
        }

        await().until(() -> calls().size() == 16);
        isLimited(times("c"));
    }

    @Test
    void countsTheCallsOfEachBot() throws Exception {
        for (int i = 0; i < 8; i++) {
            BRIDGE.send(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(unique("c")));
            BRIDGE.send(
                    MESSAGES,
                    "{\"bot\": \"sales\", \"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(unique("s")));
        }

        await().until(() -> calls().size() == 16);
        isLimited(times("c"));
        isLimited(times("s"));
        // as the first five of each go at once
        List<Date> both = times("");
        assertThat(IntStream.range(0, 11)
                        .mapToObj(i -> both.get(i + 5).getTime() - both.get(i).getTime()))
                .anyMatch(millis -> millis < 400);
    }

    private static void isLimited(List<Date> times) {
        // between a call and the fifth after it lies a second, less what a clock and a network take
        for (int i = 0; i + 5 < times.size(); i++) {
            assertThat(times.get(i + 5).getTime() - times.get(i).getTime()).isGreaterThan(400);
        }
    }

    /** When the calls of conversations with this prefix came. */
    private static List<Date> times(String prefix) {
        return calls().stream()
                .filter(call -> call.getUrl().startsWith("/" + prefix))
                .map(LoggedRequest::getLoggedDate)
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    private static List<LoggedRequest> calls() {
        return BRIDGE.live().findAll(postRequestedFor(anyUrl()));
    }
}
