package dev.livebridge.failure;

/** Another message with the same {@code idempotencyKey} is under way: this one waits for its outcome. */
public class KeyTakenException extends ServiceUnavailableException {
    private static final long serialVersionUID = 1L;

    public KeyTakenException() {
        super("another message with its idempotencyKey is under way", null);
    }
}
