package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.delivery.TestProgress;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;

@CamelMainTest(
        properties = RouteTest.FILE + "await-agent.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = "await-agent=direct:test:await-agent")
class AwaitAgentTest extends RouteTest {
    @Test
    void setsANewMessageAsideAndLooksForTheAgentOnceMore() {
        Exchange exchange = send("await-agent", message());

        assertCalls("attendance.await, holds.begin, holds.setAside, attendance.lookAgain");
        assertThat(exchange.isRouteStop()).isTrue();
    }

    @Test
    void putsAHeldMessageBackAsUntried() {
        Exchange exchange = send("await-agent", message(TestProgress.ofHeldMessage()));

        assertCalls("attendance.await, holds.postpone, attendance.lookAgain, deliveries.beginAnew, direct:put-back");
        assertThat(exchange.isRollbackOnly()).isTrue();
    }
}
