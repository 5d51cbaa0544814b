package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.State;
import dev.livebridge.delivery.TestProgress;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@CamelMainTest(
        properties = RouteTest.FILE + "look-up.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = {"look-up=direct:test:look-up", "repeat-outcome=direct:test:repeat-outcome"})
class LookUpTest extends RouteTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # its record | its turn | goes on | calls
            READY        | READY    | true    | deliveries.look, groupOrder.check
            READY        | EARLY    | false   | deliveries.look, groupOrder.check, direct:put-back
            CONFIRMED    | READY    | false   | deliveries.look, direct:repeat-outcome
            CONFIRMED    | EARLY    | false   | deliveries.look, direct:repeat-outcome
            """)
    void goesOnOnlyWithWhatIsNeitherDoneNorEarly(State record, State turn, boolean goesOn, String calls) {
        find("deliveries.look", record);
        find("groupOrder.check", turn);

        Exchange looked = send("look-up", message());

        assertCalls(calls);
        assertThat(!looked.isRouteStop() && !looked.isRollbackOnly()).isEqualTo(goesOn);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # status | calls
            sent     | direct:report-outcome
            queued   | botChoice.chooseUnread, direct:remember-conversation, direct:report-outcome
            """)
    void tellsAgainAndRemembersTheConversationThatWasQueued(String status, String calls) {
        Progress progress = TestProgress.ofMessage();
        progress.setOutcome(Map.of("status", status));

        send("repeat-outcome", message(progress));

        assertCalls(calls);
    }
}
