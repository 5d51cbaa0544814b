package dev.livebridge.spool;

import java.io.IOException;

/** More bytes came than may be kept. */
public class TooLargeException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long limit;

    public TooLargeException(long limit) {
        super("more than " + limit + " bytes");
        this.limit = limit;
    }

    /** Bytes. */
    public long limit() {
        return limit;
    }
}
