package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.QUEUE_PATH;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A conversation that waits by itself is set aside, in order, and its neighbours go on: here all have one consumer. */
class HoldIT {
    private static final String HELD = "live.held";

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("live.consumers", "1")
            .with("live.hold.after", "300ms")
            .with("live.hold.timeout", "8s")
            .with("live.messages.wait-for-conversation", "3s");

    private final String conversation = unique("conversation");
    private final String path = "/" + conversation + "/client/message";
    private final String neighbour = unique("neighbour");

    @BeforeEach
    void oneConversationFails() {
        BRIDGE.live().stubFor(post(path).willReturn(status(503)));
    }

    /** The next test counts what is on the held queue. */
    @AfterEach
    void nothingWaitsAnyMore() {
        BRIDGE.live().stubFor(post(path).willReturn(ok()));
        await().until(() -> waiting(HELD) == 0);
    }

    @Test
    void letsItsNeighboursPassAndKeepsItsOrder() throws Exception {
        send(conversation, "0");
        await().until(() -> !calls(path).isEmpty());
        for (int i = 1; i < 20; i++) {
            send(conversation, Integer.toString(i));
            send(neighbour, Integer.toString(i));
        }

        await().until(() -> calls("/" + neighbour + "/client/message").size() == 19);
        await().until(() -> waiting(HELD) == 20);
        assertThat(texts("/" + neighbour + "/client/message")).isEqualTo(numbers(1, 20));

        BRIDGE.live().resetRequests();
        BRIDGE.live().stubFor(post(path).willReturn(ok()));
        send(conversation, "20");
        await().until(() -> calls(path).size() == 21);
        assertThat(texts(path)).isEqualTo(numbers(0, 21));
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }

    @Test
    void goesOnAfterARestartWithWhatItSetAside() throws Exception {
        setAside(5);
        BRIDGE.stopBridge();
        BRIDGE.live().stubFor(post(path).willReturn(ok()));
        BRIDGE.live().resetRequests();
        BRIDGE.startBridge();
        send(conversation, "5");

        await().until(() -> calls(path).size() == 6);
        assertThat(texts(path)).isEqualTo(numbers(0, 6));
    }

    @Test
    void takesNoTurnFromTheOthersWhenItIsTriedInVain() throws Exception {
        setAside(3);
        int tried = calls(path).size();
        await().until(() -> calls(path).size() > tried + 2);

        // but for a moment, in which one is tried
        await().until(() -> waiting(HELD) == 3);
        assertThat(BRIDGE.request(MESSAGES, text(neighbour, "Hi")).at("/status").asText())
                .isEqualTo("sent");
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }

    @Test
    void deadLettersWhatWaitedTooLong() throws Exception {
        setAside(2);

        for (int i = 0; i < 2; i++) {
            Message dead = BRIDGE.receive(DEADLETTERS);
            assertThat(dead.getStringProperty("liveErrorCode")).isEqualTo("expired");
            assertThat(json(dead).at("/text").asText()).isEqualTo(Integer.toString(i));
            assertThat(dead.getStringProperty("liveOriginQueue")).isEqualTo(MESSAGES);
        }
    }

    @Test
    void holdsOnToAMessageThatIsLarge() throws Exception {
        String large = "x".repeat(300_000);
        setAside(0);
        send(conversation, large);
        await().until(() -> waiting(HELD) == 2);
        BRIDGE.live().stubFor(post(path).willReturn(ok()));

        await().until(() -> texts(path).contains(large));
    }

    @Test
    void honoursTheExpiryOfWhatItHolds() throws Exception {
        setAside(1);
        TextMessage message = BRIDGE.text(text(conversation, "expires"));
        message.setJMSReplyTo(BRIDGE.queue("held-replies"));
        try (var producer = BRIDGE.session().createProducer(BRIDGE.session().createQueue(MESSAGES))) {
            producer.setTimeToLive(1_000);
            producer.send(message);
        }
        await().until(() -> waiting(HELD) == 2);
        await().pollDelay(Duration.ofMillis(1_100)).until(() -> true);
        BRIDGE.live().stubFor(post(path).willReturn(ok()));

        assertThat(BRIDGE.receive(DEADLETTERS).getStringProperty("liveErrorCode"))
                .isEqualTo("expired");
        assertThat(json(BRIDGE.receive("held-replies")).at("/error/code").asText())
                .isEqualTo("expired");
        assertThat(texts(path)).doesNotContain("expires");
    }

    @Test
    void waitsInOrderForAConversationOfItsUser() throws Exception {
        String user = unique("user");
        for (int i = 0; i < 5; i++) {
            BRIDGE.send(MESSAGES, "{\"userHash\": \"%s\", \"text\": \"%d\"}".formatted(user, i));
        }
        await().until(() -> waiting(HELD) == 5);
        BRIDGE.live().stubFor(post(path).willReturn(ok()));
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH).willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(conversation))));
        BRIDGE.request(CONVERSATIONS, "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}}".formatted(user));
        send(conversation, "5");

        await().until(() -> calls(path).size() == 6);
        assertThat(texts(path)).isEqualTo(numbers(0, 6));
    }

    /** One that fails, and so many behind it but one, on the held queue. */
    private void setAside(int messages) throws Exception {
        send(conversation, "0");
        await().until(() -> !calls(path).isEmpty());
        for (int i = 1; i < messages; i++) {
            send(conversation, Integer.toString(i));
        }
        // others get through, so it is the conversation's own fault
        await().until(() -> {
            send(neighbour, "Hi");
            return waiting(HELD) == Math.max(1, messages);
        });
    }

    private static void send(String conversation, String text) throws Exception {
        BRIDGE.send(MESSAGES, text(conversation, text));
    }

    private static String text(String conversation, String text) {
        return "{\"conversationId\": \"%s\", \"text\": \"%s\"}".formatted(conversation, text);
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private static List<LoggedRequest> calls(String path) {
        return BRIDGE.live().findAll(postRequestedFor(urlEqualTo(path)));
    }

    private static List<String> texts(String path) {
        return calls(path).stream()
                .map(call -> {
                    try {
                        return json(call.getBodyAsString())
                                .at("/message/0/value")
                                .asText();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }

    private static int waiting(String name) throws Exception {
        Queue queue = BRIDGE.session().createQueue(name);
        try (var browser = BRIDGE.session().createBrowser(queue)) {
            int waiting = 0;
            for (var messages = browser.getEnumeration(); messages.hasMoreElements(); messages.nextElement()) {
                waiting++;
            }
            return waiting;
        }
    }
}
