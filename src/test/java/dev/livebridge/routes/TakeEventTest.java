package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.event.LiveEvent;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@CamelMainTest(
        properties = RouteTest.FILE + "take-event.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = "take-event=direct:test:take-event")
class TakeEventTest extends RouteTest {
    private static final String ALL = "eventRecords.isNew, botChoice.ofEvent, conversations.user,"
            + " direct:follow-conversation, liveEvents.json, jms:live.events, eventRecords.recordSent";

    @BeforeEach
    void knowNoEvent() {
        answer("eventRecords.isNew", true);
    }

    @Test
    void recordsTheConversationThenSendsTheEventThenRecordsThatItWasSent() {
        send("take-event", event());

        assertCalls(ALL);
    }

    @Test
    void sendsNoEventTwice() {
        answer("eventRecords.isNew", false);

        send("take-event", event());

        assertCalls("eventRecords.isNew");
    }

    @Test
    void setsHeadersByWhichListenersAndTheBrokerKnowTheEvent() {
        answer("liveEvents.json", "the event");

        send("take-event", event());

        Message event = received("jms:live.events");
        assertThat(event.getBody()).isEqualTo("the event");
        assertThat(event.getHeaders())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "eventName", "attended",
                        "eventSource", "live",
                        "conversationId", "c1",
                        "JMSXGroupID", "c1",
                        "_AMQ_DUPL_ID", "e1"));
    }

    @Test
    void doesNotRecordAsSentWhatTheBrokerDidNotTake() {
        IllegalStateException away = new IllegalStateException("the broker is away");
        when("jms:live.events", event -> {
            throw away;
        });

        Exchange failed = send("take-event", event());

        assertCalls(ALL.replace(", eventRecords.recordSent", ""));
        assertThat(failed.getException()).isSameAs(away);
    }

    private Exchange event() {
        Exchange event = message();
        event.setVariable("event", new LiveEvent("attended", "c1", "e1", new JsonMapper().createObjectNode()));
        return event;
    }
}
