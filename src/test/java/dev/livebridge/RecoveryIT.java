package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Once Live is well again, all that waits for it goes on, though its next try was minutes away. */
class RecoveryIT {
    private static final String HELD = "live.held";
    /** Less than any wait from the second try on. */
    private static final Duration SOON = Duration.ofSeconds(15);

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("live.consumers", "8")
            .with("live.retry.delay", "60s")
            .with("live.retry.max-delay", "60s")
            .with("live.hold.after", "1s");

    @Test
    void goesOnAtOnceWithAllThatWaits() throws Exception {
        goesOnAtOnce(status(503));
    }

    /** What was asked of several conversations was asked because of the outage. */
    @Test
    void takesNoRetryAfterBeyondTheOutage() throws Exception {
        goesOnAtOnce(status(503).withHeader("Retry-After", "60"));
    }

    private void goesOnAtOnce(ResponseDefinitionBuilder answer) throws Exception {
        // what succeeded just now is no outage
        await().pollDelay(Duration.ofMillis(1_500)).until(() -> true);
        BRIDGE.live().stubFor(post(anyUrl()).willReturn(answer));
        long before = held();
        List<String> conversations =
                IntStream.range(0, 6).mapToObj(i -> unique("conversation")).toList();
        for (String conversation : conversations) {
            BRIDGE.send(MESSAGES, text(conversation));
        }
        // some may share a consumer, and wait behind another
        await().atMost(SOON)
                .until(() -> held() > before
                        && conversations.stream().filter(one -> calls(one) > 0).count() > 2);
        // those that were answered are waiting by now
        await().pollDelay(Duration.ofMillis(1_500)).until(() -> true);

        BRIDGE.live().stubFor(post(anyUrl()).willReturn(okJson("{}")));
        BRIDGE.live().resetRequests();
        // one of them comes to a consumer that waits for nothing
        for (int i = 0; i < 8; i++) {
            BRIDGE.send(MESSAGES, text(unique("another")));
        }
        await().atMost(SOON).until(() -> conversations.stream().allMatch(one -> calls(one) == 1));
        await().until(() -> held() == before);
    }

    @Test
    void honoursTheRetryAfterOfOneConversation() throws Exception {
        String conversation = unique("conversation");
        BRIDGE.live().stubFor(post(path(conversation)).willReturn(status(429).withHeader("Retry-After", "60")));
        BRIDGE.send(MESSAGES, text(conversation));
        await().until(() -> calls(conversation) == 1);
        for (int i = 0; i < 10; i++) {
            BRIDGE.request(MESSAGES, text(unique("another")));
        }

        await().during(Duration.ofSeconds(4)).atMost(SOON).until(() -> calls(conversation) == 1);
    }

    @Test
    void putsBackWhatWaitsWhenTheBridgeStops() throws Exception {
        String conversation = unique("conversation");
        BRIDGE.live().stubFor(post(path(conversation)).willReturn(status(503)));
        BRIDGE.send(MESSAGES, text(conversation));
        await().until(() -> calls(conversation) > 0);

        long start = System.nanoTime();
        BRIDGE.stopBridge();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        BRIDGE.live().stubFor(post(path(conversation)).willReturn(okJson("{}")));
        BRIDGE.live().resetRequests();
        BRIDGE.startBridge();
        await().atMost(SOON).until(() -> calls(conversation) == 1);
    }

    private static String text(String conversation) {
        return "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation);
    }

    private static String path(String conversation) {
        return "/" + conversation + "/client/message";
    }

    private int calls(String conversation) {
        return BRIDGE.live()
                .findAll(postRequestedFor(urlEqualTo(path(conversation))))
                .size();
    }

    /** Messages that wait, those of other tests too. */
    private static long held() {
        return BRIDGE.broker().locateQueue(HELD).getMessageCount();
    }
}
