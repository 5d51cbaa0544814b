package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.delivery.State;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@CamelMainTest(
        properties = RouteTest.FILE + "examine-message.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = "examine-message=direct:test:examine-message")
class ExamineMessageTest extends RouteTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # state  | goes on | calls
            KNOWN    | true    | direct:look-up, expiry.check
            EARLY    | false   | direct:put-back
            ACCEPTED | false   | deliveries.confirm, direct:repeat-outcome
            EXPIRED  | true    | expiry.check
            NOTHING  | false   |
            """)
    void choosesByWhatTheMessageIs(State state, boolean goesOn, String calls) {
        Exchange examined = examine(state);

        assertCalls(calls);
        assertThat(!examined.isRouteStop() && !examined.isRollbackOnly()).isEqualTo(goesOn);
    }

    @Test
    void passesOverTheRestWhereTheMessageIsDone() {
        when("direct:look-up", looked -> looked.setRouteStop(true));

        Exchange done = examine(State.KNOWN);

        assertCalls("direct:look-up");
        assertThat(done.isRouteStop()).isTrue();
    }

    private Exchange examine(State state) {
        Exchange exchange = message();
        exchange.setVariable(State.VARIABLE, state.toString());
        return send("examine-message", exchange);
    }
}
