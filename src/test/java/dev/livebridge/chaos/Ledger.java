package dev.livebridge.chaos;

import dev.livebridge.chaos.Story.DeadLetter;
import dev.livebridge.chaos.Story.Kind;
import dev.livebridge.chaos.Story.Statement;
import dev.livebridge.chaos.Story.Transaction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was sent, what Live took, and what the bridge said of it. */
final class Ledger {
    /** For so long after it went on, a bridge sends what it was about to send when it was stopped. */
    private static final long LATE_MS = 3_000;

    private static final Set<String> WAITING = Set.of("delayed", "resumed");

    private final Map<String, Story> stories = new LinkedHashMap<>();
    /** By conversation, what Live took, in the order in which it did. */
    private final Map<String, List<Take>> taken = new HashMap<>();
    /** When bridges that were stopped went on, in milliseconds since the epoch. */
    private final List<Long> wentOn = new ArrayList<>();

    private final Set<String> queued = new HashSet<>();
    private final List<String> strays = new ArrayList<>();

    synchronized Story begin(String conversation, int sequence, Kind kind, Transaction transaction) {
        Story story = new Story(conversation, sequence, kind, transaction);
        stories.put(story.id(), story);
        return story;
    }

    synchronized void committed(Transaction transaction) {
        transaction.committed();
    }

    synchronized void inDoubt(Transaction transaction) {
        transaction.inDoubt();
    }

    /**
     * Live takes a message.
     *
     * @param conversation  from the path of the call
     * @param text          the id of the message
     * @param hasAttachment whether the call holds one
     */
    synchronized void taken(String conversation, String text, boolean hasAttachment) {
        Story story = stories.get(text);
        if (story == null
                || !story.conversation().equals(conversation)
                || story.kind().hasAttachment() != hasAttachment) {
            strays.add(text + " in conversation " + conversation + (hasAttachment ? " with" : " without")
                    + " attachment, sent as " + story);
            return;
        }
        long now = System.currentTimeMillis();
        story.taken(now);
        taken.computeIfAbsent(conversation, any -> new ArrayList<>()).add(new Take(story, now));
    }

    /** A bridge that was stopped goes on: what it was about to send reaches Live now. */
    synchronized void wentOn() {
        wentOn.add(System.currentTimeMillis());
    }

    /** The bridge's view. */
    synchronized void said(String id, Statement statement) {
        if (statement.status().equals("queued")) {
            queued.add(id);
        } else if (stories.containsKey(id)) {
            stories.get(id).said(statement);
        } else if (!WAITING.contains(statement.status())) {
            // the requests that queue the known conversations wait as well
            strays.add(statement + " of " + id);
        }
    }

    synchronized void dead(String id, DeadLetter deadLetter) {
        if (stories.containsKey(id)) {
            stories.get(id).dead(deadLetter);
        } else {
            strays.add(deadLetter + " of " + id);
        }
    }

    /** How many conversations the bridge said it has queued. */
    synchronized int queued() {
        return queued.size();
    }

    /** How many messages have been sent, and are neither delivered nor dead. */
    synchronized long open() {
        return stories.values().stream().filter(Story::isOpen).count();
    }

    /** How many messages have been delivered, and the bridge has not said so. */
    synchronized long unreported() {
        return stories.values().stream()
                .filter(story -> story.isDelivered() && !story.isReported())
                .count();
    }

    /** How often Live has taken a message. */
    synchronized int takes() {
        return taken.values().stream().mapToInt(List::size).sum();
    }

    /** How far it is. */
    @Override
    public synchronized String toString() {
        return "%d sent, %d under way, Live took %d".formatted(stories.size(), open(), takes());
    }

    /** Something came that no message explains. */
    synchronized void stray(String what) {
        strays.add(what);
    }

    /** Once all is at rest. */
    synchronized Verdict judge() {
        return new Verdict(List.copyOf(stories.values()), disorder(), List.copyOf(strays));
    }

    /**
     * Of each conversation, Live must see the sequence grow. The one step that may be repeated is the last: a message whose
     * outcome was uncertain is sent again before any later one. A repeat after a later message, and a first delivery after
     * a later message, are out of order. A repeat of a marked message is excused just after a stopped bridge went on: that
     * bridge was about to make the call, and can't know that others took over.
     */
    private List<String> disorder() {
        List<String> wrong = new ArrayList<>();
        taken.forEach((conversation, takes) -> {
            int highest = -1;
            Set<Integer> seen = new HashSet<>();
            for (Take take : takes) {
                int sequence = take.story().sequence();
                boolean excused = seen.contains(sequence) && take.story().isMarked() && isLate(take);
                if (sequence < highest && !excused) {
                    wrong.add(conversation + ":" + sequence + (seen.contains(sequence) ? " repeated" : "") + " after "
                            + conversation + ":" + highest);
                }
                seen.add(sequence);
                highest = Math.max(highest, sequence);
            }
        });
        return wrong;
    }

    private boolean isLate(Take take) {
        return wentOn.stream().anyMatch(time -> take.at() >= time && take.at() <= time + LATE_MS);
    }

    private record Take(Story story, long at) {}

    /** @param disorder a line for each message that was out of order */
    record Verdict(Collection<Story> stories, List<String> disorder, List<String> strays) {}
}
