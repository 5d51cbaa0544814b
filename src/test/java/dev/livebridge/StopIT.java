package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** However it stands with the broker, a bridge that is told to stop ends in time. */
@Tag("slow")
class StopIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().behindAProxy();

    private static final Duration IN_TIME = Duration.ofSeconds(10);
    private static final int LARGE = 4 << 20;

    @AfterEach
    void startAgain() throws Exception {
        BRIDGE.proxy().pass();
        // what the test has left is for nobody
        for (String queue : new String[] {CONVERSATIONS, MESSAGES}) {
            BRIDGE.broker().locateQueue(queue).deleteAllReferences();
        }
        BRIDGE.startBridge();
    }

    /** Once it has begun to read a body, a consumer waits for the rest. */
    @Test
    void inTheMiddleOfALargeMessage() throws Exception {
        BRIDGE.proxy().fallSilentAfter(LARGE / 4);
        BRIDGE.send(
                CONVERSATIONS, "{\"user\": {\"hash\": \"u1\", \"firstname\": \"%s\"}}".formatted("x".repeat(LARGE)));
        await().until(BRIDGE.proxy()::isSilent);

        assertThat(stop()).isLessThan(IN_TIME);
    }

    @Test
    void withABrokerThatIsSilent() throws Exception {
        BRIDGE.send(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(unique("conversation")));
        await().until(() -> BRIDGE.live().findAll(postRequestedFor(anyUrl())).size() == 1);
        BRIDGE.proxy().fallSilent();

        assertThat(stop()).isLessThan(IN_TIME);
    }

    private static Duration stop() throws Exception {
        long began = System.nanoTime();
        BRIDGE.stopBridge();
        return Duration.ofNanos(System.nanoTime() - began);
    }
}
