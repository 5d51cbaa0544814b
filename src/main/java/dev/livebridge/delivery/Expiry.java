package dev.livebridge.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.camel.Variable;

/** The JMSExpiration of a message, which holds while the bridge has it, too. */
public final class Expiry {
    /**
     * Refuses a message whose time has passed. What Live has taken does not expire.
     *
     * @throws RefusedException {@code expired}
     */
    public void check(@Variable("original") Original original, @Variable("outcome") Map<String, Object> outcome)
            throws RefusedException {
        if (outcome == null && isPast(original)) {
            throw RefusedException.request(
                    ErrorCode.EXPIRED,
                    "/",
                    "expired at " + Instant.ofEpochMilli(original.identity().expiration()));
        }
    }

    static boolean isPast(Original original) {
        long expiration = original.identity().expiration();
        return expiration != 0 && expiration <= System.currentTimeMillis();
    }

    /** How long to wait at the most; null for a message that never expires. */
    static Duration left(Original original) {
        long expiration = original.identity().expiration();
        return expiration == 0 ? null : Duration.ofMillis(Math.max(1, expiration - System.currentTimeMillis()));
    }
}
