package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two copies of one idempotencyKey whose conversation waits: neither waits for the other for ever. */
class KeyWaitIT {
    private static final String HELD = "live.held";

    /** Without a reader, and without groups of the producer: copies come to two consumers at once. */
    @RegisterExtension
    static final TestBridge BRIDGE =
            new TestBridge().with("live.messages.grouped-by", "producer").with("live.hold.after", "300ms");

    private final String conversation = unique("conversation");
    private final String path = "/" + conversation + "/client/message";
    private final String key = unique("key");
    private Queue replies;

    @BeforeEach
    void conversationFails() throws Exception {
        replies = BRIDGE.queue(unique("replies"));
        BRIDGE.live().stubFor(post(path).willReturn(status(503)));
    }

    @Test
    void waitsBehindTheHolderOfItsKey() throws Exception {
        send("first", "copy", key);
        send("second", "copy", key);
        await().until(() -> waiting() == 2);

        BRIDGE.live().stubFor(post(path).willReturn(ok()));

        Map<String, Boolean> duplicates = replies(2);
        assertThat(duplicates.values()).containsExactlyInAnyOrder(true, false);
        await().until(() -> waiting() == 0);
    }

    @Test
    void goesBehindTheHolderWhereItCameBeforeIt() throws Exception {
        // the holder waits for its answer while another message of the conversation is set aside
        BRIDGE.live()
                .stubFor(post(path)
                        .withRequestBody(containing("copy"))
                        .willReturn(status(503).withFixedDelay(2_000)));
        send("holder", "copy", key);
        await().until(() ->
                !BRIDGE.live().findAll(postRequestedFor(urlEqualTo(path))).isEmpty());
        send("another", "another", null);
        await().until(() -> waiting() == 1);
        send("waits", "copy", key);
        await().until(() -> waiting() == 3);

        BRIDGE.live().stubFor(post(path).willReturn(ok()));

        assertThat(replies(3))
                .containsEntry("holder", false)
                .containsEntry("another", false)
                .containsEntry("waits", true);
        assertThat(BRIDGE.passes("set-aside-again")).isPositive();
    }

    private void send(String id, String text, String idempotencyKey) throws Exception {
        TextMessage message =
                BRIDGE.text("{\"conversationId\": \"%s\", \"text\": \"%s\"}".formatted(conversation, text));
        message.setJMSCorrelationID(id);
        message.setJMSReplyTo(replies);
        if (idempotencyKey != null) {
            message.setStringProperty("idempotencyKey", idempotencyKey);
        }
        BRIDGE.send(MESSAGES, message);
    }

    /** By correlation id, whether the reply is a repeated one. All say that the message was sent. */
    private Map<String, Boolean> replies(int count) throws Exception {
        Map<String, Boolean> duplicates = new TreeMap<>();
        try (MessageConsumer consumer = BRIDGE.session().createConsumer(replies)) {
            while (duplicates.size() < count) {
                TextMessage reply = (TextMessage) consumer.receive(20_000);
                assertThat(reply).as("after %s", duplicates).isNotNull();
                JsonNode outcome = json(reply);
                assertThat(outcome.at("/status").asText()).isEqualTo("sent");
                duplicates.put(
                        reply.getJMSCorrelationID(), outcome.at("/duplicate").asBoolean());
            }
        }
        return duplicates;
    }

    private static long waiting() {
        return BRIDGE.broker().locateQueue(HELD).getMessageCount();
    }
}
