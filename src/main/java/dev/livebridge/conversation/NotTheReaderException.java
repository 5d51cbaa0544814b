package dev.livebridge.conversation;

/** Another instance has become the reader of a queue, or this one stops: what it has under way goes back. */
class NotTheReaderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotTheReaderException(String message) {
        super(message);
    }
}
