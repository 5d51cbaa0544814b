package dev.livebridge.bot;

import java.util.List;

/** Bots for tests of what needs one. */
public final class TestBots {
    /** A bridge with one bot. */
    public static final Bots ONE = of(1000, "live.messages");

    private TestBots() {}

    public static Bot bot(long id) {
        return new Bot("", id, "t0ken", List.of(2179L));
    }

    /** A bridge with this bot, whose producers set the groups of messages themselves. */
    public static Bots of(long id, String messages) {
        return new Bots(bot(id), List.of(), List.of(new Bots.InQueue(messages, messages, true, null)));
    }
}
