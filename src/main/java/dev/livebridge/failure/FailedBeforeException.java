package dev.livebridge.failure;

/** The message failed for good before, but its dead letter was not committed: nothing is tried again. */
public class FailedBeforeException extends DeliveryException {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    public FailedBeforeException(Failure failure) {
        super(failure.code(), failure.message(), null, null);
        this.failure = failure;
    }

    /** Why it failed. */
    public Failure failure() {
        return failure;
    }
}
