package dev.livebridge.failure;

/**
 * Live, the source of an attachment, or a service of a lookup is away or asks us to wait: not the message's fault, so it
 * is tried again until {@code live.retry.give-up-after}.
 */
public class ServiceUnavailableException extends DeliveryException {
    private static final long serialVersionUID = 1L;

    public ServiceUnavailableException(String message, LiveResponse response) {
        super(ErrorCode.EXPIRED, message, response, null);
    }
}
