package dev.livebridge.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.bot.Bot;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What is known of each message, durably: {@code started} before Live is called, {@code confirmed} with the reply after it,
 * {@code failed} with the reason before its dead letter. A crash between any two steps leaves a row that says what the next
 * consumer of the message may do. Kept for {@code live.idempotency.retention}.
 */
public final class Deliveries {
    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};
    private static final int MAX_KEY = 255;

    private final JdbcClient store;
    private final JdbcClient relaxed;
    private final Settings settings;
    private final Outages outages;

    /**
     * What the configuration says of records.
     *
     * @param botId           of {@code live.bot}, in whose name records are kept
     * @param enabled         {@code live.records.enabled}
     * @param maxCutOff       {@code live.jms.max-crash-deliveries}
     * @param deadLettering   the queues whose uncertain messages are not sent again
     * @param retention       {@code live.idempotency.retention}
     */
    public record Settings(long botId, boolean enabled, int maxCutOff, Set<String> deadLettering, Duration retention) {}

    /**
     * @param store   what is committed there survives the process
     * @param relaxed the same store, for what may be lost with the process
     */
    public Deliveries(DataSource store, DataSource relaxed, Settings settings, Outages outages) {
        this.store = JdbcClient.create(store);
        this.relaxed = JdbcClient.create(relaxed);
        this.settings = settings;
        this.outages = outages;
    }

    /**
     * Takes a message up: sets the variable {@code delivery} to what is known of it, and for a confirmed one
     * {@code outcome} to what its sender is to be told again.
     *
     * @throws DeliveryException where that is enough to end it: it failed before, it ended the process each time, or what
     *                           became of its last call is not known and {@code live.uncertain.*} is dead-letter
     */
    public void take(Exchange exchange) throws DeliveryException, JMSException, IOException {
        Original original = exchange.getVariable("original", Original.class);
        Delivery before = exchange.getVariable("delivery", Delivery.class);
        Delivery delivery = new Delivery(original.identity());
        // the store may be away for long: what this process knows of its tries must not begin anew with each
        delivery.goOnFrom(before);
        exchange.setVariable("delivery", delivery);
        if (!settings.enabled()) {
            return;
        }
        load(delivery);
        delivery.goOnFrom(before);
        outages.succeeded(Outages.STORE);
        if (delivery.confirmed()) {
            exchange.setVariable("outcome", repeated(delivery));
            return;
        }
        if (delivery.state == Delivery.State.FAILED) {
            throw new FailedBeforeException(MAPPER.readValue(delivery.outcome, Failure.class));
        }
        if (original.message().getIntProperty("JMSXDeliveryCount") > 1) {
            delivery.cutOff += delivery.rolledBack ? 0 : 1;
            delivery.rolledBack = false;
            if (delivery.isStarted()) {
                delivery.uncertain = true;
                delivery.attempts++;
            }
            save(delivery);
        }
        if (delivery.cutOff >= settings.maxCutOff()) {
            throw RefusedException.cutOff(delivery.cutOff);
        }
        if (isNotSentAgain(delivery)) {
            throw RefusedException.uncertain("the process ended while Live was called for it");
        }
    }

    /** Whether what may have been sent is not sent again: {@code live.uncertain.*} is dead-letter. */
    boolean isNotSentAgain(Delivery delivery) {
        return delivery.uncertain
                && settings.deadLettering().contains(delivery.identity().queue());
    }

    /**
     * Takes the key of an {@code idempotencyKey}, where there is one, for this message. Where another message has it with a
     * confirmed outcome, that one's outcome is this one's: the variable {@code outcome}.
     *
     * @param scope the user or the conversation within which the key is unique
     * @throws RefusedException            {@code invalid-request} for the key with another body
     * @throws ServiceUnavailableException while the other message is under way
     */
    public void claim(Exchange exchange, @Variable("bot") Bot bot, @Variable("keyScope") String scope)
            throws DeliveryException, JMSException, IOException {
        Original original = exchange.getVariable("original", Original.class);
        if (!original.message().propertyExists("idempotencyKey")) {
            return;
        }
        Delivery delivery = exchange.getVariable("delivery", Delivery.class);
        String key = original.message().getStringProperty("idempotencyKey");
        if (key == null || key.isEmpty() || key.length() > MAX_KEY) {
            throw RefusedException.request(
                    ErrorCode.INVALID_REQUEST,
                    "property:idempotencyKey",
                    "must be a string of 1 to " + MAX_KEY + " characters");
        }
        delivery.idempotencyKey =
                Digest.of(bot.id() + "\n" + delivery.identity().queue() + "\n" + scope + "\n" + key);
        delivery.bodyDigest = original.digest();
        try {
            save(delivery);
            return;
        } catch (DuplicateKeyException e) {
            LOG.debug("{}: its idempotencyKey is taken", delivery.identity().messageId());
        }
        String taken = delivery.idempotencyKey;
        // the key stays the other's; this message may be saved without
        delivery.idempotencyKey = null;
        Optional<Delivery> holder = store.sql("select * from delivery where idempotency_key = ?")
                .params(taken)
                .query((row, number) -> read(row, new Delivery(delivery.identity())))
                .optional();
        if (holder.isPresent() && !holder.get().bodyDigest.equals(delivery.bodyDigest)) {
            throw RefusedException.request(
                    ErrorCode.INVALID_REQUEST,
                    "property:idempotencyKey",
                    "was given with another body before, expected a key of its own for each request");
        }
        if (holder.isEmpty() || !holder.get().confirmed()) {
            throw new ServiceUnavailableException("another message with its idempotencyKey is under way", null);
        }
        exchange.setVariable("outcome", repeated(holder.get()));
        delivery.state = Delivery.State.CONFIRMED;
        delivery.outcome = holder.get().outcome;
        save(delivery);
    }

    /** Live is about to be called. */
    public void started(@Variable("delivery") Delivery delivery) {
        delivery.state = Delivery.State.STARTED;
        try {
            save(delivery);
        } catch (DataAccessException e) {
            delivery.state = Delivery.State.WAITING;
            throw e;
        }
    }

    /** Live has taken it. */
    public void confirmed(
            @Variable("delivery") Delivery delivery,
            @Variable("outcome") Map<String, Object> outcome,
            @Variable("conversationId") String conversationId,
            @Variable("userHash") String userHash)
            throws JsonProcessingException {
        String json = MAPPER.writeValueAsString(outcome);
        delivery.userHash = userHash;
        delivery.conversationId = conversationId;
        delivery.outcome = json;
        delivery.state = Delivery.State.CONFIRMED;
        try {
            save(delivery);
        } catch (DataAccessException e) {
            // the policy tries this step again, and may find the end of its patience
            delivery.state = Delivery.State.STARTED;
            throw e;
        }
    }

    /** It will not be tried again: from here on only its dead letter is left to write, however often that fails. */
    public void failed(
            @Variable("delivery") Delivery delivery,
            @Variable("failure") Failure failure,
            @Variable("conversationId") String conversationId,
            @Variable("userHash") String userHash)
            throws JsonProcessingException {
        if (delivery == null) {
            return;
        }
        // whose it is, as far as that was found out: what Live answered may speak of the user, who may want to be
        // forgotten
        delivery.userHash = userHash == null ? delivery.userHash : userHash;
        delivery.conversationId = conversationId == null ? delivery.conversationId : conversationId;
        delivery.state = Delivery.State.FAILED;
        delivery.outcome = MAPPER.writeValueAsString(failure);
        // a failure frees the key
        delivery.idempotencyKey = null;
        save(delivery);
    }

    /** A call has ended, and Live has not taken the message: it refused it, or the call was another. */
    public void attempted(@Variable("delivery") Delivery delivery) {
        delivery.state = Delivery.State.WAITING;
        saveIfPossible(delivery);
    }

    /** It goes back to its queue in order: that doesn't count as a crash. */
    public void rolledBack(@Variable("delivery") Delivery delivery) {
        if (delivery != null) {
            delivery.rolledBack = true;
            saveIfPossible(delivery);
        }
    }

    /** It goes back in order without having been tried: its time begins anew. */
    public void untried(@Variable("delivery") Delivery delivery) {
        delivery.beganAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
        rolledBack(delivery);
    }

    /** Removes what is older than the retention; with the store away, the next time. */
    public void clean() {
        try {
            Timestamp until = Timestamp.from(Instant.now().minus(settings.retention()));
            // what began later was changed later
            int rows = store.sql("delete from delivery where began_at < ? and changed_at < ?")
                    .params(until, until)
                    .update();
            store.sql("delete from lane where changed_at < ?").params(until).update();
            LOG.debug("{} records removed", rows);
        } catch (DataAccessException e) {
            outages.failed(Outages.STORE, e.getMostSpecificCause().getMessage());
        }
    }

    /** What is lost without the store is a nicety here: the message goes on. */
    private void saveIfPossible(Delivery delivery) {
        try {
            save(delivery, relaxed);
        } catch (DataAccessException e) {
            LOG.debug(
                    "{}: its record is not up to date: {}", delivery.identity().messageId(), e.getMessage());
        }
    }

    private void load(Delivery delivery) {
        store.sql("""
                        select delivery.*, before.state as before_state, before.held as before_held
                        from delivery left join delivery before
                          on before.bot_id = delivery.bot_id and before.queue = delivery.queue
                            and before.message_id = delivery.after_id
                        where delivery.bot_id = ? and delivery.queue = ? and delivery.message_id = ?
                        """)
                .params(
                        settings.botId(),
                        delivery.identity().queue(),
                        delivery.identity().recordId())
                .query((row, number) -> {
                    read(row, delivery);
                    Timestamp earlySince = row.getTimestamp("early_since");
                    delivery.earlySince = earlySince == null ? null : earlySince.toInstant();
                    delivery.before = before(row);
                    if (delivery.state == Delivery.State.IN_LANE) {
                        delivery.state = Delivery.State.WAITING;
                        delivery.beganAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
                    }
                    return delivery;
                })
                .optional();
    }

    private static Delivery.Before before(ResultSet row) throws SQLException {
        String id = row.getString("after_id");
        String state = row.getString("before_state");
        boolean isOpen = state != null && !Delivery.State.valueOf(state).isEnd();
        return isOpen ? new Delivery.Before(id, row.getBoolean("before_held")) : null;
    }

    private static Delivery read(ResultSet row, Delivery delivery) throws SQLException {
        delivery.stored = true;
        delivery.state = Delivery.State.valueOf(row.getString("state"));
        delivery.attempts = row.getInt("attempts");
        delivery.serverErrors = row.getInt("server_errors");
        delivery.cutOff = row.getInt("cut_off");
        delivery.rolledBack = row.getBoolean("rolled_back");
        delivery.uncertain = row.getBoolean("uncertain");
        delivery.toldDelayed = row.getBoolean("told_delayed");
        delivery.beganAt = row.getTimestamp("began_at").toInstant();
        delivery.userHash = row.getString("user_hash");
        delivery.conversationId = row.getString("conversation_id");
        delivery.idempotencyKey = row.getString("idempotency_key");
        delivery.bodyDigest = row.getString("body_digest");
        delivery.outcome = row.getString("outcome");
        return delivery;
    }

    private void save(Delivery delivery) {
        save(delivery, store);
    }

    private void save(Delivery delivery, JdbcClient to) {
        if (!settings.enabled()) {
            return;
        }
        try {
            write(delivery, to);
        } catch (DuplicateKeyException e) {
            if (delivery.stored || !isThereAlready(delivery)) {
                throw e;
            }
            // it was written, and the connection broke before the store could say so
            delivery.stored = true;
            write(delivery, to);
        }
    }

    /** Whether the row of this message is this process's own: began_at goes to the store as it is. */
    private boolean isThereAlready(Delivery delivery) {
        return store.sql("select 1 from delivery where bot_id = ? and queue = ? and message_id = ? and began_at = ?")
                .params(
                        settings.botId(),
                        delivery.identity().queue(),
                        delivery.identity().recordId(),
                        Timestamp.from(delivery.beganAt))
                .query(Integer.class)
                .optional()
                .isPresent();
    }

    private void write(Delivery delivery, JdbcClient to) {
        String sql = delivery.stored ? """
                        update delivery set state = :state, attempts = :attempts, server_errors = :serverErrors,
                          cut_off = :cutOff, rolled_back = :rolledBack, uncertain = :uncertain,
                          told_delayed = :toldDelayed, began_at = :beganAt, early_since = :earlySince,
                          changed_at = :changedAt, user_hash = :userHash, conversation_id = :conversationId,
                          idempotency_key = :idempotencyKey, body_digest = :bodyDigest, outcome = :outcome
                        where bot_id = :botId and queue = :queue and message_id = :messageId
                        """ : """
                        insert into delivery (bot_id, queue, message_id, state, attempts, server_errors, cut_off,
                          rolled_back, uncertain, told_delayed, began_at, early_since, changed_at, user_hash,
                          conversation_id, idempotency_key, body_digest, outcome)
                        values (:botId, :queue, :messageId, :state, :attempts, :serverErrors, :cutOff, :rolledBack,
                          :uncertain, :toldDelayed, :beganAt, :earlySince, :changedAt, :userHash, :conversationId,
                          :idempotencyKey, :bodyDigest, :outcome)
                        """;
        JdbcClient.StatementSpec statement = to.sql(sql)
                .param("botId", settings.botId())
                .param("queue", delivery.identity().queue())
                .param("messageId", delivery.identity().recordId())
                .param("state", delivery.state.name())
                .param("attempts", delivery.attempts)
                .param("serverErrors", delivery.serverErrors)
                .param("cutOff", delivery.cutOff)
                .param("rolledBack", delivery.rolledBack)
                .param("uncertain", delivery.uncertain)
                .param("toldDelayed", delivery.toldDelayed)
                .param("beganAt", Timestamp.from(delivery.beganAt))
                .param("earlySince", delivery.earlySince == null ? null : Timestamp.from(delivery.earlySince))
                .param("changedAt", Timestamp.from(Instant.now()))
                .param("userHash", delivery.userHash)
                .param("conversationId", delivery.conversationId)
                .param("idempotencyKey", delivery.idempotencyKey)
                .param("bodyDigest", delivery.bodyDigest)
                .param("outcome", delivery.outcome);
        statement.update();
        delivery.stored = true;
    }

    private static Map<String, Object> repeated(Delivery delivery) throws JsonProcessingException {
        Map<String, Object> outcome = MAPPER.readValue(delivery.outcome, MAP);
        outcome.put("duplicate", true);
        return outcome;
    }
}
