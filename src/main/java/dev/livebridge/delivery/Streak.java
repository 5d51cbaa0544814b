package dev.livebridge.delivery;

import dev.livebridge.outage.Outages;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/** The failures of a message since its consumer took it up, or since the outage that it waited for has ended. */
final class Streak {
    /** The name of the variable that holds it. */
    static final String VARIABLE = "streak";

    private Instant tryBegan;
    private Instant failedAt;
    private int failures;
    private final Set<String> waitsFor = new HashSet<>();

    /** @param tryBegan since when it was tried, or waited for its try */
    Streak(Instant tryBegan) {
        this.tryBegan = tryBegan;
    }

    /**
     * Another try has failed.
     *
     * @param lastEnd the last end of an outage of the service that failed, null for none
     * @return since when calls to the service are of interest that tell whether the failure is the service's: in the first
     *     half of the time since the last failure it may have been well, and then went away
     */
    Instant failed(Outages.End lastEnd) {
        Instant now = Instant.now();
        Instant since = failedAt == null ? tryBegan : failedAt;
        if (lastEnd != null && lastEnd.at().isAfter(tryBegan)) {
            restart();
        }
        failedAt = now;
        failures++;
        return since.plus(Duration.between(since, now).dividedBy(2));
    }

    /** It is tried again. */
    void tryAgain() {
        tryBegan = Instant.now();
    }

    /** The service is well: what failed before says nothing of the tries to come. */
    void restart() {
        failures = 0;
    }

    Instant tryBegan() {
        return tryBegan;
    }

    Instant failedAt() {
        return failedAt;
    }

    /** How many tries have failed. */
    int failures() {
        return failures;
    }

    /** Whether it waits for this service for the first time. */
    boolean waitsFor(String service) {
        return waitsFor.add(service);
    }
}
