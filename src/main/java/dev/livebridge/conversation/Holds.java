package dev.livebridge.conversation;

import dev.livebridge.bot.Bot;
import dev.livebridge.bot.Bots;
import dev.livebridge.delivery.Hold;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.State;
import dev.livebridge.failure.LostMessageException;
import dev.livebridge.jms.Digest;
import dev.livebridge.jms.Identity;
import dev.livebridge.jms.NotKeptException;
import dev.livebridge.jms.Original;
import dev.livebridge.jms.Originals;
import dev.livebridge.jms.Resend;
import dev.livebridge.outage.Outages;
import dev.livebridge.spool.SpoolFolder;
import dev.livebridge.store.Sql;
import dev.livebridge.store.Store;
import jakarta.jms.BytesMessage;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jms.JmsException;
import org.springframework.jms.core.JmsTemplate;

/**
 * Waits of a single conversation. Its messages are set aside on {@code live.held}, in their order, in the transaction that
 * consumed them, so that their consumer goes on with its other conversations. A row in the store says that it waits. To
 * bring them back, a marker goes into the same group of the queue that they came from: the consumer that meets it takes
 * the first held message in its place, and sends the next marker in the same transaction, until none is left. What comes
 * for the conversation meanwhile is set aside behind them.
 */
public final class Holds {
    private static final Logger LOG = LoggerFactory.getLogger(Holds.class);
    private static final String GROUP = "liveHopHoldGroup";
    private static final String DIGEST = "liveHopHoldDigest";
    private static final String SEAL = "liveHopSeal";
    private static final String OF_GROUP = " where bot_id = ? and queue = ? and group_id = ?";
    /** A marker overtakes the messages of its group, which would only be set aside. */
    private static final int FIRST = 9;

    private static final int MAX_REASON = 500;
    private static final long EMPTY_AFTER_MILLIS = 250;
    /** How often none is found before none is there. */
    private static final int EMPTY_LOOKS = 60;
    /** How many held messages are looked at for conversations that nobody knows to wait. */
    private static final int LOOKED_AT = 1000;
    /** A marker that is not met in this time is sent again; a second one does no harm. */
    private static final Duration MARKER_PATIENCE = Duration.ofSeconds(30);
    /** Over so long the first tries are spread after an outage. */
    private static final Duration SPREAD = Duration.ofSeconds(2);
    /** The cause of a wait that no service, agent or conversation ends. */
    private static final String OTHER = "other";

    private static final Hold BEHIND = new Hold(Duration.ZERO, "behind others of its conversation", OTHER, false);

    private final Store store;
    private final MarkerSeal seal;
    private final long botId;
    private final JmsTemplate jms;
    private final JmsTemplate markers;
    private final String heldQueue;
    private final Bots bots;
    private final Conversations conversations;
    private final GroupOrder order;
    private final Originals originals;
    private final UnreadableMessages unreadable;
    private final Outages outages;
    /** By service, the end of the outage after which its conversations were released. */
    private final Map<String, Outages.End> released = new ConcurrentHashMap<>();

    /**
     * @param broker    the consumers' own connection factory: what is sent joins their transaction
     * @param heldQueue {@code live.queues.held}
     */
    public Holds(
            Store store,
            ConnectionFactory broker,
            String heldQueue,
            Bots bots,
            Conversations conversations,
            GroupOrder order,
            Originals originals,
            UnreadableMessages unreadable,
            Outages outages) {
        this.store = store;
        this.seal = new MarkerSeal(store);
        this.botId = bots.main().id();
        this.jms = new JmsTemplate(broker);
        this.jms.setSessionTransacted(true);
        this.markers = new JmsTemplate(broker);
        this.markers.setExplicitQosEnabled(true);
        this.markers.setPriority(FIRST);
        this.heldQueue = heldQueue;
        this.bots = bots;
        this.conversations = conversations;
        this.order = order;
        this.originals = originals;
        this.unreadable = unreadable;
        this.outages = outages;
    }

    /**
     * By what a message waits: the group in which the grouping reader put it, else the user where the bridge knows it, else
     * the conversation.
     */
    private String group(Progress progress) {
        Identity identity = progress.identity();
        return identity.byReader() && identity.group() != null
                ? identity.group()
                : conversations.group(progress.bot(), progress.userHash(), progress.conversationId());
    }

    /**
     * Whether a message must wait because others of its conversation do; one that was held is the first of them. One that
     * comes after a held one does, whatever the store says of the conversation. Of a message that nobody has looked up the
     * store says so when it is started.
     *
     * @return {@link State#BEHIND}, or {@link State#KNOWN}
     */
    public State check(Progress progress) {
        boolean isBehind =
                progress.identity().heldSince() == 0 && (progress.delivery().before() != null || isWaiting(progress));
        return isBehind ? State.BEHIND : State.KNOWN;
    }

