package dev.livebridge.broker;

/** Another bridge reads the same queues, and has another store; says what to do about it. */
public final class NotAloneException extends Exception {
    private static final long serialVersionUID = 1L;

    NotAloneException(String message) {
        super(message);
    }
}
