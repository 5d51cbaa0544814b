package dev.livebridge.failure;

import java.util.List;

/**
 * A message could not be delivered. The subclass says whose fault it is, and so whether to try again
 * (routes/error-handling.camel.yaml); the rest is what the dead letter will say.
 */
public abstract class DeliveryException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient LiveResponse response;

    protected DeliveryException(ErrorCode code, String message, LiveResponse response, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.response = response;
    }

    public ErrorCode code() {
        return code;
    }

    /** All that is wrong with the request; empty where the request was not at fault. */
    public List<Violation> details() {
        return List.of();
    }

    /** What Live answered, without the token; {@code null} where there was no answer. */
    public LiveResponse response() {
        return response;
    }
}
