package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.TestProgress;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@CamelMainTest(
        properties = RouteTest.FILE + "publish-event.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = "publish-event=direct:test:publish-event")
class PublishEventTest extends RouteTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # status | uncertain | calls
            sent     |           |
            sent     | true      | outcomes.event, jms:live.events
            queued   |           | outcomes.event, jms:live.events
            failed   |           | outcomes.event, jms:live.events
            delayed  |           | outcomes.event, jms:live.events
            resumed  |           | outcomes.event, jms:live.events
            """)
    void publishesAllButWhatWasSentWithoutADoubt(String status, Boolean uncertain, String calls) {
        send("publish-event", outcome(status, uncertain));

        assertCalls(calls);
    }

    @Test
    void setsHeadersOfItsOwnOnly() {
        answer("outcomes.event", "the event");
        Exchange outcome = outcome("queued", null);
        outcome.getMessage().setHeader("JMSReplyTo", "replies");
        outcome.getMessage().setHeader("CamelJmsDestinationName", "elsewhere");
        outcome.getMessage().setHeader("eventSource", "live");
        outcome.getMessage().setHeader(Exchange.REDELIVERY_COUNTER, 2);

        send("publish-event", outcome);

        Message event = received("jms:live.events");
        assertThat(event.getBody()).isEqualTo("the event");
        assertThat(event.getHeaders())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "eventName",
                        "queued",
                        "eventSource",
                        "bridge",
                        "conversationId",
                        "c1",
                        "JMSXGroupID",
                        "c1",
                        // of the policy: without it a message would be tried for ever
                        Exchange.REDELIVERY_COUNTER,
                        2));
    }

    @Test
    void undoesNothingWhereTheEventCannotBeSent() {
        when("jms:live.events", event -> {
            throw new IllegalStateException("the broker is away");
        });

        Exchange told = send("publish-event", outcome("queued", null));

        assertCalls("outcomes.event, jms:live.events");
        assertThat(told.isFailed()).isFalse();
        assertThat(told.isRollbackOnly()).isFalse();
    }

    private Exchange outcome(String status, Boolean uncertain) {
        Progress progress = TestProgress.ofMessage();
        progress.setConversationId("c1");
        Exchange exchange = message(progress);
        Map<String, Object> outcome = new HashMap<>();
        outcome.put("status", status);
        if (uncertain != null) {
            outcome.put("uncertain", uncertain);
        }
        exchange.setVariable("outcome", outcome);
        return exchange;
    }
}
