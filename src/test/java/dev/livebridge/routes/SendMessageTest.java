package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.delivery.State;
import dev.livebridge.failure.ServiceUnavailableException;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;

@CamelMainTest(
        properties = RouteTest.FILE + "send-message.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = {"send-message=direct:test:send-message", "deliver-message=direct:test:deliver-message"})
class SendMessageTest extends RouteTest {
    /** The calls for a text that is sent at once, and of which nobody is told. */
    static final String TEXT = "receiver, messageRequestReader.read, botChoice.choose, conversations.find,"
            + " messageCall.build, direct:call-live, outcomes.setSent, deliveries.confirm";

    @Test
    void handsOnWhatTheQueueBrings() {
        send("send-message", message());

        assertCalls("direct:deliver-message");
    }

    @Test
    void sendsATextOfAKnownConversationAtOnce() {
        find("conversations.find", State.READY);

        send("deliver-message", message());

        assertCalls(TEXT);
    }

    @Test
    void goesOnToPrepareWhatIsNotReady() {
        find("conversations.find", State.UNPREPARED);

        send("deliver-message", message());

        assertCalls("receiver, messageRequestReader.read, botChoice.choose, conversations.find,"
                + " direct:prepare-message, messageCall.build, direct:call-live, outcomes.setSent, deliveries.confirm");
    }

    @Test
    void tellsWhereSomebodyIsToBeTold() {
        find("conversations.find", State.READY);
        find("outcomes.setSent", State.TOLD);

        send("deliver-message", message());

        assertCalls(TEXT + ", direct:report-outcome");
    }

    @Test
    void examinesWhatIsNotNew() {
        find("receiver", State.KNOWN);
        find("conversations.find", State.READY);

        send("deliver-message", message());

        assertCalls(TEXT.replace("receiver", "receiver, direct:examine-message"));
    }

    @Test
    void sendsNothingWhereTheExaminationStops() {
        find("receiver", State.KNOWN);
        when("direct:examine-message", examined -> examined.setRouteStop(true));

        send("deliver-message", message());

        assertCalls("receiver, direct:examine-message");
    }

    @Test
    void sendsNothingWhereThePreparationStops() {
        find("conversations.find", State.UNPREPARED);
        when("direct:prepare-message", waiting -> waiting.setRouteStop(true));

        send("deliver-message", message());

        assertCalls("receiver, messageRequestReader.read, botChoice.choose, conversations.find,"
                + " direct:prepare-message");
    }

    @Test
    void confirmsNothingWhereTheCallFails() {
        ServiceUnavailableException away = new ServiceUnavailableException("Live answered 503", null);
        find("conversations.find", State.READY);
        when("direct:call-live", call -> {
            throw away;
        });

        Exchange failed = send("deliver-message", message());

        // the policy is send-message's
        assertThat(failed.getException()).isSameAs(away);
        assertCalls("receiver, messageRequestReader.read, botChoice.choose, conversations.find, messageCall.build,"
                + " direct:call-live");
    }

    @Test
    void callsLiveWithJson() {
        find("conversations.find", State.READY);
        when("messageCall.build", built -> built.getMessage().setBody(Map.of("message", "Grüße")));

        send("deliver-message", message());

        assertThat(received("direct:call-live").getBody(String.class)).isEqualTo("{\"message\":\"Grüße\"}");
    }
}
