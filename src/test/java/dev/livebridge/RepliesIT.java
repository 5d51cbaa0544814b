package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.jms.TextMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Replies and events that can't be sent, because their connection is gone while that of the consumers stands. */
class RepliesIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("camel.beans.away", "#class:org.apache.activemq.artemis.jms.client.ActiveMQJMSConnectionFactory")
            .with("camel.beans.away.brokerURL", "tcp://127.0.0.1:1")
            .with("camel.beans.replyConnectionFactory.connectionFactory", "#bean:away")
            .with("live.events.sent", "true");

    @Test
    void areLoggedAndUndoNothing() throws Exception {
        String conversation = unique("conversation");
        TextMessage message = BRIDGE.text("{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation));
        message.setJMSReplyTo(BRIDGE.session().createQueue("replies"));
        try (Log log = Log.listen()) {
            String id = BRIDGE.send(MESSAGES, message);

            await().untilAsserted(() -> assertThat(log.lines())
                    .anyMatch(line -> line.startsWith(id + ": its reply could not be sent"))
                    .anyMatch(line -> line.startsWith(id + ": its event could not be sent")));
        }
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo("/" + conversation + "/client/message")));
        assertThat(BRIDGE.peek(MESSAGES)).isNull();
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }
}
