package dev.livebridge.delivery;

import java.time.Duration;

/**
 * How waits grow: {@code live.retry.delay}, {@code .multiplier} and {@code .max-delay}.
 *
 * @param first      the wait before the second attempt
 * @param multiplier by what it grows with each further one
 * @param longest    the most that it grows to
 */
public record Backoff(Duration first, double multiplier, Duration longest) {
    /** The wait after so many failed attempts. */
    public Duration after(int attempts) {
        double millis = first.toMillis() * Math.pow(multiplier, Math.max(0, attempts - 1));
        return Duration.ofMillis((long) Math.min(millis, longest.toMillis()));
    }
}
