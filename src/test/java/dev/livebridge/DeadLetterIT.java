package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static dev.livebridge.TestBridge.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.livebridge.jms.JmsProperties;
import jakarta.jms.BytesMessage;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What can't be delivered lies on live.deadletters as it came, with its reason; hostile input is no exception. */
class DeadLetterIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge();

    private static final AtomicInteger DESERIALISED = new AtomicInteger();

    /** Tells when it is deserialised. */
    static final class Gadget implements Serializable {
        private static final long serialVersionUID = 1L;

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            DESERIALISED.incrementAndGet();
        }
    }

    @Test
    void holdsWhatIsKnownOfAMessageThatNoConsumerCanTakeUp() throws Exception {
        String conversation = unique("c");
        BRIDGE.breakStep("take-message", 3);
        TextMessage message =
                BRIDGE.text("{\"conversationId\": \"%s\", \"text\": \"never read\"}".formatted(conversation));
        message.setJMSCorrelationID("of the sender");
        message.setJMSType("chat");
        message.setStringProperty("tenant", "acme");
        String id = BRIDGE.send(MESSAGES, message);
        long began = System.nanoTime();
        JsonNode next = BRIDGE.request(
                MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"behind it\"}".formatted(conversation));

        assertThat(next.at("/status").asText()).isEqualTo("sent");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getStringProperty("liveErrorCode")).isEqualTo("internal-error");
        assertThat(dead.getStringProperty("liveOriginQueue")).isEqualTo(MESSAGES);
        assertThat(dead.getStringProperty("liveOriginMessageId")).isEqualTo(id);
        assertThat(dead.getStringProperty("liveRoute")).isEqualTo("send-message");
        assertThat(dead.getIntProperty("liveAttempts")).isEqualTo(3);
        assertThat(dead.getJMSCorrelationID()).isEqualTo("of the sender");
        assertThat(dead.getJMSType()).isEqualTo("chat");
        assertThat(dead.getStringProperty("tenant")).isEqualTo("acme");
    }

    @Test
    void takesTwoOfTheSameDuplicateId() throws Exception {
        for (String queue : new String[] {CONVERSATIONS, MESSAGES}) {
            TextMessage message = BRIDGE.text("{");
            message.setStringProperty("_AMQ_DUPL_ID", "mine");
            BRIDGE.send(queue, message);
            assertThat(BRIDGE.receive(DEADLETTERS).getStringProperty("liveOriginQueue"))
                    .isEqualTo(queue);
        }
    }

    @Test
    void keepsTheMessageAsItCame() throws Exception {
        String body = "{\"oops\": \"ñ😀\"}";
        TextMessage message = BRIDGE.text(body);
        message.setJMSCorrelationID("mine");
        message.setJMSType("my-type");
        message.setJMSReplyTo(BRIDGE.queue("my-replies"));
        message.setStringProperty("text", "ñ");
        message.setIntProperty("int", 1);
        message.setLongProperty("long", 2);
        message.setShortProperty("short", (short) 3);
        message.setByteProperty("byte", (byte) 4);
        message.setDoubleProperty("double", 5.5);
        message.setFloatProperty("float", 6.5f);
        message.setBooleanProperty("boolean", true);
        message.setStringProperty("JMSXGroupID", "my-group");
        message.setStringProperty("liveErrorCode", "a caller's own");
        message.setStringProperty("liveHttpStatus", "a caller's own");
        String id;
        try (var producer = BRIDGE.session().createProducer(BRIDGE.session().createQueue(MESSAGES))) {
            producer.setPriority(7);
            producer.setTimeToLive(60_000);
            producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
            producer.send(message);
            id = message.getJMSMessageID();
        }

        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(((TextMessage) dead).getText()).isEqualTo(body);
        assertThat(dead.getJMSCorrelationID()).isEqualTo("mine");
        assertThat(dead.getJMSType()).isEqualTo("my-type");
        assertThat(dead.getJMSPriority()).isEqualTo(7);
        assertThat(dead.getJMSReplyTo()).hasToString("ActiveMQQueue[my-replies]");
        assertThat(dead.getJMSExpiration()).isZero();
        assertThat(dead.getJMSDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
        assertThat(dead.getObjectProperty("text")).isEqualTo("ñ");
        assertThat(dead.getObjectProperty("int")).isEqualTo(1);
        assertThat(dead.getObjectProperty("long")).isEqualTo(2L);
        assertThat(dead.getObjectProperty("short")).isEqualTo((short) 3);
        assertThat(dead.getObjectProperty("byte")).isEqualTo((byte) 4);
        assertThat(dead.getObjectProperty("double")).isEqualTo(5.5);
        assertThat(dead.getObjectProperty("float")).isEqualTo(6.5f);
        assertThat(dead.getObjectProperty("boolean")).isEqualTo(true);
        assertThat(dead.getStringProperty("JMSXGroupID")).isEqualTo("my-group");

        assertThat(dead.getObjectProperty("liveErrorCode")).isEqualTo("invalid-request");
        assertThat(dead.getStringProperty("liveErrorMessage")).contains("/oops");
        assertThat(dead.getObjectProperty("liveErrorException")).isEqualTo("dev.livebridge.failure.RefusedException");
        assertThat(dead.propertyExists("liveHttpStatus")).isFalse();
        assertThat(dead.propertyExists("liveHttpBody")).isFalse();
        assertThat(dead.getObjectProperty("liveAttempts")).isEqualTo(1);
        assertThat(Instant.parse(dead.getStringProperty("liveFailedAt")))
                .isBetween(Instant.now().minus(Duration.ofMinutes(1)), Instant.now());
        assertThat(dead.getObjectProperty("liveRoute")).isEqualTo("send-message");
        assertThat(dead.getObjectProperty("liveOriginQueue")).isEqualTo(MESSAGES);
        assertThat(dead.getObjectProperty("liveOriginMessageId")).isEqualTo(id);
        assertThat(dead.getObjectProperty("liveUncertain")).isEqualTo(false);
        assertThat(dead.getObjectProperty("liveReplays")).isEqualTo(0);

        Message reply = BRIDGE.receive("my-replies");
        assertThat(reply.getJMSCorrelationID()).isEqualTo("mine");
        assertThat(JmsProperties.of(reply)).doesNotContainKeys("liveErrorCode", "liveErrorMessage", "text", "int");
        assertThat(json(reply).at("/status").asText()).isEqualTo("failed");
    }

    @Test
    void commitsTheDeadLetterWithTheConsumptionOrNeither() throws Exception {
        BRIDGE.breakStep("set-failed", 3);
        String id = BRIDGE.send(CONVERSATIONS, "{}");

        // three times written and rolled back, with the message: one dead letter is left
        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getStringProperty("liveOriginMessageId")).isEqualTo(id);
        assertThat(BRIDGE.receive(EVENTS).getStringProperty("eventName")).isEqualTo("failed");
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
        assertThat(BRIDGE.peek(CONVERSATIONS)).isNull();
    }

    @Test
    void publishesTheFailedEvent() throws Exception {
        String id = BRIDGE.send(CONVERSATIONS, "{}");

        Message event = BRIDGE.receive(EVENTS);
        assertThat(event.getStringProperty("eventName")).isEqualTo("failed");
        assertThat(json(event).at("/data/error/code").asText()).isEqualTo("invalid-request");
        assertThat(json(event).at("/data/request/messageId").asText()).isEqualTo(id);
        BRIDGE.receive(DEADLETTERS);
    }

    @Test
    void namesAllThatIsWrongInOneGo() throws Exception {
        JsonNode reply = BRIDGE.request(CONVERSATIONS, """
                {"groupsId": [1.0], "group": "sales", "typo": 1, "user": {"firstname": "", "extra": [{"A": {}}]}}
                """);

        assertThat(reply.at("/error/details").findValuesAsText("path"))
                .containsExactlyInAnyOrder(
                        "/", "/groupsId/0", "/typo", "/user/hash", "/user/firstname", "/user/extra/0/A");
        BRIDGE.receive(DEADLETTERS);
    }

    @Test
    void cutsALongMessageOfItsReason() throws Exception {
        String name = "ñ".repeat(5_000);
        BRIDGE.send(CONVERSATIONS, "{\"%s\": 1, \"user\": {\"hash\": \"h\", \"firstname\": \"Ana\"}}".formatted(name));

        String message = BRIDGE.receive(DEADLETTERS).getStringProperty("liveErrorMessage");
        assertThat(utf8(message).length).isLessThanOrEqualTo(2048);
    }

    @Test
    void cutsWhatLiveAnsweredAfterTheTokenIsGone() throws Exception {
        BRIDGE.live()
                .stubFor(post(anyUrl())
                        .willReturn(status(422)
                                .withBody("x".repeat(1020) + TestBridge.TOKEN + "_" + TestBridge.TOKEN
                                        + "y".repeat(5_000))));
        BRIDGE.send(MESSAGES, "{\"conversationId\": \"c\", \"text\": \"Hi\"}");

        assertThat(BRIDGE.receive(DEADLETTERS).getStringProperty("liveHttpBody"))
                .isEqualTo("x".repeat(1020) + "yyyy");
    }

    static Stream<Named<Body>> hostile() {
        return Stream.of(
                hostile("empty", ""),
                hostile("blank", "  \n "),
                hostile("no JSON", "hello"),
                hostile("no object", "[1]"),
                hostile("null", "null"),
                hostile("unfinished", "{\"user\": {"),
                hostile("trailing content", "{} {}"),
                hostile("duplicate keys", "{\"user\": 1, \"user\": 2}"),
                hostile("NaN", "{\"user\": NaN}"),
                hostile("infinity", "{\"user\": 1e999}"),
                hostile("a number of a gigabyte", "{\"user\": 1e-999999999}"),
                hostile("an integer beyond 64 bits", "{\"user\": 92233720368547758080}"),
                hostile("a lone surrogate", "{\"user\": \"\\ud800\"}"),
                hostile("a raw control character", "{\"user\": \"\u0001\"}"),
                hostile("two million values", "{\"a\": [" + "1,".repeat(2_000_000) + "1]}"),
                hostile("deep nesting", "{\"user\": " + "[".repeat(100_000)),
                hostile("deep nesting, closed", "{\"a\":".repeat(500) + "1" + "}".repeat(500)),
                hostile("comments", "{/* */}"),
                hostile("UTF-16", "{}".getBytes(java.nio.charset.StandardCharsets.UTF_16)),
                hostile("UTF-16 without mark", "{}".getBytes(java.nio.charset.StandardCharsets.UTF_16LE)),
                hostile("Latin-1", "{\"ñ\": 1}".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)),
                hostile("no bytes", new byte[0]));
    }

    interface Body {
        Message message() throws JMSException;
    }

    private static Named<Body> hostile(String name, String text) {
        return Named.of(name, () -> BRIDGE.text(text));
    }

    private static Named<Body> hostile(String name, byte[] bytes) {
        return Named.of(name, () -> BRIDGE.bytes(bytes));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void refusesWhatIsNoCleanJsonObject(Body body) throws Exception {
        for (String queue : new String[] {CONVERSATIONS, MESSAGES}) {
            JsonNode reply = BRIDGE.request(queue, body.message());
            assertThat(reply.at("/error/code").asText()).isEqualTo("invalid-json");
            assertThat(BRIDGE.receive(DEADLETTERS).getStringProperty("liveOriginQueue"))
                    .isEqualTo(queue);
        }
        BRIDGE.live().verify(0, postRequestedFor(anyUrl()));
    }

    static Stream<Named<String>> impossible() {
        return Stream.of(
                Named.of("path as conversation", "{\"conversationId\": \"../../x\", \"text\": \"Hi\"}"),
                Named.of("encoded path as conversation", "{\"conversationId\": \"..%2f\", \"text\": \"Hi\"}"),
                Named.of("a line break after the conversation", "{\"conversationId\": \"c\\n\", \"text\": \"Hi\"}"),
                Named.of(
                        "a placeholder as conversation",
                        "{\"conversationId\": \"{{live.bot.token}}\", \"text\": \"Hi\"}"),
                Named.of("a long conversation", "{\"conversationId\": \"" + "c".repeat(129) + "\", \"text\": \"Hi\"}"),
                Named.of("a hash of 1 MB", "{\"userHash\": \"" + "h".repeat(1 << 20) + "\", \"text\": \"Hi\"}"),
                Named.of("a control character in the hash", "{\"userHash\": \"h\\u0000\", \"text\": \"Hi\"}"),
                Named.of("another type of text", "{\"conversationId\": \"c\", \"text\": 1}"));
    }

    @ParameterizedTest
    @MethodSource("impossible")
    void refusesWhatNoCallCanBeMadeOf(String body) throws Exception {
        JsonNode reply = BRIDGE.request(MESSAGES, body);

        assertThat(reply.at("/error/code").asText()).isEqualTo("invalid-request");
        assertThat(((TextMessage) BRIDGE.receive(DEADLETTERS)).getText()).isEqualTo(body);
        BRIDGE.live().verify(0, postRequestedFor(anyUrl()));
    }

    @Test
    void refusesOneHundredMegabytesOfBrackets() throws Exception {
        BytesMessage brackets = BRIDGE.bytes(utf8("[".repeat(100_000_000)));
        JsonNode reply = BRIDGE.request(MESSAGES, brackets);

        assertThat(reply.at("/error/code").asText()).isEqualTo("invalid-request");
        assertThat(reply.at("/error/message").asText()).contains("live.messages.max-text-size");
        assertThat(((BytesMessage) BRIDGE.receive(DEADLETTERS)).getBodyLength()).isEqualTo(100_000_000);
    }

    @Test
    void refusesAnObjectWithoutDeserialisingIt() throws Exception {
        ObjectMessage message = BRIDGE.session().createObjectMessage(new Gadget());
        DESERIALISED.set(0);
        JsonNode reply = BRIDGE.request(CONVERSATIONS, message);

        assertThat(reply.at("/error/code").asText()).isEqualTo("invalid-request");
        assertThat(BRIDGE.receive(DEADLETTERS)).isInstanceOf(ObjectMessage.class);
        assertThat(DESERIALISED).hasValue(0);
    }

    @Test
    void keepsTheBodiesOfTypesItRefuses() throws Exception {
        MapMessage map = BRIDGE.session().createMapMessage();
        map.setString("user", "Ana");
        StreamMessage stream = BRIDGE.session().createStreamMessage();
        stream.writeString("Ana");
        stream.writeInt(2024);

        assertThat(BRIDGE.request(MESSAGES, map).at("/error/code").asText()).isEqualTo("invalid-request");
        assertThat(((MapMessage) BRIDGE.receive(DEADLETTERS)).getString("user")).isEqualTo("Ana");
        assertThat(BRIDGE.request(MESSAGES, stream).at("/error/code").asText()).isEqualTo("invalid-request");
        StreamMessage dead = (StreamMessage) BRIDGE.receive(DEADLETTERS);
        assertThat(dead.readString()).isEqualTo("Ana");
        assertThat(dead.readInt()).isEqualTo(2024);
        assertThat(BRIDGE.request(MESSAGES, BRIDGE.session().createMessage())
                        .at("/error/code")
                        .asText())
                .isEqualTo("invalid-request");
        BRIDGE.receive(DEADLETTERS);
        assertThat(BRIDGE.request(MESSAGES, BRIDGE.session().createTextMessage())
                        .at("/error/code")
                        .asText())
                .isEqualTo("invalid-request");
        BRIDGE.receive(DEADLETTERS);
    }

    @Test
    void writesADeadLetterThoughAPropertyIsNoneOfJms() throws Exception {
        TextMessage message = BRIDGE.text("{}");
        ((ActiveMQMessage) message).getCoreMessage().putStringProperty("my-prop", "v");
        message.setStringProperty("mine", "v");
        BRIDGE.send(MESSAGES, message);

        assertThat(BRIDGE.receive(DEADLETTERS).getStringProperty("mine")).isEqualTo("v");
        assertThat(BRIDGE.peek(MESSAGES)).isNull();
    }

    @Test
    void keepsTheBytesOfAMessageItHasRead() throws Exception {
        byte[] body = {'{', 0, -1, 127, -128, '}'};
        BRIDGE.send(MESSAGES, BRIDGE.bytes(body));

        BytesMessage dead = (BytesMessage) BRIDGE.receive(DEADLETTERS);
        byte[] kept = new byte[(int) dead.getBodyLength()];
        dead.readBytes(kept);
        assertThat(kept).isEqualTo(body);
    }
}
