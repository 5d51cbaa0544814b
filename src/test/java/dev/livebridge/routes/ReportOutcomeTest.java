package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.TestProgress;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@CamelMainTest(
        properties = RouteTest.FILE + "report-outcome.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = "report-outcome=direct:test:report-outcome")
class ReportOutcomeTest extends RouteTest {
    private static final Map<String, Object> SENT = Map.of("status", "sent");
    private static final Map<String, Object> RESUMED = Map.of("status", "resumed");
    private static final Failure FAILURE =
            new Failure(ErrorCode.REJECTED, "refused", null, 400, null, 1, null, false, List.of());

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # delayed | failed | calls
            false     | false  | direct:reply, direct:publish-event
            true      | false  | direct:reply, direct:publish-event, outcomes.resumed, direct:publish-event
            false     | true   | direct:reply, direct:publish-event
            true      | true   | direct:reply, direct:publish-event
            """)
    void saysThatWhatWasDelayedHasResumedUnlessItFailed(boolean delayed, boolean failed, String calls) {
        Progress progress = sent();
        if (delayed) {
            TestProgress.delay(progress);
        }
        progress.setFailure(failed ? FAILURE : null);

        send("report-outcome", message(progress));

        assertCalls(calls);
    }

    @Test
    void repliesAndPublishesTheOutcomeThenThatItHasResumed() {
        List<Object> told = new ArrayList<>();
        when("direct:reply", reply -> told.add(reply.getVariable("outcome")));
        when("direct:publish-event", event -> told.add(event.getVariable("outcome")));
        answer("outcomes.resumed", RESUMED);
        Progress progress = sent();
        TestProgress.delay(progress);

        send("report-outcome", message(progress));

        assertThat(told).containsExactly(SENT, SENT, RESUMED);
    }

    private static Progress sent() {
        Progress progress = TestProgress.ofMessage();
        progress.setOutcome(SENT);
        return progress;
    }
}
