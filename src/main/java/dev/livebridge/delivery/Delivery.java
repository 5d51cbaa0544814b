package dev.livebridge.delivery;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * How far one message has come on its way to Live, over all processes that had it: its row in the store, see
 * {@link Deliveries}.
 */
public final class Delivery {
    /** How far. */
    public enum State {
        /** The reader has handed it on, and nobody has taken it up. */
        IN_LANE,
        /** Live has not been called for it, or answered that it would not take it now. */
        WAITING,
        /** A call was begun: if nobody is at it any more, Live may have carried it out. */
        STARTED,
        /** Live has taken it; the outcome is what its sender was told. */
        CONFIRMED,
        /** It will not be tried again; the outcome says why. */
        FAILED;

        boolean isEnd() {
            return this == CONFIRMED || this == FAILED;
        }
    }

    /**
     * A message of the same lane that has not come to its end.
     *
     * @param messageId its id in the store
     * @param held      whether it was set aside
     */
    public record Before(String messageId, boolean held) {}

    private final Identity identity;
    State state = State.WAITING;
    boolean stored;
    int attempts;
    int serverErrors;
    int cutOff;
    boolean rolledBack;
    boolean uncertain;
    boolean toldDelayed;
    Instant beganAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
    Instant earlySince;
    /** Null where there is none, or it has come to its end. Not stored. */
    Before before;

    String userHash;
    String conversationId;
    String idempotencyKey;
    String bodyDigest;
    String outcome;

    /** Since when it fails in this process; null while it doesn't. Not stored. */
    Instant failingSince;

    Delivery(Identity identity) {
        this.identity = identity;
    }

    public Identity identity() {
        return identity;
    }

    public boolean confirmed() {
        return state == State.CONFIRMED;
    }

    /** The message that must come to its end first, null for none. */
    public Before before() {
        return before;
    }

    /** Since when it came before its turn, for as long as it lasts. */
    public Instant earlySince() {
        return earlySince;
    }

    /** It came before its turn. */
    public void early(Instant now) {
        earlySince = earlySince == null ? now : earlySince;
    }

    /** It needn't wait for the message before it any longer. */
    public void goOn() {
        before = null;
    }

    /** Keeps what this process knows of tries to take it up that the store could not note; null where there was none. */
    void goOnFrom(Delivery before) {
        if (before != null) {
            attempts = Math.max(attempts, before.attempts);
            toldDelayed |= before.toldDelayed;
            beganAt = before.beganAt.isBefore(beganAt) ? before.beganAt : beganAt;
            failingSince = before.failingSince;
        }
    }

    /** How often it has failed, or was cut off. */
    public int attempts() {
        return attempts;
    }

    /** Whether Live may have carried out a call of which the bridge knows no answer. */
    public boolean uncertain() {
        return uncertain;
    }

    /** Whether the event {@code delayed} was published. */
    public boolean delayed() {
        return toldDelayed;
    }

    /** When it was first tried. */
    public Instant beganAt() {
        return beganAt;
    }

    /** A call is under way, or was cut off. */
    boolean isStarted() {
        return state == State.STARTED;
    }
}
