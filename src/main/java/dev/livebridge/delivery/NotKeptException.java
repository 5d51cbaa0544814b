package dev.livebridge.delivery;

/** A message could not be taken from the broker as a whole: it goes back to its queue, and is delivered again. */
public class NotKeptException extends Exception {
    private static final long serialVersionUID = 1L;

    public NotKeptException(String message, Throwable cause) {
        super(message, cause);
    }
}
