package dev.livebridge.bench;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * When the messages of one measurement reached Live: their first call that it took. Messages are numbered from 0 in the
 * order in which they are sent, and go round over the conversations. Written by the stub's one thread; to be read once
 * {@link #await} has answered, or the stub has been given others.
 */
final class Arrivals {
    private static final long NEVER = Long.MIN_VALUE;

    private final int measurement;
    private final int conversations;
    private final long[] arrivedAt;
    private final int[] newest;
    private final CountDownLatch missing;
    private final int[] outOfOrder;
    private int repeated;
    private int refused;

    /** @param measurement a number that no other has: what comes late from one before is left out */
    Arrivals(int measurement, int messages, int conversations) {
        this.measurement = measurement;
        this.conversations = conversations;
        arrivedAt = new long[messages];
        Arrays.fill(arrivedAt, NEVER);
        newest = new int[conversations];
        Arrays.fill(newest, -1);
        outOfOrder = new int[conversations];
        missing = new CountDownLatch(messages);
    }

    static String conversation(int index) {
        return "bench-%04d".formatted(index);
    }

    int conversationOf(int message) {
        return message % conversations;
    }

    int messages() {
        return arrivedAt.length;
    }

    /** What a user writes: of everyday length, and so that {@link #take} knows it again. */
    String text(int message) {
        return measurement + " " + message + " Hello, I ordered a lamp two weeks ago and have not heard from you since;"
                + " the number of the order is 2024-118-7.";
    }

    /** A call that Live takes, with the text that the message had. */
    void take(String conversation, String text, long now) {
        String[] parts = text.split(" ", 3);
        if (Integer.parseInt(parts[0]) != measurement) {
            return;
        }
        int message = Integer.parseInt(parts[1]);
        int index = conversationOf(message);
        if (!conversation.equals(conversation(index)) || !text.equals(text(message))) {
            throw new IllegalArgumentException("message " + message + " came as '" + text + "' to " + conversation);
        }
        if (arrivedAt[message] != NEVER) {
            repeated++;
            return;
        }
        arrivedAt[message] = now;
        if (message < newest[index]) {
            outOfOrder[index]++;
        }
        newest[index] = Math.max(newest[index], message);
        missing.countDown();
    }

    /** A call that Live answered with an error. */
    void refuse() {
        refused++;
    }

    /** Whether all came within that time. */
    boolean await(long seconds) throws InterruptedException {
        return missing.await(seconds, TimeUnit.SECONDS);
    }

    /** How many have not come so far. */
    long missing() {
        return missing.getCount();
    }

    /** Messages per second, from the first call to the last. */
    double perSecond() {
        long first = Arrays.stream(arrivedAt).min().orElse(NEVER);
        return (arrivedAt.length - 1) * 1e9 / (last() - first);
    }

    /** Messages that came after a later one of their conversation, of these conversations. */
    int outOfOrder(IntPredicate conversation) {
        return IntStream.range(0, conversations)
                .filter(conversation)
                .map(index -> outOfOrder[index])
                .sum();
    }

    /** How long these messages were under way, in nanoseconds; those that never came are left out. */
    long[] delays(long[] sentAt, IntPredicate message) {
        return IntStream.range(0, arrivedAt.length)
                .filter(message)
                .filter(one -> arrivedAt[one] != NEVER)
                .mapToLong(one -> arrivedAt[one] - sentAt[one])
                .toArray();
    }

    /** How many of these messages never came. */
    long missing(IntPredicate message) {
        return IntStream.range(0, arrivedAt.length)
                .filter(message)
                .filter(one -> arrivedAt[one] == NEVER)
                .count();
    }

    /** When the last of those that came did. */
    long last() {
        return Arrays.stream(arrivedAt).max().orElse(NEVER);
    }

    /** Calls for a message that Live had taken already. */
    int repeated() {
        return repeated;
    }

    int refused() {
        return refused;
    }
}
