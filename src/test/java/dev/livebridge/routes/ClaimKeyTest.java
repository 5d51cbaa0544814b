package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.delivery.State;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@CamelMainTest(
        properties = RouteTest.FILE + "claim-key.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = "claim-key=direct:test:claim-key")
class ClaimKeyTest extends RouteTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # state   | stopped | calls
            READY     | false   | deliveries.claimKey
            CONFIRMED | true    | deliveries.claimKey, direct:repeat-outcome
            """)
    void stopsWhereAMessageWithTheKeyWasDelivered(State state, boolean stopped, String calls) {
        find("deliveries.claimKey", state);

        Exchange exchange = send("claim-key", message());

        assertCalls(calls);
        assertThat(exchange.isRouteStop()).isEqualTo(stopped);
    }
}
