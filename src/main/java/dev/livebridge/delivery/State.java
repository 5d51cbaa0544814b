package dev.livebridge.delivery;

import java.util.Locale;

/** What a step has found out: the variable {@code state}, on which the routes choose what comes next. */
public enum State {
    /** There is nothing to do: a marker was met, and no held message is there to take. */
    NOTHING,
    /** The message comes for the first time. */
    NEW,
    /** Somebody may have had it before: the store knows. */
    KNOWN,
    /** The message before it in its group has not come to its end. */
    EARLY,
    /** Nothing keeps it from being sent. */
    READY,
    /** Something is to be done, or to be waited for, before it can be sent. */
    UNPREPARED,
    /** Others of its group wait on the held queue. */
    BEHIND,
    /** The call to Live is recorded as started. */
    STARTED,
    /** The call can't be started: {@code check-message} finds out why. */
    OBSTRUCTED,
    /** Live has taken it in a try before, which failed after that. */
    ACCEPTED,
    /** It comes for the first time, too late. */
    EXPIRED,
    /** Its record, or that of the message with its key, says that Live has taken it. */
    CONFIRMED,
    /** Somebody is to be told what became of it. */
    TOLD,
    /** Nobody asked to be told. */
    QUIET;

    /** The name of the variable. */
    public static final String VARIABLE = "state";

    /** As the routes name it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
