package dev.livebridge.sandbox;

import io.vertx.core.json.JsonObject;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How the Live stand-in misbehaves.
 *
 * @param status     HTTP status to answer with, null to answer as ever
 * @param rate       which part of the calls it strikes, 0 to 1
 * @param retryAfter seconds for the header of that name, null for none
 * @param latencyMs  milliseconds before every answer, struck or not
 * @param reset      whether to close the connection instead of answering
 */
record Faults(Integer status, double rate, Integer retryAfter, long latencyMs, boolean reset) {
    static final Faults NONE = new Faults(null, 0, null, 0, false);

    static Faults of(JsonObject json) {
        return new Faults(
                json.getInteger("status"),
                json.getDouble("rate", 1.0),
                json.getInteger("retryAfter"),
                json.getLong("latencyMs", 0L),
                json.getBoolean("reset", false));
    }

    boolean strikes() {
        return rate > 0 && ThreadLocalRandom.current().nextDouble() < rate;
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("status", status)
                .put("rate", rate)
                .put("retryAfter", retryAfter)
                .put("latencyMs", latencyMs)
                .put("reset", reset);
    }
}
