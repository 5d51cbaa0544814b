package dev.livebridge.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RollbackPauseTest {
    private final RollbackPause pause = new RollbackPause();
    private final Instant now = Instant.EPOCH;

    @Test
    void doublesWithEachDeliveryUpToItsLimit() {
        assertThat(IntStream.rangeClosed(1, 8).mapToObj(RollbackPause::millis))
                .containsExactly(50L, 100L, 200L, 400L, 800L, 1_600L, 2_000L, 2_000L);
        assertThat(RollbackPause.millis(Integer.MAX_VALUE)).isEqualTo(2_000);
    }

    @Test
    void takesACountThatIsMissingForTheFirst() {
        assertThat(RollbackPause.millis(0)).isEqualTo(50);
    }

    @Test
    void saysOnceASecondForEachMessage() {
        assertThat(pause.isWorthALine("one", now)).isTrue();
        assertThat(pause.isWorthALine("one", now.plusMillis(999))).isFalse();
        assertThat(pause.isWorthALine("other", now.plusMillis(999))).isTrue();
        assertThat(pause.isWorthALine("one", now.plusMillis(1_000))).isTrue();
        assertThat(pause.isWorthALine("one", now.plusMillis(1_500))).isFalse();
    }

    @Test
    void forgetsTheOldestMessage() {
        IntStream.rangeClosed(0, 1_000).forEach(message -> pause.isWorthALine("message " + message, now));

        assertThat(pause.isWorthALine("message 0", now)).isTrue();
        assertThat(pause.isWorthALine("message 1000", now)).isFalse();
    }
}
