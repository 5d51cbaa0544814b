package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.State;
import dev.livebridge.delivery.TestProgress;
import dev.livebridge.failure.ServiceUnavailableException;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@CamelMainTest(
        properties = RouteTest.FILE + "queue-conversation.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = {
            "queue-conversation=direct:test:queue-conversation",
            "deliver-request=direct:test:deliver-request"
        })
class QueueConversationTest extends RouteTest {
    /** What follows when Live has the conversation. */
    private static final String REST =
            ", outcomes.setQueued, deliveries.confirm, direct:remember-conversation, direct:report-outcome";

    private static final String BEFORE = "receiver, requestReader.read, botChoice.choose, direct:claim-key";

    @Test
    void handsOnWhatTheQueueBrings() {
        send("queue-conversation", message());

        assertCalls("direct:deliver-request");
    }

    @Test
    void opensAConversationThenConfirmsThenTells() {
        send("deliver-request", message());

        assertCalls(BEFORE + ", direct:open-conversation" + REST);
    }

    @Test
    void opensNoSecondConversationAtARetry() {
        Progress progress = TestProgress.ofMessage();
        progress.setConversation(Map.of("conversationId", "c1"));

        send("deliver-request", message(progress));

        assertCalls(BEFORE + REST);
    }

    @Test
    void examinesWhatIsNotNew() {
        find("receiver", State.KNOWN);

        send("deliver-request", message());

        assertCalls(
                BEFORE.replace("receiver", "receiver, direct:examine-message") + ", direct:open-conversation" + REST);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # stops          | calls
            receiver         | receiver
            direct:claim-key | receiver, requestReader.read, botChoice.choose, direct:claim-key
            """)
    void opensNothingBehindWhatStops(String stops, String calls) {
        when(stops, stopped -> stopped.setRouteStop(true));

        send("deliver-request", message());

        assertCalls(calls);
    }

    @Test
    void confirmsNothingWhereTheCallFails() {
        ServiceUnavailableException away = new ServiceUnavailableException("Live answered 503", null);
        when("direct:open-conversation", opening -> {
            throw away;
        });

        Exchange failed = send("deliver-request", message());

        assertCalls(BEFORE + ", direct:open-conversation");
        assertThat(failed.getException()).isSameAs(away);
    }
}