    /** Whether others of its conversation wait. */
    public boolean isWaiting(Progress progress) {
        return isHeld(progress.identity().queue(), group(progress));
    }

    private boolean isHeld(String queue, String group) {
        return store.read(sql -> sql.exists("select 1 from hold" + OF_GROUP, botId, queue, group));
    }

    /** Its conversation waits from now on, if it doesn't yet. */
    public void begin(Progress progress) {
        begin(progress, group(progress), progress.hold());
    }

    private void begin(Progress progress, String group, Hold hold) {
        Identity identity = progress.identity();
        insert(identity.queue(), group, identity.group(), hold, Instant.now().plus(hold.time()));
    }

    private static String shortened(String reason) {
        // PostgreSQL has no NUL
        return reason.substring(0, Math.min(MAX_REASON, reason.length())).replace('\0', ' ');
    }

    /** Sets a message aside, behind those of its conversation, in the transaction that consumed it. */
    public void setAside(Progress progress) throws LostMessageException {
        order.setAside(progress);
        Original original = progress.original();
        Identity identity = original.identity();
        String group = group(progress);
        int waiting = store.write(sql -> sql.update(
                "update hold set last_id = ?, empty_looks = 0" + OF_GROUP,
                identity.recordId(),
                botId,
                identity.queue(),
                group));
        if (waiting == 0) {
            begin(progress, group, BEHIND);
        }
        jms.execute(session -> {
            Map<String, Object> properties = original.hopProperties();
            properties.putAll(identity.held(System.currentTimeMillis()));
            properties.put(DIGEST, digest(identity.queue(), group));
            properties.put(GROUP, group);
            int priority = original.message().getJMSPriority();
            Message message = Resend.message(original, properties, session);
            try (MessageProducer producer = session.createProducer(session.createQueue(heldQueue))) {
                Resend.send(producer, message, priority);
            }
            return null;
        });
    }

    /** The first of the held messages failed again: the next try comes later, and the transaction is rolled back. */
    public void postpone(Progress progress) {
        Hold hold = progress.hold();
        String queue = progress.identity().queue();
        String group = group(progress);
        Instant now = Instant.now();
        // where this is lost, its marker comes again at once, and waits for the store
        store.writeLater(sql -> sql.update(
                "update hold set due_at = ?, marked_until = ?, reason = ?, cause = ?, asked = ?" + OF_GROUP,
                now.plus(hold.time()),
                now,
                shortened(hold.reason()),
                hold.cause(),
                hold.isAsked(),
                botId,
                queue,
                group));
    }

    /**
     * What is to be done with what a consumer met: a message as it is; in the place of a marker, the first held message of
     * its conversation, or null where there is none to take now.
     */
    Original take(Message met, SpoolFolder folder) throws JMSException, NotKeptException {
        if (GroupOrder.isMoved(met)) {
            order.moved();
        }
        if (!(met.getJMSDestination() instanceof Queue readFrom) || !isMarker(met, readFrom.getQueueName())) {
            return originals.keep(met, folder);
        }
        String group = met.getStringProperty(GROUP);
        String queue = bots.cameBy(readFrom.getQueueName());
        Optional<Instant> due = store.read(sql -> sql.first(
                "select due_at from hold" + OF_GROUP, row -> Sql.instant(row, "due_at"), botId, queue, group));
        if (due.isEmpty() || due.get().isAfter(Instant.now())) {
            return null;
        }
        Taken taken = jms.execute(session -> take(session, digest(queue, group), folder), true);
        if (taken.failure() != null) {
            throw taken.failure();
        }
        if (taken.original() == null) {
            endOrLookAgain(queue, group);
        } else {
            mark(readFrom.getQueueName(), group, met.getStringProperty("JMSXGroupID"));
        }
        return taken.original();
    }

    /** Producers may write to the same queue: what has no seal of the bridge's is a message like any other. */
    private boolean isMarker(Message met, String readFrom) throws JMSException {
        return !(met instanceof TextMessage || met instanceof BytesMessage)
                && met.getObjectProperty(GROUP) instanceof String group
                && met.getObjectProperty(SEAL) instanceof String given
                && seal.isOf(readFrom + "\n" + group, given);
    }

    private record Taken(Original original, NotKeptException failure) {}

    /** The body of a large message goes with the consumer: it is kept before that closes. */
    private Taken take(Session session, String digest, SpoolFolder folder) throws JMSException {
        try (MessageConsumer consumer = session.createConsumer(session.createQueue(heldQueue), selector(digest))) {
            // receiveNoWait may come before what the broker has: an Artemis consumer that is new has asked for little
            Message held = consumer.receive(EMPTY_AFTER_MILLIS);
            return new Taken(held == null ? null : keep(held, folder, session), null);
        } catch (NotKeptException e) {
            return new Taken(null, e);
        }
    }

