package dev.livebridge.delivery;

import java.util.Locale;

/** What is to become of a message after a try that failed: the variable {@code next}. */
public enum Next {
    /** The same consumer tries again, after a wait. */
    TRY_AGAIN,
    /** It waits on the held queue, and so do those behind it in its conversation. */
    SET_ASIDE,
    /** It waits on the held queue already: the next try comes later. */
    POSTPONE,
    /** It goes to the end of the held messages of its conversation: one of them has its key. */
    QUEUE_BEHIND,
    /** It goes back to its queue: its transaction can't be committed any more, or the bridge stops. */
    PUT_BACK,
    /** It is not tried again. */
    DEAD_LETTER,
    /** It can't be taken up: nothing is known of it that a dead letter could say, but that. */
    BURY,
    /** It is not tried again, and nobody knows whether Live has taken it. */
    DEAD_LETTER_UNCERTAIN;

    /** The name of the variable. */
    static final String VARIABLE = "next";

    /** As routes/error-handling.camel.yaml and routes/give-up.camel.yaml name it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
