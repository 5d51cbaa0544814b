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
 * One of two instances stops for longer than the broker waits for it, and the other one takes over what it had under way. When it
 * goes on it must not send that as well, nor say anything of it that contradicts the other.
 */
@Tag("chaos")
class StoppedInstanceIT {
    private static final int CONVERSATIONS = 100;
    private static final int EACH = 5;
    private static final int CONSUMERS = 20;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(6);

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "producer"})
    @Timeout(300)
    void leavesToTheOtherWhatItHadUnderWayWhenItWasStopped(String groupedBy) throws Exception {
        try (Scenario scenario = new Scenario(
                "stopped-instance-" + groupedBy, StoreKind.POSTGRESQL, groupedBy, Duration.ofMillis(100))) {
            scenario.startBridges(2);
            BridgeProcess one = scenario.installation().bridges().get(0);
            LiveStub live = scenario.live();

            live.goAway(RETRY_AFTER);
            scenario.send(CONVERSATIONS, EACH).get(30, TimeUnit.SECONDS);
            // more than the other one alone could make
            await().atMost(Duration.ofSeconds(30)).until(() -> live.answers(Answer.OUTAGE) > CONSUMERS);
            live.comeBack();
            scenario.note("one instance is stopped while messages wait");
            scenario.installation().stopPastTtl(one);
            scenario.note("it goes on");

            int before = scenario.ledger().takes();
            scenario.send(CONVERSATIONS, EACH).get(30, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(30)).until(() -> scenario.ledger().takes() > before + 4 * CONSUMERS);
            scenario.note("one instance is stopped while calls are under way");
            scenario.installation().stopPastTtl(one);
            scenario.note("it goes on");
            // until what it had under way has ended
            Faults.last(RETRY_AFTER);

            assertThat(scenario.wrong()).isEmpty();
        }
    }
}
