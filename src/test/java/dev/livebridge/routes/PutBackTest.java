package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;

@CamelMainTest(
        properties = RouteTest.FILE + "put-back.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = "put-back=direct:test:put-back")
class PutBackTest extends RouteTest {
    @Test
    void recordsTheRollbackAndRollsBackWithoutAnError() {
        Exchange exchange = send("put-back", message());

        assertCalls("deliveries.rollBack");
        assertThat(exchange.isRollbackOnly()).isTrue();
        assertThat(exchange.getException()).isNull();
    }
}
