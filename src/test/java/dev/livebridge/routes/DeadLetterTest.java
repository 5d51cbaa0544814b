package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.deadletter.DeadLetterConverter;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.TestProgress;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.Failure;
import java.util.List;
import java.util.Map;
import org.apache.camel.BindToRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@CamelMainTest(
        properties = RouteTest.FILE + "dead-letter.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = {"dead-letter=direct:test:dead-letter", "write-dead-letter=direct:test:write-dead-letter"
        })
class DeadLetterTest extends RouteTest {
    @BindToRegistry
    private final DeadLetterConverter deadLetterConverter = new DeadLetterConverter();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # code               | conversation | calls
            REJECTED             | c1           | failures.describe, deliveries.fail, openings.giveUp, direct:write-dead-letter, outcomes.setFailed, direct:report-outcome
            UNKNOWN_CONVERSATION | c1           | failures.describe, deliveries.fail, openings.giveUp, conversations.close, direct:write-dead-letter, outcomes.setFailed, direct:report-outcome
            UNKNOWN_CONVERSATION |              | failures.describe, deliveries.fail, openings.giveUp, direct:write-dead-letter, outcomes.setFailed, direct:report-outcome
            CONVERSATION_CLOSED  | c1           | failures.describe, deliveries.fail, openings.giveUp, direct:write-dead-letter, outcomes.setFailed, direct:report-outcome
            """)
    void recordsTheFailureBeforeItWritesAndTellsAfterIt(ErrorCode code, String conversation, String calls) {
        Progress progress = TestProgress.ofMessage();
        progress.setConversationId(conversation);
        when("failures.describe", failed -> progress.setFailure(failure(code)));

        send("dead-letter", message(progress));

        assertCalls(calls);
    }

    @Test
    void tellsNothingWhereTheLetterIsNotWritten() {
        when("failures.describe", failed -> Progress.of(failed).setFailure(failure(ErrorCode.REJECTED)));
        when("direct:write-dead-letter", letter -> letter.setRollbackOnly(true));

        send("dead-letter", message());

        assertCalls("failures.describe, deliveries.fail, openings.giveUp, direct:write-dead-letter");
    }

    @Test
    void writesTheMessageAsItCameWithItsReason() {
        Progress progress = TestProgress.ofMessage();
        progress.setFailure(new Failure(
                ErrorCode.REJECTED,
                "Live answered 400",
                "RefusedException",
                400,
                "no",
                3,
                "2026-01-31T12:00:00Z",
                true,
                List.of()));
        Exchange dead = message(progress);
        dead.getMessage().setHeader("JMSXGroupID", "a group");
        dead.getMessage().setHeader("CamelJmsDestinationName", "elsewhere");
        dead.getMessage().setHeader("liveErrorCode", "of the sender");

        send("write-dead-letter", dead);

        assertCalls("jms:live.deadletters, outages.succeeded");
        Message letter = received("jms:live.deadletters");
        assertThat(letter.getBody()).isSameAs(progress.original());
        // it was never replayed
        assertThat(letter.removeHeader("liveEarlierIds")).isNull();
        assertThat(letter.getHeaders())
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("liveErrorCode", "rejected"),
                        Map.entry("liveErrorMessage", "Live answered 400"),
                        Map.entry("liveErrorException", "RefusedException"),
                        Map.entry("liveHttpStatus", 400),
                        Map.entry("liveHttpBody", "no"),
                        Map.entry("liveAttempts", 3),
                        Map.entry("liveFailedAt", "2026-01-31T12:00:00Z"),
                        Map.entry("liveRoute", "write-dead-letter"),
                        Map.entry("liveOriginQueue", "live.messages"),
                        Map.entry("liveOriginMessageId", "ID:1"),
                        Map.entry("liveUncertain", true),
                        Map.entry("liveReplays", 0)));
    }

    @Test
    void leavesOutWhatLiveDidNotSay() {
        Progress progress = TestProgress.ofMessage();
        progress.setFailure(failure(ErrorCode.INVALID_JSON));

        send("write-dead-letter", message(progress));

        Message letter = received("jms:live.deadletters");
        assertThat(letter.getHeader("liveHttpStatus")).isNull();
        assertThat(letter.getHeader("liveHttpBody")).isNull();
    }

    @Test
    void putsTheMessageBackWhereTheLetterCannotBeWritten() {
        Progress progress = TestProgress.ofMessage();
        progress.setFailure(failure(ErrorCode.REJECTED));
        when("jms:live.deadletters", letter -> {
            throw new IllegalStateException("the queue is full");
        });

        Exchange dead = send("write-dead-letter", message(progress));

        assertCalls("jms:live.deadletters, outages.failed, direct:put-back");
        assertThat(dead.isRollbackOnly()).isTrue();
    }

    private static Failure failure(ErrorCode code) {
        return new Failure(
                code, "refused", "RefusedException", null, null, 1, "2026-01-31T12:00:00Z", false, List.of());
    }
}
