package dev.livebridge.delivery;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How waits grow: {@code live.retry.delay}, {@code .multiplier} and {@code .max-delay}.
 *
 * @param first      the wait before the second attempt
 * @param multiplier by what it grows with each further one
 * @param longest    the most that it grows to
 */
public record Backoff(Duration first, double multiplier, Duration longest) {
    private static final double JITTER = 0.2;

    /** The wait after so many failed attempts. */
    public Duration after(int attempts) {
        double millis = first.toMillis() * Math.pow(multiplier, Math.max(0, attempts - 1));
        return Duration.ofMillis((long) Math.min(millis, longest.toMillis()));
    }

    /** The same, but up to a fifth shorter or longer: those that failed together don't come back together. */
    Duration jittered(int attempts) {
        double factor = ThreadLocalRandom.current().nextDouble(1 - JITTER, 1 + JITTER);
        return Duration.ofMillis((long) (after(attempts).toMillis() * factor));
    }
}
