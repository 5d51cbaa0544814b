package dev.livebridge.jms;

/** A message could not be taken from the broker as a whole: it goes back to its queue, and is delivered again. */
public class NotKeptException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Without a cause: routes/error-handling.camel.yaml would go by that, and try again with what is left. */
    public NotKeptException(String message) {
        super(message);
    }
}
