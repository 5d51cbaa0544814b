package dev.livebridge.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.bot.Bot;
import dev.livebridge.failure.DeliveryException;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.FailedBeforeException;
import dev.livebridge.failure.Failure;
import dev.livebridge.failure.KeyTakenException;
import dev.livebridge.failure.LostMessageException;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.jms.Digest;
import dev.livebridge.jms.Identity;
import dev.livebridge.jms.Original;
import dev.livebridge.outage.Outages;
import dev.livebridge.store.Sql;
import dev.livebridge.store.Store;
import dev.livebridge.store.Work;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;

/**
 * What is known of each message, durably: {@code started} before Live is called, {@code confirmed} with the reply after it,
 * {@code failed} with the reason before its dead letter. A crash between any two steps leaves a row that says what the next
 * consumer of the message may do. Each take-up of a message has an epoch, which all of its writes name: after another consumer
 * has taken the message up they change nothing, and end in a {@link LostMessageException}. Kept for
 * {@code live.idempotency.retention}.
 *
 * <p>A message that comes for the first time has no row yet. It costs one insert and one update, unless it has attachments or
 * a key. If something stands in its way (a row of its own, a wait of its group, a closed conversation, a message before it
 * that is not done), the insert does nothing, and only then {@link #look} asks why.
 */
