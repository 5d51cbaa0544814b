package dev.livebridge.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long a consumer waits after a rollback, and whether it says so. The broker delivers the message again at once: without
 * the wait, a message that fails each time would take a whole core, and fill the log.
 */
final class RollbackPause {
    private static final long FIRST_MILLIS = 50;
    private static final long LONGEST_MILLIS = 2_000;
    private static final Duration QUIET = Duration.ofSeconds(1);
    /** Of so many messages it is known when they were last in the log. */
    private static final int REMEMBERED = 1_000;

    private final Map<String, Instant> logged = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > REMEMBERED;
        }
    };

    /**
     * How long to wait, in milliseconds: twice as long with each delivery.
     *
     * @param delivery the message's JMSXDeliveryCount, 1 for the first delivery
     */
    static long millis(int delivery) {
        long millis = FIRST_MILLIS;
        for (int i = 1; i < delivery && millis < LONGEST_MILLIS; i++) {
            millis *= 2;
        }
        return Math.min(millis, LONGEST_MILLIS);
    }

    /** Whether this message has not been in the log for a second; it is noted as logged then. */
    synchronized boolean isWorthALine(String messageId, Instant now) {
        Instant last = logged.get(messageId);
        if (last != null && Duration.between(last, now).compareTo(QUIET) < 0) {
            return false;
        }
        logged.remove(messageId);
        logged.put(messageId, now);
        return true;
    }
}
