package dev.livebridge.failure;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.apache.hc.client5.http.utils.DateUtils;

/** What a status and Retry-After mean by HTTP's own definitions, whoever answers so. */
public final class HttpMeaning {
    private static final Set<Integer> SERVICE = Set.of(408, 425, 429, 502, 503, 504);

    private HttpMeaning() {}

    /** Whether a status speaks of the service, not of what was asked for: the same call may succeed later. */
    public static boolean isOfTheService(int status) {
        return SERVICE.contains(status);
    }

    /** Retry-After in seconds or as an HTTP date; null for anything else, and for a time that has passed. */
    public static Duration retryAfter(String value, Instant now) {
        if (value == null) {
            return null;
        }
        Duration wait;
        if (value.matches("\\d+")) {
            // more digits than any cap
            wait = Duration.ofSeconds(value.length() > 9 ? 999_999_999 : Long.parseLong(value));
        } else {
            Instant date = DateUtils.parseStandardDate(value);
            wait = date == null ? Duration.ZERO : Duration.between(now, date);
        }
        return wait.isNegative() || wait.isZero() ? null : wait;
    }
}
