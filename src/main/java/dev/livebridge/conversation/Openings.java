package dev.livebridge.conversation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.bot.Bot;
import dev.livebridge.delivery.Delivery;
import dev.livebridge.delivery.Identity;
import dev.livebridge.delivery.ServiceUnavailableException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Opens one conversation where several messages of a user ask for one at once: whoever claims the user first opens it, and
 * the others wait, then find it open. A claim survives the process, as the message does that has it.
 */
public final class Openings {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};
    /** A claim whose message was taken from its queue by hand. */
    private static final Duration STALE = Duration.ofDays(1);

    private final JdbcClient store;

    public Openings(DataSource store) {
        this.store = JdbcClient.create(store);
    }

    private record Open(String conversationId, Map<String, Object> answer) {}

    /**
     * Claims the user for this message. Where the user has an open conversation by now, it becomes the variables
     * {@code conversationId} and {@code conversation} (what Live answered for it, and {@code duplicate}), and nothing is claimed.
     *
     * @throws ServiceUnavailableException while another message has the claim
     */
    public void claim(
            Exchange exchange,
            @Variable("bot") Bot bot,
            @Variable("delivery") Delivery delivery,
            @Variable("userHash") String userHash)
            throws ServiceUnavailableException, JsonProcessingException {
        Identity identity = delivery.identity();
        if (!insert(bot, identity, userHash) && !takeOver(bot, identity, userHash)) {
            throw new ServiceUnavailableException("another message opens a conversation for its user", null);
        }
        Optional<Open> open = open(bot, userHash);
        if (open.isPresent()) {
            release(bot, userHash);
            exchange.setVariable("conversationId", open.get().conversationId());
            exchange.setVariable("conversation", open.get().answer());
        }
    }

    private boolean insert(Bot bot, Identity identity, String userHash) {
        try {
            store.sql("insert into opening (bot_id, user_hash, queue, message_id, since) values (?, ?, ?, ?, ?)")
                    .params(bot.id(), userHash, identity.queue(), identity.recordId(), Timestamp.from(Instant.now()))
                    .update();
            return true;
        } catch (DuplicateKeyException e) {
            return false;
        }
    }

    /** What this message has claimed before. */
    private boolean takeOver(Bot bot, Identity identity, String userHash) {
        int taken = store.sql("""
                        update opening set queue = :queue, message_id = :id, since = :now
                        where bot_id = :bot and user_hash = :user
                          and (queue = :queue and message_id = :id or since < :stale)
                        """)
                .param("bot", bot.id())
                .param("user", userHash)
                .param("queue", identity.queue())
                .param("id", identity.recordId())
                .param("now", Timestamp.from(Instant.now()))
                .param("stale", Timestamp.from(Instant.now().minus(STALE)))
                .update();
        return taken == 1;
    }

    private Optional<Open> open(Bot bot, String userHash) throws JsonProcessingException {
        Optional<Map<String, Object>> newest = store.sql("""
                        select conversation_id, closed_at, answer from conversation
                        where bot_id = ? and user_hash = ?
                        order by number desc limit 1
                        """).params(bot.id(), userHash).query().listOfRows().stream()
                .findFirst();
        if (newest.isEmpty() || newest.get().get("closed_at") != null) {
            return Optional.empty();
        }
        String conversationId = (String) newest.get().get("conversation_id");
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("conversationId", conversationId);
        answer.put("duplicate", true);
        if (newest.get().get("answer") instanceof String json) {
            answer.putAll(MAPPER.readValue(json, MAP));
        }
        return Optional.of(new Open(conversationId, answer));
    }

    /** The conversation is open and remembered: those that wait for it may go on. */
    public void opened(
            @Variable("bot") Bot bot,
            @Variable("userHash") String userHash,
            @Variable("conversationId") String conversationId,
            @Variable("conversation") Map<String, Object> conversation)
            throws JsonProcessingException {
        store.sql("update conversation set answer = ? where bot_id = ? and conversation_id = ?")
                .params(MAPPER.writeValueAsString(conversation), bot.id(), conversationId)
                .update();
        release(bot, userHash);
    }

    /** This message ends here: another may open one. */
    public void givenUp(@Variable("delivery") Delivery delivery) {
        if (delivery != null) {
            store.sql("delete from opening where queue = ? and message_id = ?")
                    .params(delivery.identity().queue(), delivery.identity().recordId())
                    .update();
        }
    }

    private void release(Bot bot, String userHash) {
        store.sql("delete from opening where bot_id = ? and user_hash = ?")
                .params(bot.id(), userHash)
                .update();
    }
}
