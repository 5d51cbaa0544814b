package dev.livebridge.delivery;

import dev.livebridge.bot.Bot;
import dev.livebridge.jms.Identity;
import dev.livebridge.store.Sql;
import dev.livebridge.store.Work;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/** The statements on the table {@code delivery}, a row for each message. {@link Deliveries} says what they are for. */
final class DeliveryTable {
    private static final String COLUMNS = "bot_id, queue, message_id, epoch, began_at,"
            + " state, attempts, server_errors, cut_off, rolled_back, uncertain, told_delayed, held, changed_at,"
            + " early_since, user_hash, conversation_id, outcome";

    private static final String INSERT =
            "insert into delivery (" + COLUMNS + ") values " + Sql.list(18) + " on conflict do nothing";

    /** The group is that of the message; else the user of its conversation, where the bridge knows it; else that conversation. */
    private static final String BEGIN = "insert into delivery (bot_id, queue, message_id, epoch, began_at, attempts,"
            + " changed_at, user_hash, conversation_id, state, server_errors, cut_off, rolled_back, uncertain,"
            + " told_delayed, held)"
            + " select cast(? as bigint), cast(? as varchar), cast(? as varchar), cast(? as bigint), cast(? as bigint),"
            + "   cast(? as integer), cast(? as bigint), cast(? as varchar), cast(? as varchar),"
            + "   'STARTED', 0, 0, false, false, false, false"
            + " where not exists (select 1 from hold where bot_id = ? and queue = ? and group_id = coalesce("
            + "     cast(? as varchar),"
            + "     (select cast(? as varchar) || user_hash from conversation where bot_id = ? and conversation_id = ?),"
            + "     cast(? as varchar)))"
            + "   and not exists (select 1 from conversation"
            + "     where bot_id = ? and conversation_id = ? and closed_at is not null)"
            + "   and (cast(? as varchar) is null or exists (select 1 from delivery where bot_id = ? and queue = ?"
            + "     and message_id = ? and state in ('CONFIRMED', 'FAILED')))"
            + " on conflict do nothing";

    private static final String OF_MESSAGE = " where bot_id = ? and queue = ? and message_id = ?";
    private static final String OF_TAKE_UP = OF_MESSAGE + " and epoch = ?";

    private static final String UPDATE = "update delivery set state = ?, attempts = ?, server_errors = ?, cut_off = ?,"
            + " rolled_back = ?, uncertain = ?, told_delayed = ?, held = ?, changed_at = ?,"
            + " early_since = cast(? as bigint), user_hash = ?, conversation_id = ?, outcome = ?" + OF_TAKE_UP;

    private final long botId;

    /** @param botId of {@code live.bot}, in whose name records are kept */
    DeliveryTable(long botId) {
        this.botId = botId;
    }

    Optional<Delivery> find(Sql sql, Identity identity) throws SQLException {
        return sql.first("select * from delivery" + OF_MESSAGE, row -> read(row, identity), ofMessage(identity));
    }

    /** The message before it in its group, unless that has come to its end. One that has no row has not. */
    Optional<Delivery.Before> before(Sql sql, Identity identity) throws SQLException {
        String id = identity.after();
        if (id == null) {
            return Optional.empty();
        }
        return sql.first(
                        "select state, held from delivery" + OF_MESSAGE,
                        row -> Delivery.Stage.valueOf(row.getString("state")).isEnd()
                                ? Optional.<Delivery.Before>empty()
                                : Optional.of(new Delivery.Before(id, row.getBoolean("held"))),
                        botId,
                        identity.queue(),
                        id)
                .orElse(Optional.of(new Delivery.Before(id, false)));
    }

    /** False where there is a row already. */
    boolean insert(Sql sql, Delivery delivery) throws SQLException {
        return sql.update(INSERT, concat(concat(ofTakeUp(delivery), delivery.beganAt), progress(delivery))) == 1;
    }

    /** Inserts the row of a message whose call begins. False where something stands in its way. */
    boolean begin(Sql sql, Delivery delivery, Bot bot) throws SQLException {
        Identity identity = delivery.identity();
        String conversation = delivery.conversationId;
        return sql.update(
                        BEGIN,
                        botId,
                        identity.queue(),
                        identity.recordId(),
                        delivery.epoch,
                        delivery.beganAt,
                        delivery.attempts,
                        Instant.now(),
                        delivery.userHash,
                        conversation,
                        botId,
                        identity.queue(),
                        identity.byReader() ? identity.group() : null,
                        bot.userGroup(""),
                        bot.id(),
                        conversation,
                        conversation,
                        bot.id(),
                        conversation,
                        identity.after(),
                        botId,
                        identity.queue(),
                        identity.after())
                == 1;
    }

