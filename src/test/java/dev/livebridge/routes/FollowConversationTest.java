package dev.livebridge.routes;

import static org.mockito.Mockito.verify;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.livebridge.bot.Bot;
import dev.livebridge.bot.TestBots;
import dev.livebridge.conversation.Attendance;
import dev.livebridge.event.LiveEvent;
import java.io.IOException;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@CamelMainTest(
        properties = RouteTest.FILE + "follow-conversation.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = "follow-conversation=direct:test:follow-conversation")
class FollowConversationTest extends RouteTest {
    private static final Bot BOT = TestBots.bot(1000);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # event  | calls
            attended | attendance.recordAttended, holds.releaseConversation
            transfer | attendance.recordTransfer
            close    | attendance.recordClosed, holds.releaseConversation
            closed   |
            typing   |
            """)
    void recordsTheEventBeforeItReleasesWhatWaits(String name, String calls) throws IOException {
        send("follow-conversation", event(name, "{}"));

        assertCalls(calls);
    }

    @Test
    void recordsWhereToTheConversationWasMoved() throws IOException {
        send("follow-conversation", event("transfer", "{\"data\": {\"target\": 2179}}"));

        verify(bean(Attendance.class)).recordTransfer(BOT, "c1", "2179");
    }

    private Exchange event(String name, String json) throws IOException {
        Exchange exchange = message();
        exchange.setVariable("bot", BOT);
        exchange.setVariable("conversationId", "c1");
        exchange.setVariable("event", new LiveEvent(name, "c1", "e1", (ObjectNode) new JsonMapper().readTree(json)));
        return exchange;
    }
}
