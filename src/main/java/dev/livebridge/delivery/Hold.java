package dev.livebridge.delivery;

import java.time.Duration;
import org.apache.camel.util.TimeUtils;

/**
 * For how long a message, and those behind it in its group, wait on the held queue.
 *
 * @param time    until the next try
 * @param reason  in plain words
 * @param cause   what ends the wait: the name of a service; {@code conversation}, {@code agent} or {@code other}
 * @param isAsked whether the service asked for this time by a Retry-After
 */
public record Hold(Duration time, String reason, String cause, boolean isAsked) {
    /** For the log, such as 850 ms, 12 s or 7m5s. */
    public String forHowLong() {
        long millis = time.toMillis();
        return millis < 1_000
                ? millis + " ms"
                : millis < 60_000 ? (millis + 500) / 1_000 + " s" : TimeUtils.printDuration(millis);
    }
}
