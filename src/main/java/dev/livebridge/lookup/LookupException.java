package dev.livebridge.lookup;

import java.io.IOException;

/** A lookup was answered with what can't be used; the message says so in words for the log, without what was answered. */
public class LookupException extends IOException {
    private static final long serialVersionUID = 1L;

    LookupException(String message) {
        super(message);
    }
}
