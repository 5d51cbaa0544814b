package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.QUEUE_PATH;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import jakarta.jms.Message;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** With live.messages.hold-until-attended, what the user writes waits for an agent; here for 8 s at the most. */
class AttendedIT {
    private static final String HELD = "live.held";

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("live.messages.hold-until-attended", "true")
            .with("live.messages.wait-for-conversation", "3s")
            .with("live.hold.timeout", "8s")
            .with("live.retry.notify-after", "100ms");

    private final String conversation = unique("conversation");
    private final String user = unique("user");
    private final String path = "/" + conversation + "/client/message";
    private long timestamp = 1706293970842633079L;

    @Test
    void waitsForAnAgentAndKeepsItsOrder() throws Exception {
        queue();
        try (Log log = Log.listen()) {
            for (int i = 0; i < 10; i++) {
                BRIDGE.send(MESSAGES, text(i % 2 == 0 ? "conversationId" : "userHash", Integer.toString(i)));
            }
            await().until(() -> waiting() == 10);
            assertThat(calls()).isEmpty();
            assertThat(log.lines()).isEmpty();
        }

        tell("attended");
        BRIDGE.send(MESSAGES, text("userHash", "10"));

        await().until(() -> calls().size() == 11);
        assertThat(texts()).isEqualTo(numbers(11));
        await().until(() -> waiting() == 0);
        assertThat(json(BRIDGE.receive(EVENTS)).at("/name").textValue()).isEqualTo("attended");
        assertThat(BRIDGE.peek(EVENTS)).as("no word of a delay").isNull();
    }

    @Test
    void sendsAtOnceWhereAnAgentIsThereAndAfterATransfer() throws Exception {
        queue();
        tell("attended");
        tell("transfer");

        assertThat(BRIDGE.request(MESSAGES, BRIDGE.text(text("userHash", "Hi")))
                        .at("/status")
                        .textValue())
                .isEqualTo("sent");
        assertThat(JdbcClient.create(
                                BRIDGE.context().getRegistry().lookupByNameAndType("store", javax.sql.DataSource.class))
                        .sql("select target from conversation where conversation_id = ?")
                        .params(conversation)
                        .query(String.class)
                        .single())
                .isEqualTo("7");
    }

    @Test
    void sendsAtOnceToAConversationItHasNeverSeen() throws Exception {
        assertThat(BRIDGE.request(MESSAGES, BRIDGE.text(text("conversationId", "Hi")))
                        .at("/status")
                        .textValue())
                .isEqualTo("sent");
        // what is moved is not queued by the bridge for all that
        tell("transfer");
        assertThat(BRIDGE.request(MESSAGES, BRIDGE.text(text("conversationId", "Hi")))
                        .at("/status")
                        .textValue())
                .isEqualTo("sent");
    }

    @Test
    void sendsAtOnceWhereTheEventOvertookTheAnswerOfTheQueueCall() throws Exception {
        tell("attended");
        queue();

        assertThat(BRIDGE.request(MESSAGES, BRIDGE.text(text("userHash", "Hi")))
                        .at("/status")
                        .textValue())
                .isEqualTo("sent");
    }

    @Test
    void sendsBackWhatWaitedForAConversationThatIsClosedMeanwhile() throws Exception {
        queue();
        BRIDGE.send(MESSAGES, text("conversationId", "0"));
        BRIDGE.send(MESSAGES, text("conversationId", "1"));
        await().until(() -> waiting() == 2);

        tell("close");

        for (int i = 0; i < 2; i++) {
            Message dead = BRIDGE.receive(DEADLETTERS);
            assertThat(dead.getStringProperty("liveErrorCode")).isEqualTo("conversation-closed");
            assertThat(json(dead).at("/text").textValue()).isEqualTo(Integer.toString(i));
        }
        assertThat(calls()).isEmpty();
    }

    @Test
    void givesUpWhatWaitedTooLong() throws Exception {
        queue();
        BRIDGE.send(MESSAGES, text("conversationId", "0"));

        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getStringProperty("liveErrorCode")).isEqualTo("expired");
        assertThat(dead.getStringProperty("liveErrorMessage"))
                .contains("no agent has taken conversation " + conversation);
        assertThat(dead.getIntProperty("liveAttempts")).isEqualTo(1);
        await().until(() -> waiting() == 0);
        assertThat(calls()).isEmpty();
    }

    @Test
    void heedsTheExpiryOfWhatWaits() throws Exception {
        queue();
        try (var producer = BRIDGE.session().createProducer(BRIDGE.session().createQueue(MESSAGES))) {
            producer.setTimeToLive(1_500);
            producer.send(BRIDGE.text(text("conversationId", "0")));
        }
        await().until(() -> waiting() == 1);
        BRIDGE.send(MESSAGES, text("conversationId", "1"));
        int before = BRIDGE.passes("put-back-for-agent");

        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getStringProperty("liveErrorCode")).isEqualTo("expired");
        assertThat(json(dead).at("/text").textValue()).isEqualTo("0");
        // the next one has its turn, and goes on waiting
        await().until(() -> BRIDGE.passes("put-back-for-agent") > before);
        tell("attended");
        await().until(() -> texts().equals(List.of("1")));
    }

    @Test
    void goesOnAfterARestart() throws Exception {
        queue();
        for (int i = 0; i < 3; i++) {
            BRIDGE.send(MESSAGES, text("conversationId", Integer.toString(i)));
        }
        await().until(() -> waiting() == 3);
        BRIDGE.stopBridge();
        BRIDGE.startBridge();

        tell("attended");

        await().until(() -> calls().size() == 3);
        assertThat(texts()).isEqualTo(numbers(3));
    }

    @Test
    void retriesAsEverOnceAnAgentIsThere() throws Exception {
        queue();
        BRIDGE.send(MESSAGES, text("conversationId", "0"));
        await().until(() -> waiting() == 1);
        BRIDGE.live().stubFor(post(path).willReturn(status(500)));

        tell("attended");

        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getStringProperty("liveErrorCode")).isEqualTo("server-error");
        assertThat(dead.getIntProperty("liveAttempts")).isEqualTo(5);
    }

    private void queue() throws Exception {
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH).willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(conversation))));
        BRIDGE.request(CONVERSATIONS, "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}}".formatted(user));
        BRIDGE.receive(EVENTS);
    }

    private void tell(String name) throws Exception {
        assertThat(BRIDGE.postEvent("{\"name\":\"%s\",\"roomId\":\"%s\",\"timestamp\":%d,\"data\":{\"target\":7}}"
                                .formatted(name, conversation, timestamp++))
                        .statusCode())
                .isEqualTo(200);
    }

    private String text(String address, String text) {
        return "{\"%s\": \"%s\", \"text\": \"%s\"}"
                .formatted(address, address.equals("userHash") ? user : conversation, text);
    }

    private static List<String> numbers(int to) {
        return IntStream.range(0, to).mapToObj(Integer::toString).toList();
    }

    private List<LoggedRequest> calls() {
        return BRIDGE.live().findAll(postRequestedFor(urlEqualTo(path)));
    }

    private List<String> texts() {
        return calls().stream()
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

    private static int waiting() throws Exception {
        try (var browser = BRIDGE.session().createBrowser(BRIDGE.session().createQueue(HELD))) {
            int waiting = 0;
            for (var messages = browser.getEnumeration(); messages.hasMoreElements(); messages.nextElement()) {
                waiting++;
            }
            return waiting;
        }
    }
}
