package dev.livebridge.outage;

/** A cheap look at a service: a connection to it, not a message. */
@FunctionalInterface
public interface Probe {
    /** @throws Exception where the service is away, which it says why */
    void look() throws Exception;
}