    private Original keep(Message held, SpoolFolder folder, Session session) throws JMSException, NotKeptException {
        try {
            return originals.keep(held, folder);
        } catch (JMSException | RuntimeException e) {
            // the broker is not at fault: nothing was asked of it
            unreadable.bury(held, heldQueue, e, session);
            return null;
        }
    }

    /**
     * None was found, which under load may only mean that the broker was slow: the wait is over when the message that was
     * set aside last is done with. Where its record doesn't say so, another look a second later does, in the end.
     */
    private void endOrLookAgain(String queue, String group) {
        Instant now = Instant.now();
        store.write(sql -> {
            // one statement: another message may be set aside at this moment
            int ended = sql.update(
                    "delete from hold" + OF_GROUP
                            + " and (empty_looks >= ? or exists (select 1 from delivery"
                            + " where delivery.bot_id = hold.bot_id and delivery.queue = hold.queue"
                            + " and delivery.message_id = hold.last_id and delivery.state in ('CONFIRMED', 'FAILED')))",
                    botId,
                    queue,
                    group,
                    EMPTY_LOOKS);
            return ended > 0
                    ? ended
                    : sql.update(
                            "update hold set empty_looks = empty_looks + 1, due_at = ?, marked_until = ?" + OF_GROUP,
                            now.plusSeconds(1),
                            now,
                            botId,
                            queue,
                            group);
        });
    }

    /** Selects the held messages of a conversation. */
    static String selector(String queue, String group) {
        return selector(digest(queue, group));
    }

    private static String selector(String digest) {
        return DIGEST + " = '" + digest + "'";
    }

    /** In the transaction of the consumer, where there is one. */
    private void mark(String readFrom, String group, String jmsGroup) {
        markers.send(readFrom, session -> {
            Message marker = session.createMessage();
            marker.setStringProperty(GROUP, group);
            marker.setStringProperty(SEAL, seal.of(readFrom + "\n" + group));
            if (jmsGroup != null) {
                marker.setStringProperty("JMSXGroupID", jmsGroup);
            }
            return marker;
        });
    }

    private record Waiting(String queue, String group, String jmsGroup, long markedUntil) {}

    private static Waiting row(ResultSet row) throws SQLException {
        return new Waiting(row.getString(1), row.getString(2), row.getString(3), row.getLong(4));
    }

    /** Where an outage has ended since the last look, what waits because of it is tried again within two seconds. */
    public void releaseAfterOutage() {
        for (String service : outages.everBack()) {
            Outages.End end = outages.lastEnd(service);
            try {
                if (!end.equals(released.get(service))) {
                    releaseAfter(end, service);
                    released.put(service, end);
                }
            } catch (DataAccessException e) {
                outages.failed(Outages.STORE, e.getMostSpecificCause().getMessage());
            }
        }
    }

    /** Those that failed before the outage wait for themselves: calls of others succeeded since. */
    private void releaseAfter(Outages.End end, String service) {
        Instant now = Instant.now();
        // marked_until is when it failed, as long as it isn't due
        String waiting = "bot_id = ? and cause = ? and due_at > ? and marked_until >= ?";
        String unasked = end.isOfMany() ? "" : " and not asked";
        List<Waiting> holds = store.read(sql -> sql.list(
                "select queue, group_id, jms_group, marked_until from hold where " + waiting + unasked
                        + " order by began_at",
                Holds::row,
                botId,
                service,
                now,
                end.began()));
        for (int i = 0; i < holds.size(); i++) {
            Instant due = now.plus(SPREAD.multipliedBy(i).dividedBy(holds.size()));
            Waiting hold = holds.get(i);
            store.writeLater(sql -> sql.update(
                    "update hold set due_at = ? where queue = ? and group_id = ? and " + waiting,
                    due,
                    hold.queue(),
                    hold.group(),
                    botId,
                    service,
                    due,
                    end.began()));
        }
    }

    /** Whether a conversation waits because this service failed. */
    public boolean isAwaited(String service) {
        return store.read(
                sql -> sql.exists("select 1 from hold where bot_id = ? and cause = ? limit 1", botId, service));
    }

    /** Sends a marker for each conversation whose time has come; of several instances, one does. */
    public void release() {
        try {
            releaseDue();
        } catch (DataAccessException e) {
            outages.failed(Outages.STORE, e.getMostSpecificCause().getMessage());
        } catch (JmsException e) {
            // whoever consumes says so; the next second is another try
            LOG.debug("no marker was sent", e);
        }
    }

