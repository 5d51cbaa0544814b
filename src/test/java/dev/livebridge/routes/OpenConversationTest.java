package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.TestProgress;
import dev.livebridge.failure.ServiceUnavailableException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;

@CamelMainTest(
        properties = RouteTest.FILE + "open-conversation.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = {
            "open-conversation=direct:test:open-conversation",
            "open-once=direct:test:open-once",
            "remember-conversation=direct:test:remember-conversation"
        })
class OpenConversationTest extends RouteTest {
    private static final Map<String, Object> OPENED = Map.of("conversationId", "c1");
    private static final Map<String, Object> OPENED_BY_ANOTHER = Map.of("conversationId", "c1", "duplicate", true);

    @Test
    void enrichesTheUserAndCallsLive() {
        when("queueCall.build", built -> Progress.of(built).setQueueCall(bytes("{\"user\":{}}")));
        List<Object> paths = new ArrayList<>();
        when("direct:call-live", call -> paths.add(call.getVariable("path")));

        send("open-conversation", message());

        assertCalls(
                "requestedUser.setBody, direct:enrich-user, queueCall.build, direct:call-live, queueCall.readAnswer");
        assertThat(received("direct:call-live").getBody(String.class)).isEqualTo("{\"user\":{}}");
        assertThat(paths).containsExactly("/queue/external");
    }

    @Test
    void asksNoLookupAgainAtARetry() {
        when("queueCall.build", built -> Progress.of(built).setQueueCall(bytes("{\"user\":{}}")));
        when("direct:call-live", call -> {
            throw new ServiceUnavailableException("Live answered 503", null);
        });
        Progress progress = TestProgress.ofMessage();

        Exchange failed = send("open-conversation", message(progress));
        assertThat(failed.getException()).isInstanceOf(ServiceUnavailableException.class);
        send("open-conversation", message(progress));

        assertCalls("requestedUser.setBody, direct:enrich-user, queueCall.build, direct:call-live, direct:call-live");
        assertThat(received("direct:call-live").getBody(String.class)).isEqualTo("{\"user\":{}}");
    }

    @Test
    void opensTheConversationOnce() {
        when("direct:open-conversation", opening -> Progress.of(opening).setConversation(OPENED));

        send("open-once", message());

        assertCalls("openings.claim, direct:open-conversation, direct:remember-conversation, openings.complete,"
                + " deliveries.endQueueCall");
    }

    @Test
    void opensNoneWhereTheUserHasOneByNow() {
        when("openings.claim", claimed -> Progress.of(claimed).setConversation(OPENED_BY_ANOTHER));

        send("open-once", message());

        assertCalls("openings.claim");
    }

    @Test
    void completesAtARetryWhatItHasOpened() {
        Progress progress = TestProgress.ofMessage();
        progress.setConversation(OPENED);

        send("open-once", message(progress));

        assertCalls("openings.claim, direct:remember-conversation, openings.complete, deliveries.endQueueCall");
    }

    @Test
    void opensNoneWhereAnotherMessageOpensOne() {
        when("openings.claim", claimed -> {
            throw new IllegalStateException("another one opens it");
        });

        send("open-once", message());

        assertCalls("openings.claim");
    }

    @Test
    void remembersTheUserBeforeItReleasesWhatWaits() {
        send("remember-conversation", message());

        assertCalls("conversations.remember, holds.releaseUser");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
