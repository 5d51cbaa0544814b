package dev.livebridge.conversation;

import dev.livebridge.broker.BrokerQueues;
import dev.livebridge.delivery.Addressee;
import dev.livebridge.delivery.NotKeptException;
import dev.livebridge.delivery.Original;
import dev.livebridge.delivery.Originals;
import dev.livebridge.delivery.Outages;
import dev.livebridge.delivery.Resend;
import dev.livebridge.spool.Spool;
import dev.livebridge.spool.SpoolFolder;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.support.service.ServiceSupport;
import org.springframework.dao.DataAccessException;

/**
 * The one reader of {@code live.messages}, and of each queue of messages that a bot has for itself ({@code live.messages.grouped-by = bridge}): gives each message the group of its
 * user, or of its conversation where the bridge doesn't know the user, and hands it on to {@code live.messages.lanes}, in
 * the order in which it came. Written by hand, as no component moves several messages in one transaction, which is what
 * makes it fast. What it has not committed is still on the queue.
 */
public final class Grouper extends ServiceSupport implements Runnable {
    /** How long it looks for a message before it looks whether to stop. */
    private static final long IDLE_MILLIS = 500;
    /** How long a batch is waited for once its first message is there. */
    private static final long GATHER_MILLIS = 5;

    private final ConnectionFactory broker;
    private final BrokerQueues queues;
    private final String from;
    private final String name;
    private final String to;
    private final int batchSize;
    private final BotChoice choice;
    private final Conversations conversations;
    private final Lanes lanes;
    private final Originals originals;
    private final Spool spool;
    private final Outages outages;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private Thread thread;

    /**
     * @param broker    a connection factory of its own, which may fetch further ahead than the consumers'
     * @param queues    to be there before it reads
     * @param from      {@code live.queues.messages}, or a bot's own
     * @param to        {@code live.queues.lanes}, or the bot's own
     * @param batchSize {@code live.grouper.batch-size}, how many messages a transaction moves at the most
     */
    public Grouper(
            ConnectionFactory broker,
            BrokerQueues queues,
            String from,
            String to,
            int batchSize,
            BotChoice choice,
            Conversations conversations,
            Lanes lanes,
            Originals originals,
            Spool spool,
            Outages outages) {
        this.broker = broker;
        this.queues = queues;
        this.from = from;
        this.name = "the reader of " + from;
        this.to = to;
        this.batchSize = batchSize;
        this.choice = choice;
        this.conversations = conversations;
        this.lanes = lanes;
        this.originals = originals;
        this.spool = spool;
        this.outages = outages;
    }

    @Override
    protected void doStart() {
        thread = new Thread(this, "grouper");
        thread.start();
    }

    @Override
    protected void doStop() throws InterruptedException {
        stopping.countDown();
        if (thread != null) {
            thread.join(TimeUnit.SECONDS.toMillis(5));
            thread.interrupt();
        }
    }

    @Override
    public void run() {
        while (goesOn()) {
            Instant connectedAt = Instant.now();
            // what is under way when it fails is rolled back as it closes
            try (Connection connection = broker.createConnection()) {
                queues.prepare(connection);
                read(connection);
            } catch (JMSException e) {
                if (goesOn()) {
                    outages.broke(Outages.BROKER, from + ": " + e.getMessage(), connectedAt);
                    pause();
                }
            } catch (NotKeptException | IOException | RuntimeException e) {
                if (goesOn()) {
                    outages.failed(name, e.toString());
                    pause();
                }
            }
        }
    }

    private void read(Connection connection) throws JMSException, NotKeptException, IOException {
        try (Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
                MessageConsumer consumer = session.createConsumer(session.createQueue(from));
                MessageProducer producer = session.createProducer(session.createQueue(to))) {
            connection.start();
            outages.succeeded(Outages.BROKER);
            while (goesOn()) {
                move(session, consumer, producer);
                outages.succeeded(name);
            }
        }
    }

    private boolean goesOn() {
        return stopping.getCount() > 0;
    }

    private void pause() {
        try {
            stopping.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            stopping.countDown();
        }
    }

    /** Moves what is there, in one transaction. */
    private void move(Session session, MessageConsumer consumer, MessageProducer producer)
            throws JMSException, IOException, NotKeptException {
        Message first = consumer.receive(IDLE_MILLIS);
        if (first == null) {
            return;
        }
        try (SpoolFolder folder = spool.folder()) {
            List<Original> batch = new ArrayList<>();
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS);
            for (Message next = first; next != null; ) {
                batch.add(originals.keep(next, folder));
                long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
                next = batch.size() < batchSize && left > 0 ? consumer.receive(left) : null;
            }
            List<String> groups = inOrder(batch);
            for (int i = 0; i < batch.size() && goesOn(); i++) {
                send(batch.get(i), groups.get(i), session, producer);
            }
            if (goesOn()) {
                session.commit();
                outages.succeeded(Outages.BROKER);
            }
        }
    }

    /**
     * The group of each message, and in the store its place within it. Waits for the store: without it, a message could get
     * into another group than the one before it.
     */
    private List<String> inOrder(List<Original> batch) throws JMSException, IOException {
        List<Addressee> addressees = new ArrayList<>();
        for (Original original : batch) {
            addressees.add(choice.addressee(original));
        }
        while (goesOn()) {
            try {
                List<String> groups = groups(addressees);
                lanes.append(from, batch, groups);
                return groups;
            } catch (DataAccessException e) {
                outages.failed(Outages.STORE, e.getMostSpecificCause().getMessage());
                pause();
            }
        }
        return List.of();
    }

    private static void send(Original original, String lane, Session session, MessageProducer producer)
            throws JMSException {
        int priority = original.message().getJMSPriority();
        Map<String, Object> properties = original.properties();
        properties.putAll(original.identity().inLane(lane));
        Resend.send(producer, Resend.message(original, properties, session), priority);
    }

    /** For each message its group: the user where the bridge knows it, else the conversation; null for neither. */
    private List<String> groups(List<Addressee> addressees) {
        Map<String, Conversations.Party> parties = conversations.parties(addressees.stream()
                .map(Addressee::conversationId)
                .filter(Objects::nonNull)
                .distinct()
                .toList());
        List<String> groups = new ArrayList<>();
        for (Addressee addressee : addressees) {
            groups.add(group(addressee, parties));
        }
        return groups;
    }

    private String group(Addressee addressee, Map<String, Conversations.Party> parties) {
        String conversationId = addressee.conversationId();
        if (addressee.userHash() == null && parties.containsKey(conversationId)) {
            return parties.get(conversationId).lane(conversationId);
        }
        return addressee.userHash() == null
                ? conversationId
                : choice.of(from, addressee).userKey(addressee.userHash());
    }
}
