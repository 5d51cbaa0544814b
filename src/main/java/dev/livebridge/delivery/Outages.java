package dev.livebridge.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of the services that the bridge needs are away: one line in the log when that begins, one when it ends, and the
 * reason for the health check in between. A call that fails now and then is no outage, as long as others succeed.
 */
public final class Outages {
    /** The names, as they stand in the log and in the health check; of Live, {@code Bot.live()} is. */
    public static final String BROKER = "the broker";

    public static final String S3 = "S3";
    public static final String STORE = "the store";

    private static final Logger LOG = LoggerFactory.getLogger(Outages.class);
    private static final Duration QUIET = Duration.ofSeconds(1);
    /** Longer than any wait between two attempts: nobody waits for it any more. */
    private static final Duration STALE = Duration.ofMinutes(10);

    private final Map<String, Service> services = new ConcurrentHashMap<>();

    private static final class Service {
        private Instant lastSuccess = Instant.EPOCH;
        private Instant lastFailure = Instant.EPOCH;
        private Instant awaySince;
        private String reason;
    }

    /** A call failed, and what it was for is not to blame. */
    public void failed(String name, String reason) {
        failed(name, reason, QUIET);
    }

    /** It is known to be away, however lately a call succeeded. */
    public void lost(String name, String reason) {
        failed(name, reason, Duration.ZERO);
    }

    private void failed(String name, String reason, Duration quiet) {
        Service service = services.computeIfAbsent(name, key -> new Service());
        Instant now = Instant.now();
        synchronized (service) {
            if (service.awaySince == null
                    && Duration.between(service.lastSuccess, now).compareTo(quiet) >= 0) {
                service.awaySince = now;
                LOG.warn("{} is away, messages wait: {}", name, reason);
            }
            service.lastFailure = now;
            service.reason = reason;
        }
    }

    /** A call succeeded. */
    public void succeeded(String name) {
        Service service = services.computeIfAbsent(name, key -> new Service());
        Instant now = Instant.now();
        synchronized (service) {
            service.lastSuccess = now;
            if (service.awaySince != null) {
                LOG.info(
                        "{} is back, after {} s",
                        name,
                        Duration.between(service.awaySince, now).toSeconds());
                service.awaySince = null;
            }
        }
    }

    /** Whether a call succeeded after this moment. */
    boolean hasSucceededSince(String name, Instant moment) {
        Service service = services.get(name);
        if (service == null) {
            return false;
        }
        synchronized (service) {
            return service.lastSuccess.isAfter(moment);
        }
    }

    /** Who is away, and why. */
    public Map<String, String> now() {
        return services.entrySet().stream()
                .filter(service -> service.getValue().awaySince != null
                        && service.getValue().lastFailure.isAfter(Instant.now().minus(STALE)))
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        service -> "since " + service.getValue().awaySince + ": " + service.getValue().reason,
                        (one, other) -> one,
                        TreeMap::new));
    }
}
