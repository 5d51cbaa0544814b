package dev.livebridge.event;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.Destination;
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

        assertThat(new ReplyTo(list, OWN).destination(destination, "ID:1")).isEqualTo(allowed ? destination : null);
        Destination topic = ActiveMQDestination.createTopic(queue);
        assertThat(new ReplyTo(list, OWN).destination(topic, "ID:1")).isEqualTo(allowed ? topic : null);
    }

    @Test
    void allowsTemporaryQueuesAlways() throws Exception {
        Destination temporary = new ActiveMQTemporaryQueue("any", null);

        assertThat(new ReplyTo(List.of("replies.*"), OWN).destination(temporary, "ID:1"))
                .isSameAs(temporary);
        assertThat(new ReplyTo(List.of(), OWN).destination(null, "ID:1")).isNull();
    }

    @Test
    void correlatesByTheMessageIdUnlessTheRequestHasACorrelationId() {
        ReplyTo replyTo = new ReplyTo(List.of(), OWN);

        assertThat(replyTo.correlationId(null, "ID:1")).isEqualTo("ID:1");
        assertThat(replyTo.correlationId("mine", "ID:1")).isEqualTo("mine");
    }
}
