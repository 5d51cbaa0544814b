package dev.livebridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofMillis(500), 2, Duration.ofSeconds(30));

    @Test
    void growsWithEachAttemptUpToTheLongest() {
        assertThat(IntStream.of(1, 2, 3, 6, 7, 1000).mapToObj(backoff::after))
                .extracting(Duration::toMillis)
                .containsExactly(500L, 1_000L, 2_000L, 16_000L, 30_000L, 30_000L);
    }

    @Test
    void spreadsThoseThatFailedTogether() {
        assertThat(IntStream.range(0, 1000).mapToObj(one -> backoff.jittered(6)))
                .allMatch(wait -> !wait.minusMillis(12_800).isNegative() && wait.toMillis() <= 19_200)
                .anyMatch(wait -> wait.toMillis() < 14_000)
                .anyMatch(wait -> wait.toMillis() > 18_000);
    }
}
