package dev.livebridge.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.TestProgress;
import dev.livebridge.jms.Originals;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.util.List;
import java.util.Set;
import org.apache.activemq.artemis.jms.client.ActiveMQDestination;
import org.apache.activemq.artemis.jms.client.ActiveMQTemporaryQueue;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplyToTest {
    private static final Set<String> OWN = Set.of("live.messages");

    @ParameterizedTest
    @CsvSource({
        "any.queue, '', true",
        "live.messages, '', false",
        "live.messages, live.*, false",
        "replies.crm, replies.*, true",
        "replies.crm, 'other,replies.crm', true",
        "repliesx, replies.*, false",
        "Exact, exact, false",
        "live.messages::live.messages, '', false",
        "crm::replies, '', false",
        "queue://live.messages, '', false",
        "/queue/live.messages, '', false",
        "' live.messages', '', false",
        "live.#, '', false",
        "#, '', false",
        "replies.#, replies.*, false",
        "*, *, false",
        "replies.>, '', false",
        "'replies.crm,live.messages', '', false",
        "$sys.mqtt.sessions, '', false",
        "replies.$crm, '', false",
        "activemq.management, ^.*, false",
        "ActiveMQ.Advisory.Queue, '', false",
        "activemq-replies, '', true",
        "jms.queue.live.messages, '', false",
        "jms.topic.anything, '', false",
        "DLQ, '', false",
        "ExpiryQueue, '', false",
        "'replies\u202e', '', false",
        "'', '', false",
        "replies.crm, '^replies\\.(crm|erp)', true",
        "replies.web, '^replies\\.(crm|erp)', false",
        "elsewhere, replies.*, false"
    })
    void allowsWhatThePatternsSayButNeverItsOwnQueues(String queue, String patterns, boolean allowed) throws Exception {
        List<String> list = patterns.isEmpty() ? List.of() : List.of(patterns.split(","));
        Destination destination = ActiveMQDestination.createQueue(queue);

        assertThat(replyTo(list).destination(request(destination))).isEqualTo(allowed ? destination : null);
        Destination topic = ActiveMQDestination.createTopic(queue);
        assertThat(replyTo(list).destination(request(topic))).isEqualTo(allowed ? topic : null);
        Destination address = ActiveMQDestination.fromPrefixedName(queue);
        assertThat(replyTo(list).destination(request(address))).isEqualTo(allowed ? address : null);
    }

    @Test
    void allowsTemporaryQueuesAlways() throws Exception {
        Destination temporary = new ActiveMQTemporaryQueue("any", null);

        assertThat(replyTo(List.of("replies.*")).destination(request(temporary)))
                .isSameAs(temporary);
        assertThat(replyTo(List.of()).destination(request(null))).isNull();
    }

    @Test
    void allowsNoQueueOfItsOwnThatIsSaidToBeTemporary() throws Exception {
        Destination own = new ActiveMQTemporaryQueue("live.messages", null);

        assertThat(replyTo(List.of()).destination(request(own))).isNull();
    }

    @Test
    void correlatesByTheMessageIdUnlessTheRequestHasACorrelationId() throws Exception {
        Message reply = mock(Message.class);
        Message request = message(null);

        correlate(request, reply);
        verify(reply).setJMSCorrelationID("ID:1");

        when(request.getJMSCorrelationIDAsBytes()).thenReturn(new byte[] {1, 0, 2});
        correlate(request, reply);
        verify(reply).setJMSCorrelationIDAsBytes(new byte[] {1, 0, 2});

        // some brokers have it in both forms
        when(request.getJMSCorrelationID()).thenReturn("mine");
        correlate(request, reply);
        verify(reply).setJMSCorrelationID("mine");
    }

    private static void correlate(Message request, Message reply) throws Exception {
        Progress progress = TestProgress.of(new Originals(Set.of()).keep(request, null));
        replyTo(List.of())
                .onMessageCreated(reply, null, TestProgress.exchange(new DefaultCamelContext(), progress), null);
    }

    /** At a broker that can't be asked what it has. */
    private static ReplyTo replyTo(List<String> allowed) throws Exception {
        ConnectionFactory broker = mock(ConnectionFactory.class);
        Connection connection = mock(Connection.class);
        when(broker.createConnection()).thenReturn(connection);
        when(connection.createSession()).thenReturn(mock(Session.class));
        return new ReplyTo(allowed, OWN, () -> broker);
    }

    private static Progress request(Destination replyTo) throws Exception {
        return TestProgress.of(new Originals(Set.of()).keep(message(replyTo), null));
    }

    private static Message message(Destination replyTo) throws Exception {
        Message message = mock(Message.class);
        when(message.getJMSMessageID()).thenReturn("ID:1");
        when(message.getJMSReplyTo()).thenReturn(replyTo);
        return message;
    }
}
