package dev.livebridge.deadletter;

import dev.livebridge.broker.BrokerQueues;
import dev.livebridge.jms.JmsProperties;
import dev.livebridge.jms.LargeMessages;
import dev.livebridge.jms.NotKeptException;
import dev.livebridge.jms.Original;
import dev.livebridge.jms.Resend;
import dev.livebridge.spool.Spool;
import dev.livebridge.spool.SpoolFolder;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The dead-letter queue, for the people who look after it, and for routes that replay by a timer. Each call has a
 * connection of its own. What moves or goes, does so in transactions: interrupted at any point, nothing is lost and
 * nothing doubled.
 */
public final class DeadLetters {
    /** How long to wait for one that was there a moment ago. Another may have taken it. */
    private static final long PATIENCE_MILLIS = 2_000;

    /** The last of the waits for more to come; all together they are as long. */
    private static final long QUIET_MILLIS = 1_000;

    /** How many of them one consumer is asked for, and how many go in one transaction when they are purged. */
    private static final int BATCH = 100;

    /** In the place of the ids of all that have none. */
    private static final String NAMELESS = "-";

    private static final int MAX_EARLIER_IDS = 20;

    private final ConnectionFactory connections;
    private final String queue;
    private final Set<String> inQueues;
    private final Spool spool;

    /**
     * @param connections to the broker; Artemis' with {@link LargeMessages}, so that these are not read into memory
     * @param queue       {@code live.queues.deadletters}
     * @param inQueues    where they may go back to, whatever they say: others than the bridge may write dead letters
     * @param spool       where large messages lie while they are replayed; open by then
     */
    public DeadLetters(ConnectionFactory connections, String queue, Set<String> inQueues, Spool spool) {
        this.connections = connections;
        this.queue = queue;
        this.inQueues = inQueues;
        this.spool = spool;
    }

    /** What is done with one of them. */
    @FunctionalInterface
    public interface Visitor<T> {
        void visit(T letter) throws JMSException, IOException;
    }

    /**
     * Dead letters that were there when they were looked for, in the order of the queue, by their own JMSMessageIDs.
     *
     * @param replayable those that can go back to where they came from
     * @param left       those that can't, each with the reason
     * @param ids        all that both are known by
     */
    public record Found(List<String> replayable, Map<String, String> left, Set<String> ids) {
        /** Of both, but for {@link #NAMELESS}. */
        public List<String> messageIds() {
            return Stream.concat(replayable.stream(), left.keySet().stream())
                    .filter(id -> !id.equals(NAMELESS))
                    .toList();
        }

        public int size() {
            return replayable.size() + left.size();
        }
    }

    /** Shows each of them, in the order of the queue, in constant memory. */
    public void list(Selection selection, Visitor<DeadLetter> visitor) throws JMSException, IOException {
        browse(selection, message -> visitor.visit(DeadLetter.of(message)));
    }

    /** Shows each of them whole; what is read of a large body must be read before the visit ends. */
    public void open(Selection selection, Visitor<OpenLetter> visitor) throws JMSException, IOException {
        browse(selection, message -> visitor.visit(OpenLetter.of(message)));
    }

    /** Those that are there now; what comes later is none of them. */
    public Found find(Selection selection) throws JMSException, IOException {
        Found found = new Found(new ArrayList<>(), new LinkedHashMap<>(), new HashSet<>());
        Set<String> seen = new HashSet<>();
        browse(selection, message -> {
            String messageId = message.getJMSMessageID();
            if (messageId == null) {
                found.left().put(NAMELESS, "it can't be chosen, as its sender gave it no JMSMessageID");
                return;
            }
            if (!seen.add(messageId)) {
                // the client lost its connection, found another, and began anew
                return;
            }
            reasonToStay(message)
                    .ifPresentOrElse(reason -> found.left().put(messageId, reason), () -> found.replayable()
                            .add(messageId));
            found.ids().add(messageId);
            originId(message).ifPresent(found.ids()::add);
        });
        return found;
    }

    private Optional<String> reasonToStay(Message letter) throws JMSException {
        Optional<String> origin = originQueue(letter);
        if (origin.isEmpty()) {
            return Optional.of("it doesn't say where it came from (liveOriginQueue)");
        }
        // else whoever may write dead letters could write to any queue by an operator's replay
        return inQueues.contains(origin.get())
                ? Optional.empty()
                : Optional.of("its liveOriginQueue " + origin.get() + " is no in-queue of this bridge");
    }

    private void browse(Selection selection, Visitor<Message> visitor) throws JMSException, IOException {
        try (Connection connection = connections.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            Queue letters = session.createQueue(queue);
            try (QueueBrowser browser = session.createBrowser(letters, selection.selector())) {
                Enumeration<?> there = browser.getEnumeration();
                while (hasMore(there)) {
                    visitor.visit((Message) there.nextElement());
                }
            }
            // to an enumeration, a broker that is gone is an empty one: this fails then
            session.createBrowser(letters).close();
        }
    }

    /**
     * Artemis' client takes a broker that has to wait for the client's credit, or is amid a large message, for one that
     * has no more: only when it says so for a while, it is so.
     */
    private static boolean hasMore(Enumeration<?> letters) throws IOException {
        for (long wait = 1; wait < QUIET_MILLIS; wait *= 2) {
            if (letters.hasMoreElements()) {
                return true;
            }
            try {
                Thread.sleep(wait);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while browsing");
            }
        }
        return letters.hasMoreElements();
    }

