package dev.livebridge.delivery;

import dev.livebridge.jms.Identity;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How far one message has come on its way to Live, over all processes that had it: its row in the store, see
 * {@link Deliveries}.
 */
public final class Delivery {
    /** How far. */
    public enum Stage {
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
     * The message before it in its group, which has not come to its end.
     *
     * @param messageId its id in the store
     * @param held      whether its record says that it was set aside
     */
    public record Before(String messageId, boolean held) {}

    private final Identity identity;
    /** The number of this take-up: in the row of the message for as long as nobody else takes it up. */
    final long epoch;

    /** Whether this consumer may take the message from another one that has a record of it. */
    boolean mayTakeOver;

    /** Whether there is a row, with this epoch. */
    boolean stored;
    /** Whether the store has been asked what became of the message before. */
    boolean looked;

    Stage state = Stage.WAITING;
    int attempts;
    int serverErrors;
    int cutOff;
    boolean rolledBack;
    boolean uncertain;
    boolean toldDelayed;
    boolean held;
    Instant beganAt = Instant.now();
    Instant earlySince;
    /** Null where there is none, or it has come to its end. Not stored. */
    Before before;

    String userHash;
    String conversationId;
    String idempotencyKey;
    String bodyDigest;
    /** At its end what became of it; before, the entries of it that Live has confirmed. JSON; null without. */
    String outcome;

    /** Since when it fails in this process; null while it doesn't. Not stored. */
    Instant failingSince;

    /** A new take-up. */
    Delivery(Identity identity) {
        this(identity, ThreadLocalRandom.current().nextLong());
    }

    /** A take-up that the store knows. */
    Delivery(Identity identity, long epoch) {
        this.identity = identity;
        this.epoch = epoch;
    }

    /** Takes all that is known over, but for who has the message. */
    void become(Delivery known) {
        stored = known.stored;
        state = known.state;
        attempts = known.attempts;
        serverErrors = known.serverErrors;
        cutOff = known.cutOff;
        rolledBack = known.rolledBack;
        uncertain = known.uncertain;
        toldDelayed = known.toldDelayed;
        held = known.held;
        beganAt = known.beganAt;
        earlySince = known.earlySince;
        before = known.before;
        userHash = known.userHash;
        conversationId = known.conversationId;
        idempotencyKey = known.idempotencyKey;
        bodyDigest = known.bodyDigest;
        outcome = known.outcome;
    }

    public Identity identity() {
        return identity;
    }

    public boolean confirmed() {
        return state == Stage.CONFIRMED;
    }

    /** Whether the store has been asked what became of the message before. */
    public boolean looked() {
        return looked;
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

    /** Since when it fails in this process; null while it doesn't. */
    public Instant failingSince() {
        return failingSince;
    }

    /** A call is under way, or was cut off. */
    boolean isStarted() {
        return state == Stage.STARTED;
    }
}
