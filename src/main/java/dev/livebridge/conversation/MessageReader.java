package dev.livebridge.conversation;

import dev.livebridge.broker.BrokerQueues;
import dev.livebridge.jms.Addressee;
import dev.livebridge.jms.NotKeptException;
import dev.livebridge.jms.Original;
import dev.livebridge.jms.Originals;
import dev.livebridge.jms.Resend;
import dev.livebridge.outage.Outages;
import dev.livebridge.spool.Spool;
import dev.livebridge.spool.SpoolFolder;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TransactionRolledBackException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.activemq.artemis.api.core.ActiveMQAddressFullException;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * The one reader of {@code live.messages}, and of each queue of messages that a bot has for itself
 * ({@code live.messages.grouped-by = bridge}). It gives each message the group of its user, or of its conversation where the
 * bridge doesn't know the user, and hands it on to {@code live.messages.grouped}, in the order in which it came. Written by
 * hand, as no component moves several messages in one transaction, which is what makes it fast. What it has not committed is
 * still on the queue.
 */
public final class MessageReader extends ServiceSupport implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(MessageReader.class);
    /** How long it looks for a message before it looks whether to stop. */
    private static final long IDLE_MILLIS = 500;
    /** How often a message is tried that can't be handed on. */
    private static final int TRIES = 3;

    /** The same where memory is short, which other messages may be to blame for. */
    private static final int TRIES_WITHOUT_MEMORY = 20;
    /** How long a batch is waited for at the most once its first message is there. */
    private static final long GATHER_MILLIS = 5;

    private static final long PAUSE_MILLIS = 1_000;
    private static final Duration ALL_CONSUMERS = Duration.ofSeconds(3);
    /** How often it looks how many are there. */
    private static final long CONSUMERS_MILLIS = 20;

    private final ConnectionFactory broker;
    private final BrokerQueues queues;
    private final String from;
    private final String name;
    private final String to;
    private final int batchSize;
    private final int consumers;
    private final BotChoice choice;
    private final Conversations conversations;
    private final MessageGroups messageGroups;
    private final Originals originals;
    private final Spool spool;
    private final Outages outages;
    private final UnreadableMessages unreadable;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile Thread thread;
    private long epoch;
    private boolean isReader;
    /** How many of the next messages are moved in a transaction of their own. */
    private int alone;
    /** How often a message has failed alone, by its JMSMessageID. */
    private final Map<String, Integer> failures = new HashMap<>();

    /**
     * @param broker    a connection factory of its own, which may fetch further ahead than the consumers'
     * @param queues    to be there before it reads
     * @param from      {@code live.queues.messages}, or a bot's own
     * @param to        {@code live.queues.grouped}, or the bot's own
     * @param batchSize {@code live.reader.batch-size}, how many messages a transaction moves at the most
     * @param consumers {@code live.consumers}, which is how many must be on that queue, of whichever instance
     */
    public MessageReader(
            ConnectionFactory broker,
            BrokerQueues queues,
            String from,
            String to,
            int batchSize,
            int consumers,
            BotChoice choice,
            Conversations conversations,
            MessageGroups messageGroups,
            Originals originals,
            Spool spool,
            Outages outages,
            UnreadableMessages unreadable) {
        this.broker = broker;
        this.queues = queues;
        this.from = from;
        this.name = "the reader of " + from;
        this.to = to;
        this.batchSize = batchSize;
        this.consumers = consumers;
        this.choice = choice;
        this.conversations = conversations;
        this.messageGroups = messageGroups;
        this.originals = originals;
        this.spool = spool;
        this.outages = outages;
        this.unreadable = unreadable;
    }

    @Override
    protected void doStart() {
        thread = new Thread(this, "message-reader");
        // a failure in the handling of a failure ends the thread: it is started again
        thread.setUncaughtExceptionHandler((ended, failure) -> {
            failed(name, failure.toString());
            doStart();
        });
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
            } catch (NotTheReaderException e) {
                LOG.debug("{}: {}", name, e.getMessage());
                pause();
            } catch (Throwable e) {
                // nobody else would read the queue: not even an Error ends this thread
                failed(name, e.toString());
            }
        }
    }

    private void failed(String service, String reason) {
        if (goesOn()) {
            outages.failed(service, reason);
            pause();
        }
    }

    private void read(Connection connection) throws JMSException {
        try (Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
                MessageConsumer consumer = session.createConsumer(session.createQueue(from));
                MessageProducer producer = session.createProducer(session.createQueue(to))) {
            connection.start();
            isReader = false;
            outages.succeeded(Outages.BROKER);
            awaitConsumers(session);
            while (goesOn()) {
                move(session, consumer, producer);
            }
        }
    }

    /**
     * A consumer that comes late has to wait until all messages are done that the others have, so that it can take its share of
     * the groups: none is handed on before all consumers are there, but for one that can't come.
     */
    private void awaitConsumers(Session session) throws JMSException {
        Instant end = Instant.now().plus(ALL_CONSUMERS);
        while (goesOn()
                && Instant.now().isBefore(end)
                && BrokerQueues.consumers(session, to).orElse(consumers) < consumers) {
            pause(CONSUMERS_MILLIS);
        }
    }

    private boolean goesOn() {
        return stopping.getCount() > 0;
    }

    private void pause() {
        pause(PAUSE_MILLIS);
    }

    private void pause(long millis) {
        try {
            stopping.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            stopping.countDown();
        }
    }

    /** Moves what is there, in one transaction; after a failure each message in one of its own. */
    private void move(Session session, MessageConsumer consumer, MessageProducer producer) throws JMSException {
        List<Message> taken = new ArrayList<>();
        try (SpoolFolder folder = spool.folder()) {
            List<Original> batch = gather(session, consumer, folder, taken);
            if (!taken.isEmpty()) {
                handOn(batch, session, producer);
            }
            alone = Math.max(0, alone - 1);
            outages.succeeded(name);
        } catch (NotTheReaderException e) {
            throw e;
        } catch (NotKeptException | IOException e) {
            // the spool's disk, or the broker: no message is to blame
            session.rollback();
            alone = batchSize;
            failed(name, e.toString());
        } catch (JMSException | RuntimeException | Error e) {
            // where that fails as well, the connection is to blame
            session.rollback();
            if (goesOn()) {
                failed(session, consumer, taken, e);
            }
        }
    }

    private List<Original> gather(Session session, MessageConsumer consumer, SpoolFolder folder, List<Message> taken)
            throws JMSException, NotKeptException {
        List<Original> batch = new ArrayList<>();
        Message next = consumer.receive(IDLE_MILLIS);
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS);
        while (next != null) {
            becomeReader();
            taken.add(next);
            try {
                batch.add(originals.keep(next, folder));
            } catch (JMSException | RuntimeException e) {
                // the broker is not at fault: nothing was asked of it
                unreadable.bury(next, name, e, session);
            }
            boolean isFull = taken.size() >= (alone > 0 ? 1 : batchSize) || System.nanoTime() > until;
            // one that is on its way gathers while this batch is committed
            next = isFull ? null : consumer.receiveNoWait();
        }
        return batch;
    }

    private void handOn(List<Original> batch, Session session, MessageProducer producer)
            throws JMSException, IOException {
        Places places = inOrder(batch);
        for (int i = 0; i < batch.size() && goesOn(); i++) {
            send(batch.get(i), places.groups().get(i), places.before().get(i), session, producer);
        }
        if (goesOn()) {
            session.commit();
            failures.clear();
            outages.succeeded(Outages.BROKER);
        }
    }

    /** One message of several may be to blame: each is tried alone. One that fails alone becomes a dead letter in the end. */
    private void failed(Session session, MessageConsumer consumer, List<Message> taken, Throwable failure)
            throws JMSException {
        failed(name, failure.toString());
        if (isOfTheBroker(failure)) {
            return;
        }
        if (taken.size() != 1) {
            alone = batchSize;
            return;
        }
        String id = id(taken.get(0));
        int enough = failure instanceof OutOfMemoryError ? TRIES_WITHOUT_MEMORY : TRIES;
        if (failures.merge(id, 1, Integer::sum) < enough) {
            return;
        }
        // it comes first again, unless another has overtaken it, or its time has passed
        Message again = consumer.receive(IDLE_MILLIS);
        if (again != null && id(again).equals(id)) {
            unreadable.bury(again, name, failure, session);
            session.commit();
        } else {
            session.rollback();
        }
        failures.remove(id);
    }

    /** The broker takes no message at all now, or not from this user; or it took back what was to be committed. */
    private static boolean isOfTheBroker(Throwable failure) {
        return failure instanceof JMSSecurityException
                || failure instanceof TransactionRolledBackException
                || failure.getCause() instanceof ActiveMQAddressFullException;
    }

    private static String id(Message message) throws JMSException {
        return String.valueOf(message.getJMSMessageID());
    }

    /** The queue has one reader over all instances: to whom its messages come. */
    private void becomeReader() {
        if (!isReader) {
            epoch = ThreadLocalRandom.current().nextLong();
            waitForStore(() -> {
                messageGroups.becomeReader(from, epoch);
                return null;
            });
            isReader = true;
        }
    }

    /**
     * Of each message in a batch.
     *
     * @param groups its group, or null
     * @param before the message before it in its group, or null
     */
    private record Places(List<String> groups, List<String> before) {}

    /**
     * The group of each message, and its place within it. Waits for the store: without it, a message could get into another
     * group than the one before it.
     */
    private Places inOrder(List<Original> batch) throws JMSException, IOException {
        List<Addressee> addressees = new ArrayList<>();
        List<Integer> priorities = new ArrayList<>();
        for (Original original : batch) {
            addressees.add(choice.addressee(original));
            priorities.add(original.message().getJMSPriority());
        }
        List<String> ids =
                batch.stream().map(original -> original.identity().recordId()).toList();
        return waitForStore(() -> {
            List<String> groups = groups(addressees);
            return new Places(groups, messageGroups.append(from, epoch, ids, priorities, groups));
        });
    }

    private <T> T waitForStore(Supplier<T> work) {
        while (goesOn()) {
            try {
                return work.get();
            } catch (DataAccessException e) {
                outages.failed(Outages.STORE, e.getMostSpecificCause().getMessage());
                pause();
            }
        }
        throw new NotTheReaderException("the bridge stops");
    }

    private static void send(Original original, String group, String before, Session session, MessageProducer producer)
            throws JMSException {
        int priority = original.message().getJMSPriority();
        Map<String, Object> properties = original.hopProperties();
        properties.putAll(original.identity().grouped(group, before));
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
            return parties.get(conversationId).group(conversationId);
        }
        return addressee.userHash() == null
                ? conversationId
                : choice.of(from, addressee).userGroup(addressee.userHash());
    }
}
