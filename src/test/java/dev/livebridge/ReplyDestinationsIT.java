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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQSecurityException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
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
        message.setJMSReplyTo(BRIDGE.queue(replies));
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

    @Test
    void goesToNoQueueThatTheBridgeWouldHaveToMake() throws Exception {
        BRIDGE.queue("erp.orders");
        Set<String> before = queues();
        List<String> ids = new ArrayList<>();
        try (Log log = Log.listen()) {
            for (String name : List.of(
                    "queue://live.#",
                    "queue://#",
                    "topic://live.#",
                    "queue:// live.messages",
                    "queue://$sys.any",
                    "queue://jms.queue.live.messages",
                    "queue://activemq.management",
                    "queue://activemq.any",
                    "queue://" + replies + "::" + replies,
                    "queue://" + replies,
                    "topic://" + replies,
                    replies,
                    "temp-queue://" + replies,
                    "temp-topic://" + replies,
                    "temp-queue://erp.orders",
                    "topic://erp.orders")) {
                TextMessage message = BRIDGE.text(text(unique("other")));
                ((ActiveMQMessage) message).getCoreMessage().putStringProperty("JMSReplyTo", name);
                ids.add(BRIDGE.send(MESSAGES, message));
            }
            await().untilAsserted(() -> assertThat(ids)
                    .allMatch(id -> log.lines().stream()
                                    .filter(line -> line.startsWith(id + ": no reply, as its JMSReplyTo"))
                                    .count()
                            == 1));
        }

        BRIDGE.request(MESSAGES, text(conversation));
        assertThat(queues()).isEqualTo(before);
        assertThat(waiting("erp.orders")).isZero();
    }

    private static Set<String> queues() {
        // those of the tests' own replies come and go
        return Stream.of(BRIDGE.broker().getActiveMQServerControl().getQueueNames())
                .filter(name -> BRIDGE.broker().locateQueue(name) != null
                        && !BRIDGE.broker().locateQueue(name).isTemporary())
                .collect(Collectors.toSet());
    }

    @Test
    void hasTheCorrelationIdInTheFormInWhichItCame() throws Exception {
        byte[] id = {0, 1, (byte) 0xff};
        TextMessage message = BRIDGE.text(text(conversation));
        message.setJMSReplyTo(BRIDGE.queue(replies));
        message.setJMSCorrelationIDAsBytes(id);
        BRIDGE.send(MESSAGES, message);

        jakarta.jms.Message reply = BRIDGE.receive(replies);
        assertThat(reply.getJMSCorrelationIDAsBytes()).isEqualTo(id);
        assertThat(reply.getJMSCorrelationID()).isNull();
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
            message.setJMSReplyTo(BRIDGE.queue(replies));
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