    /** Whether this take-up has a row: the answer to an earlier commit was lost. */
    boolean isThere(Sql sql, Delivery delivery) throws SQLException {
        return sql.exists("select 1 from delivery" + OF_TAKE_UP, ofTakeUp(delivery));
    }

    /** Writes how far it is now, whenever that is executed. False where another take-up has the row. */
    Work<Boolean> update(Delivery delivery) {
        Object[] values = concat(progress(delivery), ofTakeUp(delivery));
        return sql -> sql.update(UPDATE, values) == 1;
    }

    /**
     * Takes a row over from the take-up before. False where that one has changed it meanwhile: it may have started its call
     * between the two statements, or ended it, and what was read of it is not true any more.
     *
     * @param known     what the row says from now on
     * @param readState the state that was read
     */
    boolean takeOver(Sql sql, Delivery known, Delivery.Stage readState, long epoch) throws SQLException {
        return sql.update(
                        "update delivery set epoch = ?, cut_off = ?, rolled_back = false, uncertain = ?, attempts = ?"
                                + OF_TAKE_UP + " and state = ?",
                        concat(
                                new Object[] {epoch, known.cutOff, known.uncertain, known.attempts},
                                concat(ofTakeUp(known), readState.name())))
                == 1;
    }

    /** The other message that has an idempotency key. */
    Optional<Delivery> holder(Sql sql, String key, Identity identity) throws SQLException {
        return sql.first(
                "select * from delivery where idempotency_key = ? and not (bot_id = ? and queue = ? and message_id = ?)",
                row -> read(row, identity),
                concat(new Object[] {key}, ofMessage(identity)));
    }

    /** False where another take-up has the row. */
    boolean takeKey(Sql sql, Delivery delivery, String key) throws SQLException {
        return sql.update(
                        "update delivery set idempotency_key = ?, body_digest = ?" + OF_TAKE_UP,
                        concat(new Object[] {key, delivery.bodyDigest}, ofTakeUp(delivery)))
                == 1;
    }

    /** Changes nothing where another take-up has the row. */
    int freeKey(Sql sql, Delivery delivery) throws SQLException {
        return sql.update("update delivery set idempotency_key = null" + OF_TAKE_UP, ofTakeUp(delivery));
    }

    int beginAnew(Sql sql, Delivery delivery) throws SQLException {
        return sql.update(
                "update delivery set began_at = ?" + OF_TAKE_UP,
                concat(new Object[] {delivery.beganAt}, ofTakeUp(delivery)));
    }

    /** What changes on its way, in the order of the columns. */
    private static Object[] progress(Delivery delivery) {
        return new Object[] {
            delivery.state.name(),
            delivery.attempts,
            delivery.serverErrors,
            delivery.cutOff,
            delivery.rolledBack,
            delivery.uncertain,
            delivery.toldDelayed,
            delivery.held,
            Instant.now(),
            delivery.earlySince,
            delivery.userHash,
            delivery.conversationId,
            delivery.outcome
        };
    }

    private Object[] ofMessage(Identity identity) {
        return new Object[] {botId, identity.queue(), identity.recordId()};
    }

    private Object[] ofTakeUp(Delivery delivery) {
        return concat(ofMessage(delivery.identity()), delivery.epoch);
    }

    private static Object[] concat(Object[] values, Object... more) {
        return Stream.of(values, more).flatMap(Stream::of).toArray();
    }

    private static Delivery read(ResultSet row, Identity identity) throws SQLException {
        Delivery delivery = new Delivery(identity, row.getLong("epoch"));
        delivery.state = Delivery.Stage.valueOf(row.getString("state"));
        delivery.attempts = row.getInt("attempts");
        delivery.serverErrors = row.getInt("server_errors");
        delivery.cutOff = row.getInt("cut_off");
        delivery.rolledBack = row.getBoolean("rolled_back");
        delivery.uncertain = row.getBoolean("uncertain");
        delivery.toldDelayed = row.getBoolean("told_delayed");
        delivery.held = row.getBoolean("held");
        delivery.beganAt = Sql.instant(row, "began_at");
        delivery.earlySince = Sql.instant(row, "early_since");
        delivery.userHash = row.getString("user_hash");
        delivery.conversationId = row.getString("conversation_id");
        delivery.idempotencyKey = row.getString("idempotency_key");
        delivery.bodyDigest = row.getString("body_digest");
        delivery.outcome = row.getString("outcome");
        return delivery;
    }
}
