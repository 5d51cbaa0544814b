package dev.livebridge.sandbox;

import java.util.concurrent.ThreadLocalRandom;

/**
 * How the Live stand-in misbehaves.
 *
 * @param status     HTTP status to answer with, null to answer as ever
 * @param rate       which part of the calls it strikes, 0 to 1; without one, all
 * @param retryAfter seconds for the header of that name, null for none
 * @param latencyMs  milliseconds before every answer, struck or not
 * @param reset      whether to close the connection instead of answering
 */
record Faults(Integer status, Double rate, Long retryAfter, long latencyMs, boolean reset) {
    static final Faults NONE = new Faults(null, 0.0, null, 0, false);

    Faults {
        rate = rate == null ? 1.0 : rate;
    }

    /** Whether this call is the one in so many that is not carried out. */
    boolean strikes() {
        return (reset || status != null) && ThreadLocalRandom.current().nextDouble() < rate;
    }
}
