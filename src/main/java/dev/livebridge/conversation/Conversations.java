package dev.livebridge.conversation;

import dev.livebridge.bot.Bot;
import dev.livebridge.bot.Bots;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.State;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.NoConversationException;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.store.Sql;
import dev.livebridge.store.Store;
import jakarta.jms.JMSException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Which user has which open conversation: kept in the store, by bot and user hash. A user's newest is the open one. */
public final class Conversations {
    private static final Logger LOG = LoggerFactory.getLogger(Conversations.class);
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");

    private final Store store;
    private final Bots bots;
    private final MessageGroups groups;
    private final Duration maxAge;
    private final String reopenedFirstname;
    private final boolean awaitsAgents;

    /**
     * @param maxAge            {@code live.conversations.max-age}, after which a conversation is forgotten
     * @param reopenedFirstname {@code live.conversations.reopened-firstname} where messages to a closed conversation open a
     *                          new one ({@code live.conversations.reopen-closed}); null where they don't
     * @param awaitsAgents      {@code live.messages.hold-until-attended}
     */
    public Conversations(
            Store store,
            Bots bots,
            MessageGroups groups,
            Duration maxAge,
            String reopenedFirstname,
            boolean awaitsAgents) {
        this.store = store;
        this.bots = bots;
        this.groups = groups;
        this.maxAge = maxAge;
        this.reopenedFirstname = reopenedFirstname;
        this.awaitsAgents = awaitsAgents;
    }

    /** Live has queued this conversation for this user. To say it again changes nothing. */
    public void remember(Progress progress) {
        store.write(sql -> queued(sql, progress.bot(), progress.conversationId(), progress.userHash()));
    }

    private boolean queued(Sql sql, Bot bot, String conversationId, String userHash) throws SQLException {
        // where two requests get the same number at once, queued_at decides
        String number = "(select coalesce(max(number), 0) + 1 from conversation where bot_id = ? and user_hash = ?)";
        int inserted = sql.update(
                "insert into conversation (bot_id, conversation_id, user_hash, number, queued_at)"
                        + " select cast(? as bigint), cast(? as varchar), cast(? as varchar), " + number
                        + ", cast(? as bigint) where true on conflict do nothing",
                bot.id(),
                conversationId,
                userHash,
                bot.id(),
                userHash,
                Instant.now());
        if (inserted == 1) {
            return true;
        }
        // an event of Live made the row before; its messages were grouped by the conversation until now
        int known = sql.update(
                "update conversation set user_hash = ?, queued_at = ?, number = " + number
                        + " where bot_id = ? and conversation_id = ? and user_hash is null",
                userHash,
                Instant.now(),
                bot.id(),
                userHash,
                bot.id(),
                conversationId);
        if (known == 1) {
            for (String queue : bots.messageQueues(bot).toList()) {
                groups.join(sql, queue, bot.userGroup(userHash), conversationId);
            }
        }
        return known == 1;
    }

    /** Live doesn't know this conversation any more. */
    public void close(Progress progress) {
        store.write(sql -> sql.update(
                "update conversation set closed_at = ? where bot_id = ? and conversation_id = ? and closed_at is null",
                Instant.now(),
                progress.bot().id(),
                progress.conversationId()));
    }

    /**
     * Whose a conversation is.
     *
     * @param bot      the bot's that queued it, or that an event of Live named
     * @param userHash of that bot's user; null while only Live has spoken of the conversation
     */
    public record Party(Bot bot, String userHash) {
        String group(String conversationId) {
            return userHash == null ? conversationId : bot.userGroup(userHash);
        }
    }

    /** Whose conversation this is, with whichever bot; null where the bridge has not seen it. */
    public Party party(String conversationId) {
        return parties(List.of(conversationId)).get(conversationId);
    }

    /** The user of a conversation of this bot; null where the bridge has not seen it. */
    public String user(@Variable("bot") Bot bot, @Variable("conversationId") String conversationId) {
        return users(bot, List.of(conversationId)).get(conversationId);
    }

    /** Finds the user of the message's conversation, as far as the bridge has seen it. */
    public void findUser(Progress progress) {
        if (progress.userHash() == null) {
            progress.setUserHash(user(progress.bot(), progress.conversationId()));
        }
    }

    /** Whose conversations these are, by their ids, as far as the bridge has seen them. */
    public Map<String, Party> parties(Collection<String> conversationIds) {
        Map<String, Party> parties = new HashMap<>();
        for (Bot bot : bots.all()) {
            users(bot, conversationIds).forEach((id, user) -> {
                // who queued it knows better than an event
                if (user != null || !parties.containsKey(id)) {
                    parties.put(id, new Party(bot, user));
                }
            });
        }
        return parties;
    }

    /**
     * The group of a message, which is in order: that of its user where the bridge knows it, else of its conversation; null
     * without either.
     */
    String group(Bot bot, String userHash, String conversationId) {
        if (userHash != null || conversationId == null) {
            return bot.userGroup(userHash);
        }
        Party party = party(conversationId);
        return party == null ? conversationId : party.group(conversationId);
    }

