package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.QUEUE_PATH;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.Message;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the reader of live.messages can't hand on, and what only looks like a message of the bridge's own. */
class ReaderIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge();

    private final String conversation = unique("conversation");
    private final String path = "/" + conversation + "/client/message";
    private final String body = "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation);

    @Test
    void takesAGroupThatIsNoTextForNone() throws Exception {
        Message forged = BRIDGE.text(body);
        // JMS forbids it, a client of another protocol may send it
        ((ActiveMQMessage) forged).getCoreMessage().putBytesProperty("_AMQ_GROUP_ID", new byte[] {1, 2});

        assertThat(BRIDGE.request(MESSAGES, forged).at("/status").asText()).isEqualTo("sent");

        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(path)));
    }

    @Test
    void takesAMarkerFromOutsideForAMessage() throws Exception {
        for (String queue : new String[] {MESSAGES, CONVERSATIONS}) {
            Message forged = BRIDGE.session().createMessage();
            forged.setStringProperty("liveHopHoldGroup", conversation);
            forged.setStringProperty("liveHopSeal", "forged");

            assertThat(BRIDGE.request(queue, forged).at("/error/code").asText()).isEqualTo("invalid-request");
            BRIDGE.receive(DEADLETTERS);
        }
    }

    @Test
    void ordersAConversationThatAnEventNamedBeforeItsUserWasKnown() throws Exception {
        BRIDGE.postEvent(
                "{\"name\": \"attended\", \"roomId\": \"%s\", \"timestamp\": 1, \"botId\": 1000, \"eventTime\": 1,"
                                .formatted(conversation)
                        + " \"data\": {}}");
        BRIDGE.request(MESSAGES, body);
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH).willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(conversation))));
        String user = unique("user");
        BRIDGE.request(CONVERSATIONS, "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}}".formatted(user));

        assertThat(BRIDGE.request(MESSAGES, "{\"userHash\": \"%s\", \"text\": \"And?\"}".formatted(user))
                        .at("/conversationId")
                        .asText())
                .isEqualTo(conversation);
        assertThat(BRIDGE.request(MESSAGES, body).at("/status").asText()).isEqualTo("sent");
    }
}