public final class Deliveries {
    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};
    private static final TypeReference<List<Map<String, Object>>> ENTRIES = new TypeReference<>() {};
    private static final int MAX_KEY = 255;

    private final Store store;
    private final Rules rules;
    private final Outages outages;
    private final LastRun lastRun;
    private final DeliveryTable table;

    /**
     * What the configuration says of records.
     *
     * @param botId         of {@code live.bot}, in whose name records are kept
     * @param maxCutOff     {@code live.jms.max-crash-deliveries}
     * @param deadLettering the queues whose uncertain messages are not sent again
     * @param retention     {@code live.idempotency.retention}
     */
    public record Rules(long botId, int maxCutOff, Set<String> deadLettering, Duration retention) {}

    /** @param lastRun whether the process before this one ended in order */
    public Deliveries(Store store, Rules rules, Outages outages, LastRun lastRun) {
        this.store = store;
        this.rules = rules;
        this.outages = outages;
        this.lastRun = lastRun;
        this.table = new DeliveryTable(rules.botId());
    }

    /** Takes a message up. */
    public Delivery take(Original original) throws JMSException {
        Delivery delivery = new Delivery(original.identity());
        // nothing may be written of the time before, when somebody had it
        delivery.cutOff = original.isRedelivered() ? 1 : 0;
        // a message that comes for the first time and has a record is another consumer's: this one was too slow;
        // if the broker has only forgotten a delivery, the message goes back once and comes again as redelivered
        delivery.mayTakeOver = original.isRedelivered() || original.identity().heldSince() != 0 || lastRun.isSuspect();
        return delivery;
    }

    /**
     * Whether to ask the store before anything is done with the message: somebody may have had it before, or it may be what ended
     * the process before this one.
     */
    public boolean mustLook(Progress progress) throws JMSException {
        Delivery delivery = progress.delivery();
        return delivery.confirmed()
                || !delivery.looked
                        && (delivery.mayTakeOver || progress.original().hasKey());
    }

    /**
     * Asks what became of the message before, and takes it from whoever had it.
     *
     * @return {@link State#CONFIRMED} where Live has taken it: its outcome is what its sender is to be told again
     * @throws DeliveryException where that is enough to end it: it failed before, it ended the process each time, or what
     *                           became of its last call is not known and {@code live.uncertain.*} is dead-letter
     */
    public State look(Progress progress) throws DeliveryException, LostMessageException, IOException {
        Delivery delivery = progress.delivery();
        Delivery known = store.write(sql -> takeUp(sql, delivery));
        if (known == null) {
            throw new LostMessageException(delivery.identity());
        }
        delivery.become(known);
        delivery.looked = true;
        outages.succeeded(Outages.STORE);
        if (delivery.confirmed()) {
            progress.repeat(repeated(delivery));
            return State.CONFIRMED;
        }
        if (delivery.state == Delivery.Stage.FAILED) {
            throw new FailedBeforeException(MAPPER.readValue(delivery.outcome, Failure.class));
        }
        if (delivery.outcome != null) {
            progress.resume(MAPPER.readValue(delivery.outcome, ENTRIES));
        }
        if (delivery.cutOff >= rules.maxCutOff()) {
            throw RefusedException.cutOff(delivery.cutOff);
        }
        if (delivery.isStarted()) {
            // by whoever had it before: what fails from now on is not that call
            delivery.state = Delivery.Stage.WAITING;
        }
        if (isNotSentAgain(delivery)) {
            throw RefusedException.uncertain("the process ended while Live was called for it");
        }
        return State.KNOWN;
    }

    /**
     * What is known of the message, whose row has this take-up's epoch from now on, unless it has come to its end. Null where
     * another consumer has it.
     */
    private Delivery takeUp(Sql sql, Delivery delivery) throws SQLException {
        while (true) {
            Delivery known = table.find(sql, delivery.identity()).orElse(null);
            if (known != null && !known.state.isEnd() && known.epoch != delivery.epoch && !delivery.mayTakeOver) {
                return null;
            }
            if (known == null ? table.insert(sql, delivery) : isMine(sql, known, delivery)) {
                // what this consumer knows is newer than its row, unless it has not heard of the commit
                boolean isKnownBetter =
                        known == null || known.epoch == delivery.epoch && (delivery.looked || delivery.stored);
                Delivery taken = new Delivery(delivery.identity());
                taken.become(isKnownBetter ? delivery : known);
                if (!isKnownBetter && known.epoch == delivery.epoch && known.isStarted()) {
                    // it has not called yet
                    taken.state = Delivery.Stage.WAITING;
                }
                taken.stored = !taken.state.isEnd();
                taken.before = table.before(sql, delivery.identity()).orElse(null);
                return taken;
            }
        }
    }

    /**
     * False where another instance has changed the row meanwhile. Whoever has the message now may start its call between the
     * two statements, or end it: then what was read of it is not true any more.
     */
    private boolean isMine(Sql sql, Delivery known, Delivery delivery) throws SQLException {
        if (known.state.isEnd() || known.epoch == delivery.epoch) {
            return true;
        }
        Delivery.Stage readState = known.state;
        known.cutOff += known.rolledBack ? 0 : 1;
        known.rolledBack = false;
        if (known.isStarted()) {
            known.uncertain = true;
            known.attempts++;
        }
        return table.takeOver(sql, known, readState, delivery.epoch);
    }

    /** Whether what may have been sent is not sent again: {@code live.uncertain.*} is dead-letter. */
    boolean isNotSentAgain(Delivery delivery) {
        return delivery.uncertain
                && rules.deadLettering().contains(delivery.identity().queue());
    }

    /**
     * Takes the key of an {@code idempotencyKey} for this message, within the user of a request that may open a conversation,
     * else within its conversation.
     *
     * @return {@link State#CONFIRMED} where another message has the key, and Live has taken that one: its outcome is this one's
     * @throws RefusedException     {@code invalid-request} for the key with another body
     * @throws KeyTakenException    while the other message is under way
     * @throws LostMessageException where another consumer has the message
     */
    public State claimKey(Progress progress) throws DeliveryException, LostMessageException, JMSException, IOException {
        Original original = progress.original();
        if (!original.hasKey()) {
            return State.READY;
        }
        Delivery delivery = progress.delivery();
        if (!(original.message().getObjectProperty(Original.KEY) instanceof String key)
                || key.isEmpty()
                || key.length() > MAX_KEY) {
            throw RefusedException.request(
                    ErrorCode.INVALID_REQUEST,
                    "property:" + Original.KEY,
                    "must be a string of 1 to " + MAX_KEY + " characters");
        }
        String scope = progress.request().containsKey("user") ? progress.userHash() : progress.conversationId();
        String digest =
                Digest.of(progress.bot().id() + "\n" + delivery.identity().queue() + "\n" + scope + "\n" + key);
        delivery.bodyDigest = original.digest();
        Optional<Delivery> holder = claim(delivery, digest);
        if (holder.isEmpty()) {
            delivery.idempotencyKey = digest;
            return State.READY;
        }
        if (!holder.get().bodyDigest.equals(delivery.bodyDigest)) {
            throw RefusedException.request(
                    ErrorCode.INVALID_REQUEST,
                    "property:" + Original.KEY,
                    "was given with another body before, expected a key of its own for each request");
        }
        if (!holder.get().confirmed()) {
            throw new KeyTakenException();
        }
        progress.repeat(repeated(holder.get()));
        delivery.state = Delivery.Stage.CONFIRMED;
        delivery.outcome = holder.get().outcome;
        delivery.userHash = holder.get().userHash;
        delivery.conversationId = holder.get().conversationId;
        save(delivery);
        return State.CONFIRMED;
    }

    /** Whoever has the key already; empty where this message has it now. */
    private Optional<Delivery> claim(Delivery delivery, String key) throws LostMessageException {
        try {
            return mine(delivery, store.write(sql -> {
                Optional<Delivery> holder = table.holder(sql, key, delivery.identity());
                return holder.isPresent() || table.takeKey(sql, delivery, key)
                        ? Optional.of(holder)
                        : Optional.<Optional<Delivery>>empty();
            }));
        } catch (DuplicateKeyException e) {
            // another instance was quicker by a moment: its row is there now
            return claim(delivery, key);
        }
    }

    private static <T> T mine(Delivery delivery, Optional<T> result) throws LostMessageException {
        if (result.isEmpty()) {
            throw new LostMessageException(delivery.identity());
        }
        return result.get();
    }

    /**
     * Live is about to be called.
     *
     * @return {@link State#OBSTRUCTED} where something stands in the way of a message that comes for the first time:
     *     {@link #look} tells what
     * @throws LostMessageException where another consumer has the message
     * @throws RefusedException     {@code expired}: the message may have waited since it was taken up
     */
    public State start(Progress progress) throws LostMessageException, RefusedException {
        Expiry.check(progress);
        Delivery delivery = progress.delivery();
        if (delivery.stored) {
            Delivery.Stage before = delivery.state;
            delivery.state = Delivery.Stage.STARTED;
            try {
                save(delivery);
            } catch (DataAccessException | LostMessageException e) {
                delivery.state = before;
                throw e;
            }
            return State.STARTED;
        }
        delivery.userHash = progress.userHash();
        delivery.conversationId = progress.conversationId();
        Bot bot = progress.bot();
        if (store.write(sql -> table.begin(sql, delivery, bot) || table.isThere(sql, delivery))) {
            delivery.stored = true;
            delivery.state = Delivery.Stage.STARTED;
            outages.succeeded(Outages.STORE);
            return State.STARTED;
        }
        return State.OBSTRUCTED;
    }

    /** Live has taken an entry of it, which is not sent again. The next one is tried anew. */
    public void confirmEntry(Exchange exchange) throws JsonProcessingException, LostMessageException {
        // its own success doesn't show that others succeed
        exchange.setVariable(Streak.VARIABLE, new Streak(Instant.now()));
        Progress progress = Progress.of(exchange);
        Delivery delivery = progress.delivery();
        delivery.failingSince = null;
        delivery.serverErrors = 0;
        delivery.state = Delivery.Stage.WAITING;
        delivery.outcome = MAPPER.writeValueAsString(progress.sent());
        save(delivery);
    }

    /** Live has taken it. */
    public void confirm(Progress progress) throws JsonProcessingException, LostMessageException {
        Delivery delivery = progress.delivery();
        delivery.userHash = progress.userHash();
        delivery.conversationId = progress.conversationId();
        String sent = delivery.outcome;
        delivery.outcome = MAPPER.writeValueAsString(progress.outcome());
        delivery.state = Delivery.Stage.CONFIRMED;
        try {
            save(delivery);
        } catch (DataAccessException e) {
            // the policy tries this step again, and may find the end of its patience
            delivery.state = Delivery.Stage.STARTED;
            delivery.outcome = sent;
            throw e;
        }
    }

    /** It will not be tried again: from here on only its dead letter is left to write, however often that fails. */
    public void fail(Progress progress) throws JsonProcessingException, LostMessageException {
        Delivery delivery = progress.delivery();
        if (delivery.state == Delivery.Stage.FAILED && delivery.looked) {
            return;
        }
        // whose it is, as far as that is known: Live's answer may speak of the user, who may ask to be forgotten
        delivery.userHash = progress.userHash() == null ? delivery.userHash : progress.userHash();
        delivery.conversationId =
                progress.conversationId() == null ? delivery.conversationId : progress.conversationId();
        delivery.state = Delivery.Stage.FAILED;
        delivery.outcome = MAPPER.writeValueAsString(progress.failure());
        if (delivery.idempotencyKey != null) {
            // a failure frees the key
            store.write(sql -> table.freeKey(sql, delivery));
            delivery.idempotencyKey = null;
        }
        save(delivery);
    }

    /** Nobody could read it: what comes behind it in its group needn't wait for it. A failed write is ignored: then it waits. */
    public void endUnread(Identity identity) {
        if (identity.recordId() != null) {
            Delivery delivery = new Delivery(identity);
            delivery.state = Delivery.Stage.FAILED;
            store.writeLater(sql -> table.insert(sql, delivery));
        }
    }

    /** The queue call has ended: the message itself is still to be sent. */
    public void endQueueCall(Progress progress) {
        attempted(progress.delivery());
    }

    /** A call has ended, and Live has not taken the message: it refused it, or the call was another. */
    void attempted(Delivery delivery) {
        if (delivery.confirmed()) {
            return;
        }
        delivery.state = Delivery.Stage.WAITING;
        saveLater(delivery);
    }

    /** It waits on the held queue from now on. */
    public void setAside(Delivery delivery) throws LostMessageException {
        delivery.held = true;
        delivery.rolledBack = true;
        save(delivery);
    }

    /** It goes back to its queue in order: that doesn't count as a crash. */
    public void rollBack(Progress progress) {
        if (progress != null) {
            progress.delivery().rolledBack = true;
            saveLater(progress.delivery());
        }
    }

    /** It goes back in order without having been tried: its time begins anew. */
    public void beginAnew(Progress progress) {
        Delivery delivery = progress.delivery();
        delivery.beganAt = Instant.now();
        store.writeLater(sql -> table.beginAnew(sql, delivery));
    }

    /** Removes what is older than the retention, some of it each time; with the store away, the next time. */
    public void clean() {
        try {
            Instant until = Instant.now().minus(rules.retention());
            // the last messages of groups first: a message must not wait for one that nobody knows any more
            if (store.delete("message_group", "bot_id, group_id, priority", "changed_at < ?", until)) {
                // found by began_at, which has the index; no row is changed before it began
                store.delete("delivery", "bot_id, queue, message_id", "began_at < ? and changed_at < ?", until, until);
            }
        } catch (DataAccessException e) {
            outages.failed(Outages.STORE, e.getMostSpecificCause().getMessage());
        }
    }

    private void save(Delivery delivery) throws LostMessageException {
        Work<Boolean> write = delivery.stored
                ? table.update(delivery)
                : sql -> table.insert(sql, delivery) || table.isThere(sql, delivery);
        if (!store.write(write)) {
            throw new LostMessageException(delivery.identity());
        }
        delivery.stored = true;
    }

    /** A failed write is ignored here: the row only counts attempts, and says what is found out again. */
    private void saveLater(Delivery delivery) {
        if (delivery.stored) {
            store.writeLater(table.update(delivery));
        }
    }

    private static Map<String, Object> repeated(Delivery delivery) throws JsonProcessingException {
        Map<String, Object> outcome = MAPPER.readValue(delivery.outcome, MAP);
        outcome.put("duplicate", true);
        return outcome;
    }
}
