package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.delivery.State;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@CamelMainTest(
        properties = RouteTest.FILE + "receive.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = "receive=direct:test:receive")
class ReceiveTest extends RouteTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # state | calls
            NEW     | receiver, expiry.check
            SENT    | receiver, expiry.check
            KNOWN   | receiver, direct:look-up, expiry.check
            EARLY   | receiver, direct:put-back
            NOTHING | receiver
            """)
    void choosesByWhatTheMessageIs(State state, String calls) {
        find("receiver", state);

        send("receive", message());

        assertCalls(calls);
    }

    @Test
    void stopsTheCallerWhereThereIsNoMessage() {
        find("receiver", State.NOTHING);

        assertThat(send("receive", message()).isRouteStop()).isTrue();
    }

    @Test
    void passesOverTheRestWhereTheMessageIsDone() {
        find("receiver", State.KNOWN);
        when("direct:look-up", looked -> looked.setRouteStop(true));

        Exchange done = send("receive", message());

        assertCalls("receiver, direct:look-up");
        assertThat(done.isRouteStop()).isTrue();
    }
}
