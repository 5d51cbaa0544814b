package dev.livebridge.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.TestProgress;
import dev.livebridge.jms.Originals;
import jakarta.jms.Destination;
import jakarta.jms.Message;
import java.util.List;
import java.util.Set;
import org.apache.activemq.artemis.jms.client.ActiveMQDestination;
import org.apache.activemq.artemis.jms.client.ActiveMQTemporaryQueue;
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
        "replies.crm, '^replies\\.(crm|erp)', true",
        "replies.web, '^replies\\.(crm|erp)', false",
        "elsewhere, replies.*, false"
    })
    void allowsWhatThePatternsSayButNeverItsOwnQueues(String queue, String patterns, boolean allowed) throws Exception {
        List<String> list = patterns.isEmpty() ? List.of() : List.of(patterns.split(","));
        Destination destination = ActiveMQDestination.createQueue(queue);

        assertThat(new ReplyTo(list, OWN).destination(request(destination, null)))
                .isEqualTo(allowed ? destination : null);
        Destination topic = ActiveMQDestination.createTopic(queue);
        assertThat(new ReplyTo(list, OWN).destination(request(topic, null))).isEqualTo(allowed ? topic : null);
    }

    @Test
    void allowsTemporaryQueuesAlways() throws Exception {
        Destination temporary = new ActiveMQTemporaryQueue("any", null);

        assertThat(new ReplyTo(List.of("replies.*"), OWN).destination(request(temporary, null)))
                .isSameAs(temporary);
        assertThat(new ReplyTo(List.of(), OWN).destination(request(null, null))).isNull();
    }

    @Test
    void correlatesByTheMessageIdUnlessTheRequestHasACorrelationId() throws Exception {
        ReplyTo replyTo = new ReplyTo(List.of(), OWN);

        assertThat(replyTo.correlationId(request(null, null))).isEqualTo("ID:1");
        assertThat(replyTo.correlationId(request(null, "mine"))).isEqualTo("mine");
    }

    private static Progress request(Destination replyTo, String correlationId) throws Exception {
        Message message = mock(Message.class);
        when(message.getJMSMessageID()).thenReturn("ID:1");
        when(message.getJMSReplyTo()).thenReturn(replyTo);
        when(message.getJMSCorrelationID()).thenReturn(correlationId);
        return TestProgress.of(new Originals(Set.of()).keep(message, null));
    }
}
