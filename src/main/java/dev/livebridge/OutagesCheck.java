package dev.livebridge;

import dev.livebridge.outage.Outages;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Health: DOWN with the reason while a service that the bridge needs is away. Neither a restart nor taking the bridge out
 * of a load balancer would help with that, so it counts for none of the probes.
 */
final class OutagesCheck extends AbstractHealthCheck {
    private final Outages outages;

    OutagesCheck(Outages outages) {
        super("live-bridge", "services");
        this.outages = outages;
    }

    @Override
    public boolean isReadiness() {
        return false;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
        Map<String, String> away = outages.now();
        if (away.isEmpty()) {
            result.up();
        } else {
            result.message(away.entrySet().stream()
                            .map(service -> service.getKey() + " is away " + service.getValue())
                            .collect(Collectors.joining("; ")))
                    .down();
        }
    }
}
