package dev.livebridge.routes;

import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;

@CamelMainTest(
        properties = {RouteTest.FILE + "queue-conversation.camel.yaml", "live.conversations.reuse-open=true"},
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = {
            "queue-conversation=direct:test:queue-conversation",
            "deliver-request=direct:test:deliver-request"
        })
class ReuseConversationTest extends RouteTest {
    @Test
    void asksForTheOpenConversationWhereTheSettingSaysSo() {
        send("deliver-request", message());

        assertCalls("receiver, requestReader.read, botChoice.choose, direct:claim-key, direct:open-once,"
                + " outcomes.setQueued, deliveries.confirm, direct:remember-conversation, direct:report-outcome");
    }
}
