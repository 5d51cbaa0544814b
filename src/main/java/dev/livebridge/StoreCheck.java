package dev.livebridge;

import dev.livebridge.store.Store;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Liveness: DOWN where only a restart of the bridge, or a person, can mend the store. A store that is away mends itself. */
final class StoreCheck extends AbstractHealthCheck {
    private final Store store;

    StoreCheck(Store store) {
        super("live-bridge", "store");
        this.store = store;
    }

    @Override
    public boolean isReadiness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
        String broken = store.broken();
        if (broken == null) {
            result.up();
        } else {
            result.message("the store " + store + " needs a restart of the bridge, or a person: " + broken)
                    .down();
        }
    }
}
