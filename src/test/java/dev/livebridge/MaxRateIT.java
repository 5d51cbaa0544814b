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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code live.api.max-rate}, with messages that their producers group. */
class MaxRateIT {
    @RegisterExtension
    static final TestBridge BRIDGE =
            new TestBridge().with("live.api.max-rate", "5").with("live.messages.grouped-by", "producer");

    @Test
    void callsLiveNoMoreOftenThanItMay() throws Exception {
        for (int i = 0; i < 16; i++) {
            BRIDGE.send(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(unique("c")));
        }

        await().until(() -> calls().size() == 16);
        List<Date> times = calls().stream()
                .map(LoggedRequest::getLoggedDate)
                .sorted(Comparator.naturalOrder())
                .toList();
        // between a call and the fifth after it lies a second, less what a clock and a network take
        for (int i = 0; i + 5 < times.size(); i++) {
            assertThat(times.get(i + 5).getTime() - times.get(i).getTime()).isGreaterThan(400);
        }
    }

    private static List<LoggedRequest> calls() {
        return BRIDGE.live().findAll(postRequestedFor(anyUrl()));
    }
}
