package dev.livebridge.outage;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of the services that the bridge needs are away: one line in the log when that begins, one when it ends, and the
 * reason for the health check in between. A call that fails now and then is no outage, as long as others succeed.
 * Consumers that wait for a service wait here, so that the end of its outage wakes them.
 */
public final class Outages {
    /** The names, as they stand in the log and in the health check; of Live, {@code Bot.live()} is. */
    public static final String BROKER = "the broker";

    public static final String S3 = "S3";
    public static final String STORE = "the store";
    public static final String DEAD_LETTERS = "the dead-letter queue";

    private static final Logger LOG = LoggerFactory.getLogger(Outages.class);
    private static final Duration QUIET = Duration.ofSeconds(1);
    /** Where it asks for a longer wait, it may not be called again before it must be said that it is away. */
    private static final Duration LONG = Duration.ofSeconds(5);
    /** Longer than any wait between two attempts: nobody waits for it any more. */
    private static final Duration STALE = Duration.ofMinutes(10);
    /** How often a consumer that waits looks whether the bridge stops. */
    private static final long LOOK_MILLIS = 200;

    private final Map<String, Service> services = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    /**
     * A call that failed.
     *
     * @param conversation what it was for
     * @param reason       why, for the log
     * @param state        the same for the health check, which anybody may read: without ids of conversations and users
     * @param retryAfter   how long the service asked to wait, null where it didn't
     */
    public record FailedCall(String conversation, String reason, String state, Duration retryAfter) {}

    /**
     * The end of an outage.
     *
     * @param at       when a call, or a probe, succeeded again
     * @param began    the last success before it: calls that failed later belong to the outage
     * @param isOfMany whether calls of more than one conversation failed
     */
    public record End(Instant at, Instant began, boolean isOfMany) {
        /**
         * Whether this is the end of what such a call waits for. A wait that Live asked for, by Retry-After, of one
         * conversation alone is that conversation's own, and goes on.
         */
        boolean ends(Instant failedAt, boolean isAsked) {
            return !failedAt.isBefore(began) && (isOfMany || !isAsked);
        }
    }

    private static final class Service {
        private Instant lastSuccess = Instant.EPOCH;
        private Instant lastFailure = Instant.EPOCH;
        private Instant lastSeenAway = Instant.EPOCH;
        /** Until when it asked to be left alone. */
        private Instant notBefore = Instant.EPOCH;

        private boolean asksForLong;
        private Instant awaySince;
        private String reason;
        private String state;
        /** The first conversation whose call failed since the last success, and whether another's did. */
        private String failing;

        private boolean manyFail;
        /** How many messages that have failed wait at their consumers. */
        private int waiting;

        private End lastEnd;
    }

    private Service service(String name) {
        return services.computeIfAbsent(name, key -> new Service());
    }

    /** A call failed, and what it was for is not to blame. */
    public void failed(String name, String reason) {
        failed(name, new FailedCall(null, reason, reason, null), QUIET);
    }

    /** It is known to be away, however lately a call succeeded. */
    public void lost(String name, String reason) {
        failed(name, new FailedCall(null, reason, reason, null), Duration.ZERO);
    }

    /**
     * A connection broke. That is no news of a connection from before the last outage: whoever has it hears of that outage
     * last, and connects anew.
     */
    public void broke(String name, String reason, Instant connectedAt) {
        End last = lastEnd(name);
        if (last == null || last.at().isBefore(connectedAt)) {
            failed(name, reason);
        }
    }

    /** The call of a message failed, and the message is not to blame. */
    public void failed(String name, FailedCall call) {
        failed(name, call, QUIET);
    }

    private void failed(String name, FailedCall call, Duration quiet) {
        Service service = service(name);
        Instant now = Instant.now();
        synchronized (service) {
            if (service.failing == null) {
                service.failing = call.conversation();
            } else if (call.conversation() != null && !service.failing.equals(call.conversation())) {
                service.manyFail = true;
            }
            service.lastFailure = now;
            service.lastSeenAway = now;
            service.reason = call.reason();
            service.state = call.state();
            if (call.retryAfter() != null) {
                Instant until = now.plus(call.retryAfter());
                service.notBefore = until.isAfter(service.notBefore) ? until : service.notBefore;
                service.asksForLong = call.retryAfter().compareTo(LONG) > 0;
            }
            beginOutage(name, service, now, quiet);
        }
    }

    /** The bridge stops: what it cuts off then says nothing of a service. */
    public void stop() {
        stopped = true;
    }

    private void beginOutage(String name, Service service, Instant now, Duration quiet) {
        if (!stopped
                && service.awaySince == null
                && Duration.between(service.lastSuccess, now).compareTo(quiet) >= 0) {
            service.awaySince = now;
            LOG.warn("{} is away, messages wait: {}", name, service.reason);
        }
    }

