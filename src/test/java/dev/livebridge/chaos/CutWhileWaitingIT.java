package dev.livebridge.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.livebridge.chaos.LiveStub.Answer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Consumers wait for Live, each with a message, when the connection to the broker is cut. The broker gives their messages to
 * others; they must not send them as well when their wait is over.
 */
@Tag("chaos")
class CutWhileWaitingIT {
    private static final int MESSAGES = 10;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(8);

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "producer"})
    @Timeout(180)
    void sendsOnceWhatWaitedWhenTheConnectionWasCut(String groupedBy) throws Exception {
        try (Scenario scenario =
                new Scenario("cut-while-waiting-" + groupedBy, StoreKind.EMBEDDED, groupedBy, Duration.ofMillis(10))) {
            scenario.startBridges(1);
            LiveStub live = scenario.live();
            live.goAway(RETRY_AFTER);
            scenario.send(MESSAGES, 1).get(30, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(30)).until(() -> live.answers(Answer.OUTAGE) >= MESSAGES / 2);

            live.comeBack();
            scenario.installation().toBroker().cut();
            scenario.note("Live is back, and the connection to the broker is cut");
            // not before the last wait is over
            await().pollDelay(RETRY_AFTER.plusSeconds(4))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> scenario.ledger().open() == 0);

            assertThat(scenario.wrong()).isEmpty();
        }
    }
}
