package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.State;
import dev.livebridge.delivery.TestProgress;
import dev.livebridge.failure.ServiceUnavailableException;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@CamelMainTest(
        properties = {
            RouteTest.FILE + "send-message.camel.yaml,file:routes/send-entry.camel.yaml",
            "live.api.split-entries=true"
        },
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = {
            "send-message=direct:test:send-message",
            "deliver-message=direct:test:deliver-message",
            "send-entry=direct:test:send-entry"
        })
class SplitEntriesTest extends RouteTest {
    private static final String PREPARED =
            "receiver, messageRequestReader.read, botChoice.choose, conversations.find, direct:prepare-message";
    private static final String LAST = ", messageCall.build, direct:call-live, outcomes.setSent, deliveries.confirm";
    private static final Map<String, Object> SENT = Map.of("action", "text");

    private Progress progress;

    @BeforeEach
    void sendEntries() {
        progress = TestProgress.ofMessage();
        progress.setRequest(Map.of("text", "Hi", "attachments", List.of("a.pdf", "b.pdf")));
        find("conversations.find", State.UNPREPARED);
        when("direct:send-entry", entry -> Progress.of(entry).addSent(SENT));
    }

    @Test
    void sendsAllButTheLastEntryByThemselves() {
        send("deliver-message", message(progress));

        assertCalls(PREPARED + ", direct:send-entry, direct:send-entry" + LAST);
    }

    @Test
    void goesOnBehindWhatLiveHasConfirmed() {
        progress.addSent(SENT);

        send("deliver-message", message(progress));

        assertCalls(PREPARED + ", direct:send-entry" + LAST);
    }

    @Test
    void sendsASingleEntryAsAnyMessage() {
        progress.setRequest(Map.of("attachments", List.of("a.pdf")));

        send("deliver-message", message(progress));

        assertCalls(PREPARED + LAST);
    }

    @Test
    void sendsNoFurtherEntryWhereOneFails() {
        ServiceUnavailableException away = new ServiceUnavailableException("Live answered 503", null);
        when("direct:send-entry", entry -> {
            throw away;
        });

        Exchange failed = send("deliver-message", message(progress));

        assertThat(failed.getException()).isSameAs(away);
        assertCalls(PREPARED + ", direct:send-entry");
    }

    @Test
    void sendsNoFurtherEntryOfAMessageThatIsSetAside() {
        when("direct:send-entry", entry -> entry.setRouteStop(true));

        send("deliver-message", message(progress));

        assertCalls(PREPARED + ", direct:send-entry");
    }

    @Test
    void confirmsEachEntry() {
        send("send-entry", message(progress));

        assertCalls("messageCall.build, direct:call-live, outcomes.addSent, deliveries.confirmEntry");
    }

    @Test
    void confirmsNoEntryWhoseCallFails() {
        when("direct:call-live", call -> {
            throw new ServiceUnavailableException("Live answered 503", null);
        });

        send("send-entry", message(progress));

        assertCalls("messageCall.build, direct:call-live");
    }
}
