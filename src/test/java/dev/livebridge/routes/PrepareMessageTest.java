package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.TestProgress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@CamelMainTest(
        properties = RouteTest.FILE + "prepare-message.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = {
            "prepare-message=direct:test:prepare-message",
            "open-for-message=direct:test:open-for-message"
        })
class PrepareMessageTest extends RouteTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # looked up | conversation | agent awaited | attachments | calls
            false       | c1           | false         | 0 | direct:claim-key, attendance.isAwaited
            true        | c1           | false         | 0 | direct:wait-turn, conversations.address, direct:claim-key, attendance.isAwaited
            false       |              | false         | 0 | direct:claim-key, direct:open-for-message, attendance.isAwaited
            false       | c1           | true          | 0 | direct:claim-key, attendance.isAwaited, direct:await-agent
            false       | c1           | false         | 2 | direct:claim-key, attendance.isAwaited, direct:check-message, direct:upload-attachments
            true        |              | true          | 1 | direct:wait-turn, conversations.address, direct:claim-key, direct:open-for-message, attendance.isAwaited, direct:await-agent, direct:check-message, direct:upload-attachments
            """)
    void doesWhatTheMessageNeeds(
            boolean lookedUp, String conversation, boolean awaited, int attachments, String calls) {
        Progress progress = progress(conversation, attachments);
        if (lookedUp) {
            TestProgress.lookUp(progress);
        }
        answer("attendance.isAwaited", awaited);

        send("prepare-message", message(progress));

        assertCalls(calls);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # stops               | calls
            direct:wait-turn      | direct:wait-turn
            direct:claim-key      | direct:wait-turn, conversations.address, direct:claim-key
            direct:await-agent    | direct:wait-turn, conversations.address, direct:claim-key, direct:open-for-message, attendance.isAwaited, direct:await-agent
            direct:check-message  | direct:wait-turn, conversations.address, direct:claim-key, direct:open-for-message, attendance.isAwaited, direct:await-agent, direct:check-message
            """)
    void doesNothingMoreBehindWhatStops(String stops, String calls) {
        Progress progress = progress(null, 1);
        TestProgress.lookUp(progress);
        answer("attendance.isAwaited", true);
        when(stops, stopped -> stopped.setRouteStop(true));

        Exchange exchange = send("prepare-message", message(progress));

        assertCalls(calls);
        assertThat(exchange.isRouteStop()).as("the caller stops as well").isTrue();
    }

    @Test
    void tellsOfAConversationThatItHasOpened() {
        Map<String, Object> queued = Map.of("status", "queued");
        answer("outcomes.queued", queued);
        when("direct:open-once", opening -> Progress.of(opening).setConversation(Map.of("conversationId", "c1")));

        Exchange opener = send("open-for-message", message());

        assertCalls("direct:open-once, outcomes.queued, direct:publish-event");
        assertThat(opener.getVariable("outcome")).isEqualTo(queued);
    }

    @Test
    void tellsNothingOfAConversationThatAnotherMessageHasOpened() {
        when("direct:open-once", opening -> Progress.of(opening)
                .setConversation(Map.of("conversationId", "c1", "duplicate", true)));

        send("open-for-message", message());

        assertCalls("direct:open-once");
    }

    private static Progress progress(String conversation, int attachments) {
        Progress progress = TestProgress.ofMessage();
        progress.setConversationId(conversation);
        Map<String, Object> request = new HashMap<>();
        request.put("attachments", List.of("a.pdf", "b.pdf").subList(0, attachments));
        progress.setRequest(request);
        return progress;
    }
}