    /**
     * For a route: replays all that died with this code and are there now.
     *
     * @return how many
     */
    public int replay(String code) throws JMSException, IOException {
        return replayEach(find(Selection.code(code)), messageId -> {});
    }

    /**
     * The same, without those that have been replayed so many times already.
     *
     * @return how many
     */
    public int replay(String code, int times) throws JMSException, IOException {
        return replayEach(find(Selection.code(code).replayedLessThan(times)), messageId -> {});
    }

    /**
     * Sends these back to the queues they came from, each in a transaction of its own, in their order. Those that can't go
     * back stay; one that another has taken meanwhile is passed over.
     *
     * @param done is told of each, by its own JMSMessageID, after its commit
     * @return how many
     */
    public int replayEach(Found found, Visitor<String> done) throws JMSException, IOException {
        return take(found.replayable(), (consumer, session, ids) -> {
            MessageProducer producer = session.createProducer(null);
            int replayed = 0;
            for (Message letter; replayed < ids.size() && (letter = next(consumer)) != null; replayed++) {
                String messageId = letter.getJMSMessageID();
                replay(letter, session, producer);
                session.commit();
                done.visit(messageId);
            }
            return replayed;
        });
    }

    /**
     * Removes these. One that another has taken meanwhile is passed over.
     *
     * @return how many
     */
    public int purgeEach(Found found) throws JMSException, IOException {
        return take(found.messageIds(), (consumer, session, ids) -> {
            int purged = 0;
            while (purged < ids.size() && next(consumer) != null) {
                purged++;
            }
            session.commit();
            return purged;
        });
    }

    /** What is done with the letters that a consumer of these ids receives; says how many it took. */
    private interface Taker {
        int take(MessageConsumer consumer, Session session, List<String> ids) throws JMSException, IOException;
    }

    /**
     * By consumers that receive these alone: what isn't meant is never delivered, so that no count of its deliveries
     * grows and it keeps its place.
     */
    private int take(List<String> messageIds, Taker taker) throws JMSException, IOException {
        int taken = 0;
        try (Connection connection = connections.createConnection();
                Session session = connection.createSession(true, Session.SESSION_TRANSACTED)) {
            connection.start();
            for (int from = 0; from < messageIds.size(); from += BATCH) {
                List<String> ids = messageIds.subList(from, Math.min(from + BATCH, messageIds.size()));
                try (MessageConsumer consumer = session.createConsumer(
                        session.createQueue(queue), Selection.messageIds(ids).selector())) {
                    taken += taker.take(consumer, session, ids);
                }
            }
        }
        return taken;
    }

    private static Message next(MessageConsumer consumer) throws JMSException {
        return consumer.receive(PATIENCE_MILLIS);
    }

    private void replay(Message letter, Session session, MessageProducer producer) throws JMSException, IOException {
        Destination origin = session.createQueue(originQueue(letter).orElseThrow());
        Optional<String> originId = originId(letter);
        try (SpoolFolder folder = spool.folder()) {
            Original original = kept(letter, folder);
            int replays = original.replays();
            Map<String, Object> properties = original.properties();
            properties.keySet().removeIf(name -> name.startsWith("live"));
            properties.put(Original.EARLIER_IDS, earlierIds(original, originId, letter.getJMSMessageID()));
            properties.put("liveReplays", replays == Integer.MAX_VALUE ? replays : replays + 1);
            Message message = Resend.message(original, properties, session);
            if (message.getJMSCorrelationID() == null && message.getJMSCorrelationIDAsBytes() == null) {
                // the sender has the first message's id to tell the reply by
                message.setJMSCorrelationID(originId.orElse(null));
            }
            Destination replyTo = JmsProperties.orNull(message::getJMSReplyTo);
            boolean isTemporary = replyTo instanceof TemporaryQueue || replyTo instanceof TemporaryTopic;
            if (isTemporary && BrokerQueues.find(session, replyTo).isEmpty()) {
                message.setJMSReplyTo(null);
            }
            producer.send(origin, message, DeliveryMode.PERSISTENT, message.getJMSPriority(), 0);
        }
    }

    /** Those of the letter, and those that are known already: of many replays the first two and the last ones. */
    private static String earlierIds(Original original, Optional<String> originId, String messageId)
            throws JMSException {
        Set<String> ids = new LinkedHashSet<>();
        if (original.earlierIds() != null) {
            ids.addAll(List.of(original.earlierIds().strip().split(" ")));
        }
        originId.ifPresent(ids::add);
        ids.add(messageId);
        List<String> kept = new ArrayList<>(ids);
        while (kept.size() > MAX_EARLIER_IDS) {
            kept.remove(2);
        }
        return " " + String.join(" ", kept) + " ";
    }

    private static Original kept(Message letter, SpoolFolder folder) throws JMSException, IOException {
        try {
            return Original.of(letter, folder);
        } catch (NotKeptException e) {
            throw new IOException(letter.getJMSMessageID() + ": " + e.getMessage(), e);
        }
    }

    private static Optional<String> originQueue(Message letter) throws JMSException {
        return DeadLetter.text(letter, "liveOriginQueue").filter(name -> !name.isEmpty());
    }

    private static Optional<String> originId(Message letter) throws JMSException {
        return DeadLetter.text(letter, "liveOriginMessageId");
    }
}