    private void releaseDue() {
        Instant now = Instant.now();
        List<Waiting> due = store.read(sql -> sql.list("""
                select queue, group_id, jms_group, marked_until from hold
                where bot_id = ? and due_at <= ? and marked_until <= ?
                """, Holds::row, botId, now, now));
        outages.succeeded(Outages.STORE);
        due.forEach(this::release);
    }

    private void release(Waiting hold) {
        int claimed = store.write(sql -> sql.update(
                "update hold set marked_until = ?" + OF_GROUP + " and marked_until = ?",
                Instant.now().plus(MARKER_PATIENCE),
                botId,
                hold.queue(),
                hold.group(),
                hold.markedUntil()));
        if (claimed == 1) {
            try {
                mark(bots.readFrom(hold.queue()), hold.group(), hold.jmsGroup());
            } catch (JmsException e) {
                // without its marker nobody is to wait for it
                store.writeLater(sql -> sql.update(
                        "update hold set marked_until = ?" + OF_GROUP,
                        Instant.now(),
                        botId,
                        hold.queue(),
                        hold.group()));
                throw e;
            }
        }
    }

    /**
     * Looks on the held queue for messages whose conversation waits by no row, as when the store was restored from a backup:
     * they wait like others from then on.
     */
    public void recover() {
        try {
            List<Waiting> held = jms.browse(heldQueue, (session, browser) -> {
                List<Waiting> first = new ArrayList<>();
                for (Enumeration<?> all = browser.getEnumeration();
                        all.hasMoreElements() && first.size() < LOOKED_AT; ) {
                    Message message = (Message) all.nextElement();
                    if (message.getObjectProperty(GROUP) instanceof String group
                            && message.propertyExists(Identity.MESSAGE_ID)) {
                        Identity identity = Identity.of(message, true);
                        first.add(new Waiting(identity.queue(), group, identity.group(), 0));
                    }
                }
                return first;
            });
            held.stream().distinct().forEach(this::recover);
        } catch (DataAccessException e) {
            outages.failed(Outages.STORE, e.getMessage());
        } catch (JmsException e) {
            LOG.debug("the held queue was not looked at", e);
        }
    }

    private void recover(Waiting hold) {
        Hold found = new Hold(Duration.ZERO, "found on " + heldQueue, OTHER, false);
        if (insert(hold.queue(), hold.group(), hold.jmsGroup(), found, Instant.now())) {
            LOG.warn("messages of {} were found on {} with nobody to bring them back", hold.group(), heldQueue);
        }
    }

    /** Whether it did not wait before. */
    private boolean insert(String queue, String group, String jmsGroup, Hold hold, Instant dueAt) {
        Instant now = Instant.now();
        String reason = shortened(hold.reason());
        return store.write(sql -> sql.update(
                        """
                        insert into hold (bot_id, queue, group_id, jms_group, reason, cause, asked, began_at, due_at,
                          marked_until, empty_looks)
                        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
                        on conflict do nothing
                        """, botId, queue, group, jmsGroup, reason, hold.cause(), hold.isAsked(), now, dueAt, now))
                == 1;
    }

    /** A conversation of this user is there: what waits for it needn't any more. */
    public void releaseUser(Progress progress) {
        Bot bot = progress.bot();
        releaseAny(bot, Set.of(bot.userGroup(progress.userHash())));
    }

    /** An agent has taken this conversation, or it is closed: what waits for that needn't any more. */
    public void releaseConversation(
            @Variable("bot") Bot bot,
            @Variable("conversationId") String conversationId,
            @Variable("userHash") String userHash) {
        // before the user was known, its messages had a group of their own
        releaseAny(bot, userHash == null ? Set.of(conversationId) : Set.of(conversationId, bot.userGroup(userHash)));
    }

    private void releaseAny(Bot bot, Set<String> groups) {
        long waited = bots.messageQueues(bot)
                .flatMap(queue -> groups.stream().filter(group -> endWait(queue, group)))
                .count();
        if (waited > 0) {
            release();
        }
    }

    /** The group of a message is tried again at once. */
    void endWait(Progress progress) {
        endWait(progress.identity().queue(), group(progress));
    }

    /** Whether anything waited. Its marker goes with the next release. */
    private boolean endWait(String queue, String group) {
        Instant now = Instant.now();
        return store.write(sql -> sql.update(
                        "update hold set due_at = ?, marked_until = ?" + OF_GROUP, now, now, botId, queue, group))
                > 0;
    }

    /** A digest, as the group comes from callers and stands in a selector. */
    private static String digest(String queue, String group) {
        return Digest.of(queue + "\n" + group);
    }
}