    /** By conversation; null for those that only an event of Live has spoken of. */
    private Map<String, String> users(Bot bot, Collection<String> conversationIds) {
        Map<String, String> users = new HashMap<>();
        // what was not looked at yet may hold anything, and PostgreSQL has no NUL
        List<Object> values = new ArrayList<>(List.of(bot.id()));
        conversationIds.stream().filter(id -> ID.matcher(id).matches()).forEach(values::add);
        if (values.size() > 1) {
            store.read(sql -> sql.list(
                    "select conversation_id, user_hash from conversation where bot_id = ? and conversation_id in "
                            + Sql.list(values.size() - 1),
                    row -> users.put(row.getString(1), row.getString(2)),
                    values.toArray()));
        }
        return users;
    }

    /**
     * Finds the conversation of a message that comes for the first time. One that was looked up may have to wait before that.
     *
     * @return {@link State#READY} where it can be sent as it is; {@link State#UNPREPARED} where it has a key or attachments,
     *     was looked up, may have to wait for an agent, or its conversation is to be opened
     * @throws RefusedException        as {@link #address}
     * @throws NoConversationException as {@link #address}
     */
    public State find(Progress progress) throws RefusedException, NoConversationException, JMSException {
        progress.setConversationId((String) progress.request().get("conversationId"));
        if (progress.delivery().looked()) {
            return State.UNPREPARED;
        }
        address(progress);
        return progress.conversationId() == null
                        || awaitsAgents
                        || progress.hasAttachments()
                        || progress.original().hasKey()
                ? State.UNPREPARED
                : State.READY;
    }

    /**
     * The conversation that a message is addressed to: its {@code conversationId}, or the open one of its {@code userHash} or
     * {@code user}. None where one is to be opened first: for the request's {@code user}, which is added to it where a closed
     * conversation is opened anew. Whether a {@code conversationId} is closed is asked here only for a message that was
     * looked up, or where closed ones are opened anew; else it is found out as the call starts.
     *
     * @throws RefusedException        {@code conversation-closed} where Live said before that it is gone
     * @throws NoConversationException where the user has no open one
     */
    public void address(Progress progress) throws RefusedException, NoConversationException {
        progress.setConversationId(addressed(progress));
    }

    private String addressed(Progress progress) throws RefusedException, NoConversationException {
        Bot bot = progress.bot();
        Map<String, Object> request = progress.request();
        if (request.get("conversationId") instanceof String conversationId) {
            if ((progress.delivery().looked() || reopenedFirstname != null) && isClosed(bot, conversationId)) {
                String userHash = user(bot, conversationId);
                if (reopenedFirstname != null && userHash != null) {
                    return reopened(progress, userHash);
                }
                throw closed();
            }
            return conversationId;
        }
        Optional<Newest> newest = store.read(sql -> newest(sql, bot, progress.userHash()));
        boolean isOpen = newest.isPresent() && newest.get().open();
        if (!isOpen && request.containsKey("user")) {
            return null;
        }
        if (newest.isEmpty()) {
            throw new NoConversationException(ErrorCode.UNKNOWN_CONVERSATION, "the user has no conversation");
        }
        if (!isOpen && reopenedFirstname != null) {
            return reopened(progress, progress.userHash());
        }
        if (!isOpen) {
            throw new NoConversationException(ErrorCode.CONVERSATION_CLOSED, "the user's conversation is closed");
        }
        return newest.get().conversationId();
    }

    /** All that the store knows of the user is the hash; the enrichment may know more. */
    private String reopened(Progress progress, String userHash) {
        progress.setUserHash(userHash);
        progress.request().put("user", Map.of("hash", userHash, "firstname", reopenedFirstname));
        return null;
    }

    private boolean isClosed(Bot bot, String conversationId) {
        return store.read(sql -> sql.exists(
                "select 1 from conversation where bot_id = ? and conversation_id = ? and closed_at is not null",
                bot.id(),
                conversationId));
    }

    /**
     * Why a message could not be started, as far as its conversation is to blame.
     *
     * @throws RefusedException {@code conversation-closed}
     */
    public void checkOpen(Progress progress) throws RefusedException {
        if (progress.conversationId() != null && isClosed(progress.bot(), progress.conversationId())) {
            throw closed();
        }
    }

    private static RefusedException closed() {
        return RefusedException.request(
                ErrorCode.CONVERSATION_CLOSED,
                "/conversationId",
                "Live said that this conversation is closed, or gone");
    }

    /**
     * The conversation that a user has had last.
     *
     * @param answer what Live answered as it was queued, as JSON; null where it was not queued for a message
     */
    record Newest(String conversationId, boolean open, String answer) {}

    static Optional<Newest> newest(Sql sql, Bot bot, String userHash) throws SQLException {
        return sql.first(
                """
                select conversation_id, closed_at is null, answer from conversation
                where bot_id = ? and user_hash = ?
                order by number desc, queued_at desc limit 1
                """, row -> new Newest(row.getString(1), row.getBoolean(2), row.getString(3)), bot.id(), userHash);
    }

    /** Forgets those that are older than {@code live.conversations.max-age}; with the store away, the next time. */
    public void clean() {
        try {
            store.delete(
                    "conversation",
                    "bot_id, conversation_id",
                    "queued_at < ?",
                    Instant.now().minus(maxAge));
        } catch (DataAccessException e) {
            LOG.debug("old conversations stay: {}", e.getMessage());
        }
    }
}
