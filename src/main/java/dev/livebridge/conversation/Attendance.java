package dev.livebridge.conversation;

import dev.livebridge.bot.Bot;
import dev.livebridge.delivery.Hold;
import dev.livebridge.delivery.Progress;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.store.Store;
import java.time.Duration;
import java.time.Instant;
import org.apache.camel.Variable;

/**
 * What Live's events say of conversations: taken by an agent, moved, closed. Each may be said again, and may come before the
 * answer of the queue call: then it is remembered, and {@link Conversations#remember} adds the user. And with
 * {@code live.messages.hold-until-attended}, which messages wait for an agent.
 */
public final class Attendance {
    /** An event that was lost, or a release, must not cost the whole wait. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);

    private static final int MAX_TARGET = 256;

    private final Store store;
    private final boolean holds;
    private final Duration timeout;
    private final Holds held;

    /**
     * @param holds   {@code live.messages.hold-until-attended}
     * @param timeout {@code live.hold.timeout}
     * @param held    the messages that wait
     */
    public Attendance(Store store, boolean holds, Duration timeout, Holds held) {
        this.store = store;
        this.holds = holds;
        this.timeout = timeout;
        this.held = held;
    }

    /** An agent has taken this conversation. */
    public void recordAttended(@Variable("bot") Bot bot, @Variable("conversationId") String conversationId) {
        update(bot, conversationId, "attended_at = coalesce(attended_at, ?)", Instant.now());
    }

    /**
     * It was moved. It still counts as attended where it was: nothing says that another such event will come.
     *
     * @param target where to, as text; null where the event doesn't say so
     */
    public void recordTransfer(
            @Variable("bot") Bot bot,
            @Variable("conversationId") String conversationId,
            @Variable("target") String target) {
        if (target != null) {
            // PostgreSQL has no NUL
            String text =
                    target.substring(0, Math.min(MAX_TARGET, target.length())).replace('\0', ' ');
            update(bot, conversationId, "target = ?", text);
        }
    }

    /** It is over. */
    public void recordClosed(@Variable("bot") Bot bot, @Variable("conversationId") String conversationId) {
        update(bot, conversationId, "closed_at = coalesce(closed_at, ?)", Instant.now());
    }

    private void update(Bot bot, String conversationId, String change, Object value) {
        store.write(sql -> {
            // not queued by this bridge, or not yet so far as it knows: without a user
            sql.update("""
                    insert into conversation (bot_id, conversation_id, number, queued_at) values (?, ?, 0, ?)
                    on conflict do nothing
                    """, bot.id(), conversationId, Instant.now());
            return sql.update(
                    "update conversation set " + change + " where bot_id = ? and conversation_id = ?",
                    value,
                    bot.id(),
                    conversationId);
        });
    }

    /** Whether messages wait for an agent: the bridge has queued this conversation, and heard of neither agent nor end. */
    public boolean isAwaited(@Variable(Progress.VARIABLE) Progress progress) {
        return holds && store.read(sql -> sql.exists("""
                        select 1 from conversation
                        where bot_id = ? and conversation_id = ? and user_hash is not null
                          and attended_at is null and closed_at is null
                        """, progress.bot().id(), progress.conversationId()));
    }

    /**
     * The message is to wait until it is looked at again; the event itself ends the wait at once.
     *
     * @throws RefusedException {@code expired}, where it has waited for {@code live.hold.timeout}
     */
    public void await(Progress progress) throws RefusedException {
        progress.setHold(
                new Hold(Duration.ofMillis(patience(progress)), "no agent has taken the conversation", "agent", false));
    }

    private long patience(Progress progress) throws RefusedException {
        long now = System.currentTimeMillis();
        long heldSince = progress.identity().heldSince();
        long left = (heldSince == 0 ? now : heldSince) + timeout.toMillis() - now;
        if (left <= 0) {
            throw RefusedException.request(
                    ErrorCode.EXPIRED,
                    "/",
                    "no agent has taken conversation " + progress.conversationId() + " for " + timeout.toSeconds()
                            + " s");
        }
        long expiration = progress.identity().expiration();
        long untilExpiry = expiration == 0 ? left : Math.max(1, expiration - now);
        return Math.min(LOOK_AGAIN.toMillis(), Math.min(left, untilExpiry));
    }

    /** The event may have come after the look at the conversation, and before anybody could see that a message waits. */
    public void lookAgain(Progress progress) {
        if (!isAwaited(progress)) {
            held.endWait(progress);
        }
    }
}
