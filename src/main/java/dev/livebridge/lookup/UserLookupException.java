package dev.livebridge.lookup;

/** A lookup can't answer for this one user; it may well answer for others. */
public final class UserLookupException extends LookupException {
    private static final long serialVersionUID = 1L;

    UserLookupException(String message) {
        super(message);
    }
}
