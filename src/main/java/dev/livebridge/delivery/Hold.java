package dev.livebridge.delivery;

import java.time.Duration;

/**
 * For how long a message, and those behind it in its group, wait on the held queue.
 *
 * @param time    until the next try
 * @param reason  in plain words
 * @param cause   what ends the wait: the name of a service; {@code conversation}, {@code agent} or {@code other}
 * @param isAsked whether the service asked for this time by a Retry-After
 */
public record Hold(Duration time, String reason, String cause, boolean isAsked) {}
