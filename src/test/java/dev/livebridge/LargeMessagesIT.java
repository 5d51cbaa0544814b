package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static dev.livebridge.TestBridge.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.jms.BytesMessage;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages that the broker streams (over 100 KB): they pass as any other, and so do their dead letters. */
class LargeMessagesIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().withS3().with("live.messages.max-text-size", "1MB");

    private static final JsonMapper JSON = new JsonMapper();
    private static final String LONG_TEXT = "¿Cuál es mi saldo? \"Ñandú\" 😀 ".repeat(5_000);

    private final String conversation = unique("conversation");

    @Test
    void readsALongText() throws Exception {
        String body = JSON.writeValueAsString(Map.of("conversationId", conversation, "text", LONG_TEXT));

        assertThat(BRIDGE.request(MESSAGES, body).at("/status").asText()).isEqualTo("sent");
        assertThat(BRIDGE.request(MESSAGES, BRIDGE.bytes(utf8("\uFEFF" + body)))
                        .at("/status")
                        .asText())
                .isEqualTo("sent");

        assertThat(BRIDGE.live().findAll(postRequestedFor(urlEqualTo("/" + conversation + "/client/message"))))
                .hasSize(2)
                .allSatisfy(call -> assertThat(json(call.getBodyAsString().replace("'", "’"))
                                .at("/message/0/value")
                                .asText())
                        .isEqualTo(LONG_TEXT));
    }

    @Test
    void decodesBase64FromAText() throws Exception {
        byte[] content = new byte[600_000];
        Arrays.fill(content, (byte) 7);

        JsonNode reply = BRIDGE.request(
                MESSAGES,
                JSON.writeValueAsString(Map.of(
                        "conversationId",
                        conversation,
                        "attachments",
                        List.of(Map.of(
                                "name", "a.bin", "content", Base64.getEncoder().encodeToString(content))))));

        assertThat(reply.at("/entries/0/action").asText()).as(reply.toString()).isEqualTo("file");
    }

    @Test
    void readsAStreamHoweverShort() throws Exception {
        BytesMessage message = BRIDGE.session().createBytesMessage();
        message.setObjectProperty(
                "JMS_AMQ_InputStream",
                new ByteArrayInputStream(
                        utf8("{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation))));

        assertThat(BRIDGE.request(MESSAGES, message).at("/status").asText()).isEqualTo("sent");
    }

    @Test
    void readsWhatTheProducerCompressed() throws Exception {
        BRIDGE.sendCompressed(
                MESSAGES,
                BRIDGE.text(JSON.writeValueAsString(Map.of("conversationId", conversation, "text", LONG_TEXT))));
        BRIDGE.sendCompressed(MESSAGES, BRIDGE.bytes(utf8("[" + LONG_TEXT)));

        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getStringProperty("liveErrorCode")).isEqualTo("invalid-json");
        assertThat(new String(dead.getBody(byte[].class), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("[" + LONG_TEXT);
    }

    @Test
    void refusesATextThatIsTooLongAndKeepsItWhole() throws Exception {
        TextMessage message = BRIDGE.text("{\"text\": \"" + LONG_TEXT.repeat(10) + "\"}");
        message.setStringProperty("JMSXGroupID", "a group");
        message.setStringProperty("own", "property");
        message.setJMSCorrelationID("correlation");
        message.setJMSType("type");

        JsonNode reply = BRIDGE.request(MESSAGES, message);

        assertThat(reply.at("/error/code").asText()).isEqualTo("invalid-request");
        assertThat(reply.at("/error/message").asText()).contains("live.messages.max-text-size allows 1048576");
        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead).isInstanceOf(TextMessage.class);
        assertThat(dead.getBody(String.class)).isEqualTo(message.getText());
        assertThat(dead.getStringProperty("JMSXGroupID")).isEqualTo("a group");
        assertThat(dead.getStringProperty("own")).isEqualTo("property");
        assertThat(dead.getJMSCorrelationID()).isEqualTo("correlation");
        assertThat(dead.getJMSType()).isEqualTo("type");
        assertThat(dead.getJMSReplyTo()).isEqualTo(message.getJMSReplyTo());
        assertThat(dead.getStringProperty("liveOriginMessageId")).isEqualTo(message.getJMSMessageID());
        assertThat(dead.propertyExists("liveBodyType")).isFalse();
    }

    @Test
    void refusesALoneSurrogateInALongText() throws Exception {
        JsonNode reply = BRIDGE.request(MESSAGES, "{\"text\": \"" + LONG_TEXT + "\uD800\"}");

        assertThat(reply.at("/error/code").asText()).isEqualTo("invalid-json");
        assertThat(BRIDGE.receive(DEADLETTERS).getBody(String.class)).endsWith("\uD800\"}");
    }

    @Test
    void keepsACorrelationIdOfBytes() throws Exception {
        for (String text : List.of("{", "{\"" + LONG_TEXT)) {
            TextMessage message = BRIDGE.text(text);
            message.setJMSCorrelationIDAsBytes(new byte[] {1, 2, (byte) 200});
            BRIDGE.send(MESSAGES, message);
            assertThat(BRIDGE.receive(DEADLETTERS).getJMSCorrelationIDAsBytes()).containsExactly(1, 2, (byte) 200);
            BRIDGE.receive(EVENTS);
        }
    }

    @Test
    void keepsAFileThatLiveRefuses() throws Exception {
        byte[] content = new byte[300_000];
        Arrays.fill(content, (byte) 9);
        BytesMessage message = BRIDGE.bytes(content);
        message.setStringProperty("fileName", "a.bin");
        message.setStringProperty("userHash", unique("nobody"));

        JsonNode reply = BRIDGE.request(MESSAGES, message);

        assertThat(reply.at("/error/code").asText()).isEqualTo("unknown-conversation");
        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getBody(byte[].class)).isEqualTo(content);
        assertThat(dead.getStringProperty("fileName")).isEqualTo("a.bin");
    }

    @Test
    void refusesOtherTypesAndKeepsThemWhole() throws Exception {
        ObjectMessage object = BRIDGE.session().createObjectMessage(LONG_TEXT);
        MapMessage map = BRIDGE.session().createMapMessage();
        map.setString("text", LONG_TEXT);
        StreamMessage stream = BRIDGE.session().createStreamMessage();
        stream.writeBytes(new byte[200_000]);
        stream.writeString(LONG_TEXT);

        for (String queue : List.of(CONVERSATIONS, MESSAGES)) {
            for (Message message : List.of(object, map, stream)) {
                JsonNode reply = BRIDGE.request(queue, message);
                assertThat(reply.at("/error/code").asText())
                        .as(reply.toString())
                        .isEqualTo("invalid-request");
                Message dead = BRIDGE.receive(DEADLETTERS);
                if (dead instanceof ObjectMessage received) {
                    assertThat(received.getObject()).isEqualTo(LONG_TEXT);
                } else if (dead instanceof MapMessage received) {
                    assertThat(received.getString("text")).isEqualTo(LONG_TEXT);
                } else {
                    StreamMessage received = (StreamMessage) dead;
                    assertThat(received.readBytes(new byte[200_001])).isEqualTo(200_000);
                    assertThat(received.readString()).isEqualTo(LONG_TEXT);
                }
            }
        }
    }
}
