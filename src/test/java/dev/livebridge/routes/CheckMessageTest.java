package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.delivery.State;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@CamelMainTest(
        properties = RouteTest.FILE + "check-message.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = {"check-message=direct:test:check-message", "wait-turn=direct:test:wait-turn"})
class CheckMessageTest extends RouteTest {
    @Test
    void looksAtTheMessageThenAtItsGroupThenAtItsConversation() {
        send("check-message", message());

        assertCalls("direct:look-up, direct:wait-turn, conversations.checkOpen");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # stops          | calls
            direct:look-up   | direct:look-up
            direct:wait-turn | direct:look-up, direct:wait-turn
            """)
    void asksNothingMoreOfAMessageThatIsDoneOrWaits(String stops, String calls) {
        when(stops, stopped -> stopped.setRouteStop(true));

        send("check-message", message());

        assertCalls(calls);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # state | stopped | calls
            READY   | false   | holds.check
            BEHIND  | true    | holds.check, holds.setAside
            """)
    void setsAsideWhatIsBehindOthers(State state, boolean stopped, String calls) {
        find("holds.check", state);

        Exchange exchange = send("wait-turn", message());

        assertCalls(calls);
        assertThat(exchange.isRouteStop()).isEqualTo(stopped);
    }
}
