package dev.livebridge.delivery;

import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.jms.Original;
import java.time.Duration;
import java.time.Instant;

/** The JMSExpiration of a message, which holds while the bridge has it, too. */
public final class Expiry {
    private Expiry() {}

    /**
     * Refuses a message whose time has passed. What Live has taken does not expire.
     *
     * @throws RefusedException {@code expired}
     */
    public static void check(Progress progress) throws RefusedException {
        if (progress.outcome() == null && isPast(progress.original())) {
            throw RefusedException.request(
                    ErrorCode.EXPIRED,
                    "/",
                    "expired at " + Instant.ofEpochMilli(progress.identity().expiration()));
        }
    }

    /** Whether its time has passed. */
    public static boolean isPast(Original original) {
        long expiration = original.identity().expiration();
        return expiration != 0 && expiration <= System.currentTimeMillis();
    }

    /** How long to wait at the most; null for a message that never expires. */
    static Duration left(Original original) {
        long expiration = original.identity().expiration();
        return expiration == 0 ? null : Duration.ofMillis(Math.max(1, expiration - System.currentTimeMillis()));
    }
}
