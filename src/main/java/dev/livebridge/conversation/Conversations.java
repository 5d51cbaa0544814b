package dev.livebridge.conversation;

import dev.livebridge.bot.Bot;
import dev.livebridge.bot.Bots;
import dev.livebridge.delivery.ErrorCode;
import dev.livebridge.delivery.NoConversationException;
import dev.livebridge.delivery.RefusedException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which user has which open conversation: kept in the store, by bot and user hash. A user's newest is the open one. */
public final class Conversations {
    private static final Logger LOG = LoggerFactory.getLogger(Conversations.class);
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");

    private final JdbcClient store;
    private final Bots bots;
    private final Duration maxAge;
    private final String reopenedFirstname;

    /**
     * @param maxAge            {@code live.conversations.max-age}, after which a conversation is forgotten
     * @param reopenedFirstname {@code live.conversations.reopened-firstname} where messages to a closed conversation open a
     *                          new one ({@code live.conversations.reopen-closed}); null where they don't
     */
    public Conversations(DataSource store, Bots bots, Duration maxAge, String reopenedFirstname) {
        this.store = JdbcClient.create(store);
        this.bots = bots;
        this.maxAge = maxAge;
        this.reopenedFirstname = reopenedFirstname;
    }

    /** Live has queued this conversation for this user. To say it again changes nothing. */
    public void queued(
            @Variable("bot") Bot bot,
            @Variable("conversationId") String conversationId,
            @Variable("userHash") String userHash) {
        if (user(bot, conversationId) != null || addUser(bot, conversationId, userHash)) {
            return;
        }
        try {
            store.sql("""
                            insert into conversation (bot_id, conversation_id, user_hash, queued_at)
                            values (?, ?, ?, ?)
                            """)
                    .params(bot.id(), conversationId, userHash, Timestamp.from(Instant.now()))
                    .update();
        } catch (DuplicateKeyException e) {
            // somebody else was told so at the same moment, or an event came
            addUser(bot, conversationId, userHash);
        }
    }

    /** Whether there is a row that an event of Live made, which came before this. */
    private boolean addUser(Bot bot, String conversationId, String userHash) {
        return store.sql("""
                                update conversation set user_hash = ?, queued_at = ?
                                where bot_id = ? and conversation_id = ? and user_hash is null
                                """)
                        .params(userHash, Timestamp.from(Instant.now()), bot.id(), conversationId)
                        .update()
                > 0;
    }

    /** Live doesn't know this conversation any more. */
    public void closed(@Variable("bot") Bot bot, @Variable("conversationId") String conversationId) {
        store.sql("""
                        update conversation set closed_at = ?
                        where bot_id = ? and conversation_id = ? and closed_at is null
                        """)
                .params(Timestamp.from(Instant.now()), bot.id(), conversationId)
                .update();
    }

    /**
     * Whose a conversation is.
     *
     * @param bot      the bot's that queued it, or that an event of Live named
     * @param userHash of that bot's user; null while only Live has spoken of the conversation
     */
    public record Party(Bot bot, String userHash) {
        String lane(String conversationId) {
            return userHash == null ? conversationId : bot.userKey(userHash);
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
     * The lane of a message, which is in order: that of its user where the bridge knows it, else of its conversation; null
     * without either.
     */
    String lane(Bot bot, String userHash, String conversationId) {
        if (userHash != null || conversationId == null) {
            return bot.userKey(userHash);
        }
        Party party = party(conversationId);
        return party == null ? conversationId : party.lane(conversationId);
    }

    /** By conversation; null for those that only an event of Live has spoken of. */
    private Map<String, String> users(Bot bot, Collection<String> conversationIds) {
        Map<String, String> users = new HashMap<>();
        // what was not looked at yet may hold anything, and PostgreSQL has no NUL
        String[] ids =
                conversationIds.stream().filter(id -> ID.matcher(id).matches()).toArray(String[]::new);
        if (ids.length > 0) {
            store.sql("""
                            select conversation_id, user_hash from unnest(cast(:ids as varchar(128) array)) as given (id)
                            join conversation on bot_id = :botId and conversation_id = given.id
                            """)
                    .param("botId", bot.id())
                    .param("ids", ids)
                    .query((row, number) -> users.put(row.getString(1), row.getString(2)))
                    .list();
        }
        return users;
    }

    /**
     * The conversation that a message is addressed to: its {@code conversationId} as it is, or the open one of its
     * {@code userHash} or {@code user}. Null where one is to be opened first: for the request's {@code user}, which is added
     * to it where a closed conversation is opened anew.
     *
     * @throws RefusedException        {@code conversation-closed} where Live said before that it is gone
     * @throws NoConversationException where the user has no open one
     */
    public String addressed(@Variable("bot") Bot bot, @Variable("request") Map<String, Object> request)
            throws RefusedException, NoConversationException {
        if (request.get("conversationId") instanceof String conversationId) {
            if (isClosed(bot, conversationId)) {
                String userHash = user(bot, conversationId);
                if (reopenedFirstname != null && userHash != null) {
                    return reopened(request, userHash);
                }
                throw RefusedException.request(
                        ErrorCode.CONVERSATION_CLOSED,
                        "/conversationId",
                        "Live said that this conversation is closed, or gone");
            }
            return conversationId;
        }
        Optional<Map<String, Object>> newest =
                store.sql("""
                        select conversation_id, closed_at from conversation
                        where bot_id = ? and user_hash = ?
                        order by number desc limit 1
                        """).params(bot.id(), request.get("userHash")).query().listOfRows().stream()
                        .findFirst();
        boolean isOpen = newest.isPresent() && newest.get().get("closed_at") == null;
        if (!isOpen && request.containsKey("user")) {
            return null;
        }
        if (newest.isEmpty()) {
            throw new NoConversationException(ErrorCode.UNKNOWN_CONVERSATION, "the user has no conversation");
        }
        if (!isOpen && reopenedFirstname != null) {
            return reopened(request, (String) request.get("userHash"));
        }
        if (!isOpen) {
            throw new NoConversationException(ErrorCode.CONVERSATION_CLOSED, "the user's conversation is closed");
        }
        return (String) newest.get().get("conversation_id");
    }

    /** All that the store knows of the user is the hash; the enrichment may know more. */
    private String reopened(Map<String, Object> request, String userHash) {
        request.put("userHash", userHash);
        request.put("user", Map.of("hash", userHash, "firstname", reopenedFirstname));
        return null;
    }

    /** Within what an {@code idempotencyKey} is unique: the conversation, or the user of a message that may open one. */
    public String keyScope(
            @Variable("request") Map<String, Object> request, @Variable("conversationId") String conversationId) {
        return request.containsKey("user") ? (String) request.get("userHash") : conversationId;
    }

    private boolean isClosed(Bot bot, String conversationId) {
        return store.sql("select closed_at from conversation where bot_id = ? and conversation_id = ?")
                .params(bot.id(), conversationId)
                .query(Timestamp.class)
                .optional()
                .isPresent();
    }

    /** Forgets those that are older than {@code live.conversations.max-age}; with the store away, the next time. */
    public void clean() {
        try {
            store.sql("delete from conversation where queued_at < ?")
                    .params(Timestamp.from(Instant.now().minus(maxAge)))
                    .update();
        } catch (DataAccessException e) {
            LOG.debug("old conversations stay: {}", e.getMessage());
        }
    }
}