    /** A service that asked for a long wait is away though nobody calls it again, if no other call succeeds. */
    private void beginIfAsked(String name, Service service, Instant now) {
        if (service.asksForLong) {
            beginOutage(name, service, now, QUIET);
        }
    }

    /** A call succeeded. */
    public void succeeded(String name) {
        Service service = service(name);
        Instant now = Instant.now();
        synchronized (service) {
            if (service.manyFail) {
                beginIfAsked(name, service, now);
            }
            endOutage(name, service, now);
            service.lastSuccess = now;
            service.asksForLong = false;
            service.failing = null;
            service.manyFail = false;
        }
    }

    /** A probe found it well, which says less than a call that succeeded. */
    void answered(String name) {
        Service service = service(name);
        synchronized (service) {
            endOutage(name, service, Instant.now());
        }
    }

    private static void endOutage(String name, Service service, Instant now) {
        if (service.awaySince == null) {
            return;
        }
        LOG.info(
                "{} is back, after {} s",
                name,
                Duration.between(service.awaySince, now).toSeconds());
        service.awaySince = null;
        service.asksForLong = false;
        service.notBefore = Instant.EPOCH;
        service.lastEnd = new End(now, service.lastSuccess, service.manyFail);
        service.notifyAll();
    }

    /** A probe found it away still. */
    void stillAway(String name, String reason, Duration retryAfter) {
        Service service = service(name);
        Instant now = Instant.now();
        synchronized (service) {
            service.lastSeenAway = now;
            service.state = reason;
            service.notBefore = retryAfter == null ? service.notBefore : now.plus(retryAfter);
        }
    }

    /** Whether a call succeeded after this moment. */
    public boolean hasSucceededSince(String name, Instant moment) {
        Service service = services.get(name);
        if (service == null) {
            return false;
        }
        synchronized (service) {
            return service.lastSuccess.isAfter(moment);
        }
    }

    /** The end of its last outage, null where there was none. */
    public End lastEnd(String name) {
        Service service = services.get(name);
        if (service == null) {
            return null;
        }
        synchronized (service) {
            return service.lastEnd;
        }
    }

    /** Those that have come back from an outage at least once. */
    public List<String> everBack() {
        return services.keySet().stream().filter(name -> lastEnd(name) != null).toList();
    }

    /**
     * Waits until the time has passed, or what the call failed of has ended, or the bridge stops.
     *
     * @param name     the service, null where it is none of those that are watched
     * @param seen     the last end of an outage that was known when the call failed
     * @param failedAt when it failed
     * @param isAsked  whether the service asked for this wait
     * @return whether the outage has ended
     */
    public boolean await(
            String name, End seen, Instant failedAt, boolean isAsked, Duration wait, BooleanSupplier goesOn)
            throws InterruptedException {
        Service service = name == null ? new Service() : service(name);
        long end = System.nanoTime() + wait.toNanos();
        End known = seen;
        synchronized (service) {
            while (goesOn.getAsBoolean()) {
                if (service.lastEnd != known) {
                    known = service.lastEnd;
                    if (known.ends(failedAt, isAsked)) {
                        return true;
                    }
                }
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return false;
                }
                service.wait(Math.min(left, LOOK_MILLIS));
            }
            return false;
        }
    }

    /** A message that failed waits at its consumer from now on: its next call shows whether the service is well. */
    public void waits(String name) {
        Service service = service(name);
        synchronized (service) {
            service.waiting++;
        }
    }

    /** That message is done with, or has gone back to its queue. */
    public void waitsNoMore(String name) {
        Service service = service(name);
        synchronized (service) {
            service.waiting--;
        }
    }

    /** Those that are away, that nobody has called for that long or waits for, and that have not asked for a wait. */
    List<String> uncalled(Duration since) {
        Instant now = Instant.now();
        return services.entrySet().stream()
                .filter(entry -> {
                    Service service = entry.getValue();
                    synchronized (service) {
                        beginIfAsked(entry.getKey(), service, now);
                        return service.awaySince != null
                                && service.waiting == 0
                                && service.lastFailure.plus(since).isBefore(now)
                                && service.notBefore.isBefore(now);
                    }
                })
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Who is away, and why; without ids of conversations and users. */
    public Map<String, String> now() {
        Map<String, String> away = new TreeMap<>();
        Instant stale = Instant.now().minus(STALE);
        services.forEach((name, service) -> {
            synchronized (service) {
                if (service.awaySince != null && service.lastSeenAway.isAfter(stale)) {
                    away.put(name, "since " + service.awaySince + ": " + service.state);
                }
            }
        });
        return away;
    }
}
