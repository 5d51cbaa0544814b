package dev.livebridge.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Broker and bridge die in the same moment, while calls are under way: the broker comes back without knowing that it had delivered
 * their messages. What Live may have taken must be marked all the same.
 */
@Tag("chaos")
class KilledTogetherIT {
    private static final int CONVERSATIONS = 300;
    private static final int EACH = 10;
    private static final int KILLS = 4;

    @Test
    @Timeout(300)
    void marksWhatWasUnderWayWhenBrokerAndBridgeDied() throws Exception {
        try (Scenario scenario = new Scenario("killed-together", StoreKind.EMBEDDED, "bridge", Duration.ofMillis(50))) {
            scenario.startBridges(1);
            Future<Void> sending = scenario.send(CONVERSATIONS, EACH);
            for (int kill = 1; kill <= KILLS; kill++) {
                int taken = CONVERSATIONS * EACH * kill / (KILLS + 1);
                await().atMost(Duration.ofSeconds(120))
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> scenario.ledger().takes() >= taken);
                scenario.note("kill -9 of the broker and the bridge");
                scenario.installation().killBrokerAndBridges();
            }
            sending.get(60, TimeUnit.SECONDS);

            assertThat(scenario.wrong()).isEmpty();
        }
    }
}
