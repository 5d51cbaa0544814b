package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.GROUPED;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.jms.JMSException;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQSecurityException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A reply that can't be sent undoes nothing, and holds up nobody. */
class ReplyDestinationsIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().with("live.consumers", "1");

    private final String conversation = unique("conversation");
    private final String path = "/" + conversation + "/client/message";
    private final String replies = unique("replies");

    @AfterEach
    void wasSentOnceAndHeldUpNobody() throws Exception {
        BRIDGE.request(MESSAGES, text(unique("other")));
        await().until(() -> waiting(GROUPED) == 0);
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(path)));
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }

    @Test
    void goesToATemporaryQueueThatIsGone() throws Exception {
        BRIDGE.live().stubFor(post(path).willReturn(ok().withFixedDelay(300)));
        TemporaryQueue gone = BRIDGE.session().createTemporaryQueue();
        TextMessage message = BRIDGE.text(text(conversation));
        message.setJMSReplyTo(gone);
        BRIDGE.send(MESSAGES, message);
        await().until(() ->
                BRIDGE.live().findAll(postRequestedFor(urlEqualTo(path))).size() == 1);
        gone.delete();
    }

    @Test
    void goesToAQueueThatIsFullAndRefuses() throws Exception {
        fill(AddressFullMessagePolicy.FAIL);
        sendWithReplyTo();
    }

    @Test
    void goesToAQueueThatIsFullAndHasItsProducersWait() throws Exception {
        fill(AddressFullMessagePolicy.BLOCK);
        TextMessage message = BRIDGE.text(text(conversation));
        message.setJMSReplyTo(BRIDGE.session().createQueue(replies));
        BRIDGE.send(MESSAGES, message);

        await().until(() -> waiting(replies) == 2);
    }

    @Test
    void goesToAQueueThatTheBridgeMayNotWriteTo() throws Exception {
        ActiveMQServerMessagePlugin forbidding = new ActiveMQServerMessagePlugin() {
            @Override
            public void beforeSend(
                    ServerSession session,
                    Transaction transaction,
                    Message message,
                    boolean direct,
                    boolean noAutoCreateQueue)
                    throws ActiveMQException {
                if (message.getAddress().equals(replies)) {
                    throw new ActiveMQSecurityException("User: bridge does not have permission='SEND' on " + replies);
                }
            }
        };
        BRIDGE.broker().registerBrokerPlugin(forbidding);
        try {
            sendWithReplyTo();
        } finally {
            BRIDGE.broker().unRegisterBrokerPlugin(forbidding);
        }
    }

    private void fill(AddressFullMessagePolicy policy) throws JMSException {
        BRIDGE.send(replies, "the first");
        BRIDGE.broker()
                .getAddressSettingsRepository()
                .addMatch(replies, new AddressSettings().setMaxSizeBytes(1).setAddressFullMessagePolicy(policy));
    }

    private void sendWithReplyTo() throws JMSException {
        try (Log log = Log.listen()) {
            TextMessage message = BRIDGE.text(text(conversation));
            message.setJMSReplyTo(BRIDGE.session().createQueue(replies));
            BRIDGE.send(MESSAGES, message);
            await().until(() -> log.lines().stream().anyMatch(line -> line.contains("its reply could not be sent")));
        }
    }

    private static String text(String conversation) {
        return "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation);
    }

    private static long waiting(String queue) {
        return BRIDGE.broker().locateQueue(SimpleString.of(queue)).getMessageCount();
    }
}
