package dev.livebridge.conversation;

import dev.livebridge.delivery.ErrorCode;
import dev.livebridge.delivery.RefusedException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.Variable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which user has which open conversation: kept in the store, by bot and user hash. A user's newest is the open one. */
public final class Conversations {
    private final JdbcClient store;
    private final long botId;

    public Conversations(DataSource store, long botId) {
        this.store = JdbcClient.create(store);
        this.botId = botId;
    }

    /** Live has queued this conversation for this user. To say it again changes nothing. */
    public void queued(@Variable("conversationId") String conversationId, @Variable("userHash") String userHash) {
        store.sql("""
                        merge into conversation as known
                        using (values (?, ?, ?, ?)) as queued (bot_id, conversation_id, user_hash, queued_at)
                        on known.bot_id = queued.bot_id and known.conversation_id = queued.conversation_id
                        when not matched then
                          insert (bot_id, conversation_id, user_hash, queued_at)
                          values (queued.bot_id, queued.conversation_id, queued.user_hash, queued.queued_at)
                        """)
                .params(botId, conversationId, userHash, Timestamp.from(Instant.now()))
                .update();
    }

    /** Whose conversation this is; null where the bridge has not seen it. */
    public String user(@Variable("conversationId") String conversationId) {
        return store.sql("select user_hash from conversation where bot_id = ? and conversation_id = ?")
                .params(botId, conversationId)
                .query(String.class)
                .optional()
                .orElse(null);
    }

    /**
     * The conversation that a message is addressed to: its {@code conversationId} as it is, or the open one of its
     * {@code userHash}.
     *
     * @throws RefusedException {@code unknown-conversation} where the user has none
     */
    public String addressed(@Variable("request") Map<String, Object> request) throws RefusedException {
        if (request.get("conversationId") instanceof String conversationId) {
            return conversationId;
        }
        return store.sql("""
                        select conversation_id from conversation
                        where bot_id = ? and user_hash = ?
                        order by number desc limit 1
                        """)
                .params(botId, request.get("userHash"))
                .query(String.class)
                .optional()
                .orElseThrow(() -> RefusedException.request(
                        ErrorCode.UNKNOWN_CONVERSATION, "/userHash", "the user has no open conversation"));
    }
}
