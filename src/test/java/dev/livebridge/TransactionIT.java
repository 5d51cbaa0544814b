package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A message leaves its queue when Live has it or the dead-letter queue has it, and for no other reason. */
class TransactionIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("live.api.response-timeout", "20s")
            .with("live.retry.delay", "30s")
            .with("live.retry.max-delay", "30s");

    /** Where messages wait for their consumers, once they have their group. */
    private static final String GROUPED = "live.messages.grouped";

    private final String conversation = unique("conversation");
    private final String path = "/" + conversation + "/client/message";
    private boolean stopped;

    @BeforeEach
    void liveIsAway() {
        BRIDGE.live().stubFor(post(path).willReturn(status(503)));
    }

    @AfterEach
    void startAgain() throws Exception {
        if (stopped) {
            BRIDGE.startBridge();
        }
    }

    @Test
    void goesBackToItsQueueWhenTheBridgeStopsInTheMiddleOfABackoff() throws Exception {
        BRIDGE.send(MESSAGES, text());
        await().until(() -> calls() == 1);

        long began = System.nanoTime();
        stop();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));

        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
        assertThat(waiting()).isEqualTo(1);
        BRIDGE.live().stubFor(post(path).willReturn(ok()));
        BRIDGE.startBridge();
        stopped = false;
        await().until(() -> calls() == 2);
        await().until(() -> waiting() == 0);
    }

    @Test
    void goesBackToItsQueueWhenACallFailsWhileTheBridgeStops() throws Exception {
        BRIDGE.live().stubFor(post(path).willReturn(status(503).withFixedDelay(1_500)));
        BRIDGE.send(MESSAGES, text());
        await().until(() -> calls() == 1);

        stop();

        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
        assertThat(waiting()).isEqualTo(1);
        BRIDGE.receive(GROUPED);
    }

    @Test
    void finishesACallThatIsUnderWayWhenTheBridgeStops() throws Exception {
        BRIDGE.live().stubFor(post(path).willReturn(ok().withFixedDelay(1_500)));
        BRIDGE.send(MESSAGES, text());
        await().until(() -> calls() == 1);

        stop();

        assertThat(waiting()).isZero();
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }

    @Test
    void goesBackToItsQueueWhenItsCallHangsAndTheBridgeStops() throws Exception {
        BRIDGE.live().stubFor(post(path).willReturn(ok().withFixedDelay(15_000)));
        BRIDGE.send(MESSAGES, text());
        await().until(() -> calls() == 1);

        long began = System.nanoTime();
        stop();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));

        assertThat(waiting()).isEqualTo(1);
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
        BRIDGE.receive(GROUPED);
    }

    @Test
    void repliesToNoneOfItsOwnQueues() throws Exception {
        BRIDGE.live().stubFor(post(path).willReturn(ok()));
        for (String own : new String[] {MESSAGES, "live.conversations", DEADLETTERS, "live.events"}) {
            TextMessage message = BRIDGE.text(text());
            message.setJMSReplyTo(BRIDGE.session().createQueue(own));
            BRIDGE.send(MESSAGES, message);
        }

        await().until(() -> calls() == 4);
        await().until(() -> waiting() == 0);
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
        assertThat(BRIDGE.peek("live.events")).isNull();
    }

    private String text() {
        return "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation);
    }

    private void stop() throws Exception {
        stopped = true;
        BRIDGE.stopBridge();
    }

    private int calls() {
        return BRIDGE.live().findAll(postRequestedFor(urlEqualTo(path))).size();
    }

    private static int waiting() throws Exception {
        Queue queue = BRIDGE.session().createQueue(GROUPED);
        try (var browser = BRIDGE.session().createBrowser(queue)) {
            int waiting = 0;
            for (var messages = browser.getEnumeration(); messages.hasMoreElements(); messages.nextElement()) {
                waiting++;
            }
            return waiting;
        }
    }
}
