package dev.livebridge.failure;

/**
 * A service failed in a way that may be its own fault or the message's (500 and kin), so it is tried
 * {@code live.retry.max-attempts} times.
 */
public class ServerErrorException extends DeliveryException {
    private static final long serialVersionUID = 1L;

    public ServerErrorException(String message, LiveResponse response) {
        this(ErrorCode.SERVER_ERROR, message, response, null);
    }

    /** @param code what it means once all attempts have failed */
    public ServerErrorException(ErrorCode code, String message, LiveResponse response, Throwable cause) {
        super(code, message, response, cause);
    }
}
