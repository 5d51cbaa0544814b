package dev.livebridge.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What became of one message. The ledger guards it. */
final class Story {
    enum Kind {
        TEXT(null),
        /** JSON with an attachment in base64. */
        INLINE(null),
        /** A BytesMessage that is an attachment. */
        BYTES(null),
        /** JSON that no bridge may send. */
        POISON("invalid-request");

        private final String deadLetter;

        Kind(String deadLetter) {
            this.deadLetter = deadLetter;
        }

        /** The code of the dead letter that it must become; null where it must be delivered. */
        String deadLetter() {
            return deadLetter;
        }

        boolean hasAttachment() {
            return this == INLINE || this == BYTES;
        }
    }

    /** The producer's, shared by the messages that it sent in it. */
    static final class Transaction {
        private enum Fate {
            UNDER_WAY,
            COMMITTED,
            IN_DOUBT
        }

        private Fate fate = Fate.UNDER_WAY;
        private boolean seen;

        void committed() {
            fate = Fate.COMMITTED;
        }

        /** The broker died over the commit: all of its messages are there, or none. */
        void inDoubt() {
            fate = Fate.IN_DOUBT;
        }

        boolean isInDoubt() {
            return fate == Fate.IN_DOUBT;
        }

        /** Whether its messages must arrive: one that came tells of all. */
        boolean isSent() {
            return fate == Fate.COMMITTED || seen;
        }
    }

    /**
     * What the bridge said of it, in a reply or an event.
     *
     * @param at when, in milliseconds since the epoch: before it reached the broker
     */
    record Statement(long at, String status, boolean uncertain, boolean duplicate) {}

    /** @param messageId of the dead letter itself */
    record DeadLetter(String messageId, String code, boolean uncertain) {}

    private final String conversation;
    private final int sequence;
    private final Kind kind;
    private final Transaction transaction;
    /** When Live took it, in milliseconds since the epoch. */
    private final List<Long> takes = new ArrayList<>();

    private final List<Statement> statements = new ArrayList<>();
    private final List<DeadLetter> deadLetters = new ArrayList<>();

    Story(String conversation, int sequence, Kind kind, Transaction transaction) {
        this.conversation = conversation;
        this.sequence = sequence;
        this.kind = kind;
        this.transaction = transaction;
    }

    /** Its text as well. */
    String id() {
        return conversation + ":" + sequence;
    }

    String conversation() {
        return conversation;
    }

    int sequence() {
        return sequence;
    }

    Kind kind() {
        return kind;
    }

    Transaction transaction() {
        return transaction;
    }

    void taken(long at) {
        takes.add(at);
        transaction.seen = true;
    }

    void said(Statement statement) {
        // the broker's death makes the listener read some again
        if (!statements.contains(statement)) {
            statements.add(statement);
        }
    }

    void dead(DeadLetter deadLetter) {
        if (deadLetters.stream().noneMatch(known -> known.messageId().equals(deadLetter.messageId()))) {
            deadLetters.add(deadLetter);
        }
        transaction.seen = true;
    }

    List<DeadLetter> deadLetters() {
        return deadLetters;
    }

    boolean isDelivered() {
        return !takes.isEmpty();
    }

    /** It was sent, and has come to no end. */
    boolean isOpen() {
        return transaction.isSent() && !isDelivered() && deadLetters.isEmpty();
    }

    /** The bridge has told its outcome. */
    boolean isReported() {
        return statements.stream()
                .anyMatch(statement -> Set.of("sent", "failed").contains(statement.status()));
    }

    boolean isTwice() {
        return takes.size() > 1;
    }

    /** Live took it once more after the bridge had said, without a doubt, that it was sent. */
    boolean isConfirmedTwice() {
        return statements.stream()
                .filter(statement -> statement.status().equals("sent") && !statement.uncertain())
                .anyMatch(sent -> takes.stream().anyMatch(take -> take > sent.at()));
    }

    /** The bridge told that Live may have taken it more than once. */
    boolean isMarked() {
        return statements.stream().anyMatch(Statement::uncertain)
                || deadLetters.stream().anyMatch(DeadLetter::uncertain);
    }

    /** The bridge said that it may have been taken more than once, and later that it was sent, without a doubt. */
    boolean isMarkTakenBack() {
        return statements.stream().filter(Statement::uncertain).anyMatch(marked -> statements.stream()
                .anyMatch(later -> later.at() > marked.at() && later.status().equals("sent") && !later.uncertain()));
    }

    /** Whether it is on the dead-letter queue as it should be: once with its code, or not at all. */
    boolean hasUnexpectedDeadLetter() {
        return deadLetters.size() > 1
                || deadLetters.stream().anyMatch(dead -> !dead.code().equals(kind.deadLetter()));
    }

    @Override
    public String toString() {
        return id() + " " + kind + (transaction.isInDoubt() ? " (commit in doubt)" : "") + ": taken " + takes
                + ", said " + statements + ", dead " + deadLetters;
    }
}
