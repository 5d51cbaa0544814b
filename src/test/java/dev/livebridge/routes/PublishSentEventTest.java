package dev.livebridge.routes;

import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;

@CamelMainTest(
        properties = {RouteTest.FILE + "publish-event.camel.yaml", "live.events.sent=true"},
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = "publish-event=direct:test:publish-event")
class PublishSentEventTest extends RouteTest {
    @Test
    void publishesWhatWasSentWhereTheSettingSaysSo() {
        Exchange sent = message();
        sent.setVariable("outcome", Map.of("status", "sent"));

        send("publish-event", sent);

        assertCalls("outcomes.event, jms:live.events");
    }
}
