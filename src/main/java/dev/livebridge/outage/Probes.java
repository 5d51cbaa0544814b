package dev.livebridge.outage;

import dev.livebridge.failure.ServiceUnavailableException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Looks whether the services that are away have come back, where no message does: as long as one waits for the service, its
 * next try shows it. So the health check is UP again soon after an outage, without traffic.
 */
public final class Probes {
    private static final Logger LOG = LoggerFactory.getLogger(Probes.class);
    /** Longer than what tries again by itself each second, such as a dead letter that can't be written. */
    private static final Duration UNCALLED = Duration.ofSeconds(3);

    private final Outages outages;
    private final Predicate<String> isAwaited;
    private final Executor executor;
    private final Map<String, Probe> probes = new HashMap<>();
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    /**
     * @param isAwaited whether a conversation that was set aside waits for the service
     * @param executor  to look at several at once, as one may not answer for long
     */
    public Probes(Outages outages, Predicate<String> isAwaited, Executor executor) {
        this.outages = outages;
        this.isAwaited = isAwaited;
        this.executor = executor;
    }

    /** How to look at this service. */
    public Probes with(String service, Probe probe) {
        probes.put(service, probe);
        return this;
    }

    /** Looks at the services that are away, and that nobody else calls. */
    public void lookAtThoseAway() {
        for (String service : outages.uncalled(UNCALLED)) {
            if (probes.containsKey(service) && underWay.add(service)) {
                executor.execute(() -> {
                    try {
                        look(service);
                    } finally {
                        underWay.remove(service);
                    }
                });
            }
        }
    }

    private void look(String service) {
        try {
            if (!service.equals(Outages.STORE) && isAwaited.test(service)) {
                return;
            }
        } catch (DataAccessException e) {
            LOG.debug("whether a message waits for {} is not known", service, e);
            return;
        }
        try {
            probes.get(service).look();
            outages.answered(service);
        } catch (ServiceUnavailableException e) {
            Duration retryAfter = e.response() == null ? null : e.response().retryAfter();
            outages.stillAway(service, e.getMessage(), retryAfter);
        } catch (Exception e) {
            LOG.debug("{} is still away", service, e);
            outages.stillAway(service, e.toString(), null);
        }
    }
}
