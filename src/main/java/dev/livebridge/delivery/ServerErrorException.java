package dev.livebridge.delivery;

/** Live failed (500 and kin): the service's fault or the message's, so it is tried {@code live.retry.max-attempts} times. */
public class ServerErrorException extends DeliveryException {
    private static final long serialVersionUID = 1L;

    public ServerErrorException(String message, LiveResponse response) {
        super(ErrorCode.SERVER_ERROR, message, response, null);
    }
}
