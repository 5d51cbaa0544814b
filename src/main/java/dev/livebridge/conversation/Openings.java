package dev.livebridge.conversation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.bot.Bot;
import dev.livebridge.delivery.Progress;
import dev.livebridge.failure.ServiceUnavailableException;
import dev.livebridge.jms.Identity;
import dev.livebridge.store.Sql;
import dev.livebridge.store.Store;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Opens one conversation where several messages of a user ask for one at once: whoever claims the user first opens it, and
 * the others wait, then find it open. A claim survives the process, as the message does that has it.
 */
public final class Openings {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};
    /** A claim whose message was taken from its queue by hand. */
    private static final Duration STALE = Duration.ofDays(1);

    private final Store store;
    private final long botId;

    /** @param botId of {@code live.bot}, in whose name records are kept */
    public Openings(Store store, long botId) {
        this.store = store;
        this.botId = botId;
    }

    /**
     * Claims the user for this message, unless it opened a conversation in a try before. Where the user has an open one by
     * now, that one becomes the message's ({@code duplicate}), and nothing is claimed.
     *
     * @throws ServiceUnavailableException while another message has the claim
     */
    public void claim(Progress progress) throws ServiceUnavailableException, JsonProcessingException {
        if (progress.conversation() != null) {
            progress.setConversation(progress.conversation());
            return;
        }
        Bot bot = progress.bot();
        String userHash = progress.userHash();
        if (!claim(bot, progress.identity(), userHash)) {
            throw new ServiceUnavailableException("another message opens a conversation for its user", null);
        }
        Optional<Conversations.Newest> newest = store.read(sql -> Conversations.newest(sql, bot, userHash));
        if (newest.isPresent() && newest.get().open()) {
            Map<String, Object> answer = answer(newest.get());
            store.write(sql -> release(sql, bot, userHash));
            progress.setConversation(answer);
        }
    }

    /** Whether this message has the claim: it is new, its own from a try before, stale, or left by a message that has ended. */
    private boolean claim(Bot bot, Identity identity, String userHash) {
        Instant now = Instant.now();
        return store.write(sql -> sql.update(
                        """
                        insert into opening (bot_id, user_hash, queue, message_id, since) values (?, ?, ?, ?, ?)
                        on conflict (bot_id, user_hash) do update
                          set queue = excluded.queue, message_id = excluded.message_id, since = excluded.since
                          where opening.queue = excluded.queue and opening.message_id = excluded.message_id
                            or opening.since < ?
                            or exists (select 1 from delivery where delivery.bot_id = ?
                              and delivery.queue = opening.queue and delivery.message_id = opening.message_id
                              and delivery.state in ('CONFIRMED', 'FAILED'))
                        """, bot.id(), userHash, identity.queue(), identity.recordId(), now, now.minus(STALE), botId))
                == 1;
    }

    private static Map<String, Object> answer(Conversations.Newest newest) throws JsonProcessingException {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("conversationId", newest.conversationId());
        answer.put("duplicate", true);
        if (newest.answer() != null) {
            answer.putAll(MAPPER.readValue(newest.answer(), MAP));
        }
        return answer;
    }

    /** The conversation is open and remembered: those that wait for it may go on. */
    public void complete(Progress progress) throws JsonProcessingException {
        String answer = MAPPER.writeValueAsString(progress.conversation());
        store.write(sql -> {
            sql.update(
                    "update conversation set answer = ? where bot_id = ? and conversation_id = ?",
                    answer,
                    progress.bot().id(),
                    progress.conversationId());
            return release(sql, progress.bot(), progress.userHash());
        });
    }

    /** This message ends here: another may open one. */
    public void giveUp(Progress progress) {
        if (progress.userHash() != null) {
            store.write(sql -> sql.update(
                    "delete from opening where bot_id = ? and user_hash = ? and queue = ? and message_id = ?",
                    progress.bot().id(),
                    progress.userHash(),
                    progress.identity().queue(),
                    progress.identity().recordId()));
        }
    }

    private static int release(Sql sql, Bot bot, String userHash) throws SQLException {
        return sql.update("delete from opening where bot_id = ? and user_hash = ?", bot.id(), userHash);
    }
}
