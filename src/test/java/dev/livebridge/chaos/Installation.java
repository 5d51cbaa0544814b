package dev.livebridge.chaos;

import static org.awaitility.Awaitility.await;

import dev.livebridge.TcpProxy;
import dev.livebridge.TestBridge;
import dev.livebridge.broker.BrokerQueues;
import dev.livebridge.sandbox.LocalCallers;
import dev.livebridge.sandbox.ObjectStore;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.util.FileUtil;
import org.awaitility.core.ConditionTimeoutException;

/**
 * All that takes part in a run: a broker, a database where the store is in one, a Live, an S3 server, small disks, and the
 * bridges, which reach broker and database through proxies. Its logs and files are in one folder; no process outlives it.
 */
final class Installation implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(120);
    private static final String S3_SECRET = "s3-s3cr3t";
    private static final int SPOOL_MEGABYTES = 4;
    private static final String[] TO_BE_EMPTY = {
        TestBridge.CONVERSATIONS, TestBridge.MESSAGES, "live.messages.grouped", "live.held", "DLQ", "ExpiryQueue"
    };
    /** A bridge that is stopped for longer is dead to the broker, which looks every 2 s. */
    private static final String SHORT_TTL = "?connectionTTL=3000&clientFailureCheckPeriod=1000";
    /** A stop of a bridge that is longer than the broker waits for it. */
    static final Duration PAST_TTL = Duration.ofSeconds(9);

    private static final String EXCLUSIVE = "<queue name=\"live.messages\" exclusive=\"true\"/>";
    private static final Pattern GROUPED_ATTRIBUTES = Pattern.compile("<queue name=\"live.messages.grouped\"([^>]*)/>");

    /** {@code live.consumers} of a bridge. */
    private static final int CONSUMERS = 20;

    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Path folder;
    private final StoreKind kind;
    private final String groupedBy;
    private final Ledger ledger;
    private final LiveStub live;
    private final BrokerProcess broker;
    private final TcpProxy toBroker;
    private final DatabaseProcess database;
    private final TcpProxy toDatabase;
    private final SmallDisk spool;
    private final SmallDisk data;
    private final List<BridgeProcess> bridges = new ArrayList<>();

    /**
     * Starts broker, database and S3 server.
     *
     * @param folder        what is there is removed
     * @param groupedBy     {@code live.messages.grouped-by}
     * @param live          is closed with it
     * @param dataMegabytes the size of the disk of an embedded store
     */
    Installation(Path folder, StoreKind kind, String groupedBy, Ledger ledger, LiveStub live, int dataMegabytes)
            throws Exception {
        this.folder = folder.toAbsolutePath();
        this.kind = kind;
        this.groupedBy = groupedBy;
        this.ledger = ledger;
        this.live = opened(live);
        FileUtil.removeDir(folder.toFile());
        Files.createDirectories(folder);
        // even when Maven is stopped
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
        try {
            broker = opened(BrokerProcess.in(folder, brokerConfiguration()));
            broker.start();
            toBroker = opened(new TcpProxy(broker.port()));
            spool = opened(new SmallDisk(SPOOL_MEGABYTES));
            if (kind == StoreKind.POSTGRESQL) {
                database = opened(new DatabaseProcess(folder));
                database.start();
                toDatabase = opened(new TcpProxy(database.port()));
                data = null;
            } else {
                database = null;
                toDatabase = null;
                data = opened(new SmallDisk(dataMegabytes));
            }
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    /** Where producers set the group, the queue that they send to has the attributes of the bridge's own. */
    private Path brokerConfiguration() throws IOException {
        Path given = Path.of("config/brokers/artemis-broker.xml");
        if (!groupedBy.equals("producer")) {
            return given;
        }
        String text = Files.readString(given);
        Matcher grouped = GROUPED_ATTRIBUTES.matcher(text);
        if (!grouped.find() || !text.contains(EXCLUSIVE)) {
            throw new IOException("not as expected: " + given);
        }
        return Files.writeString(
                folder.resolve("broker.xml"),
                text.replace(EXCLUSIVE, "<queue name=\"live.messages\"" + grouped.group(1) + "/>"));
    }

    /**
     * Starts bridges, and waits until all are up.
     *
     * @param number     of processes; an embedded store has one
     * @param properties further ones, or others
     */
    void startBridges(int number, Map<String, String> properties) throws Exception {
        Map<String, String> all = properties();
        all.putAll(properties);
        for (int count = 0; count < number; count++) {
            Path files = data == null ? folder.resolve("bridge-" + count) : data.folder();
            all.put("live.data-directory", files.toString());
            BridgeProcess bridge = opened(new BridgeProcess(folder.resolve("bridge-" + count + ".log"), all));
            bridge.start();
            bridges.add(bridge);
        }
        for (BridgeProcess bridge : bridges) {
            await().atMost(START).until(bridge::isUp);
        }
        awaitConsumers(number * CONSUMERS);
        for (String queue : List.of(TestBridge.EVENTS, TestBridge.DEADLETTERS, Listener.REPLIES)) {
            submit(new Listener(broker.url(), queue, ledger, ended::get));
        }
    }

    /** One that comes later waits for its share of the groups until what the others have is done. */
    private void awaitConsumers(int number) throws JMSException {
        String queue = groupedBy.equals("producer") ? TestBridge.MESSAGES : TestBridge.GROUPED;
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(broker.url());
                Connection connection = factory.createConnection();
                Session session = connection.createSession()) {
            await().atMost(START)
                    .until(() -> BrokerQueues.consumers(session, queue).getAsInt() == number);
        }
    }

    private Map<String, String> properties() throws Exception {
        int s3Port = TestBridge.freePort();
        opened(new ObjectStore(
                "127.0.0.1", s3Port, "tester", S3_SECRET, "attachments", folder.resolve("s3"), new LocalCallers()));

        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("live.jms.url", "tcp://127.0.0.1:" + toBroker.port() + SHORT_TTL);
        properties.put("live.jms.max-crash-deliveries", "100");
        if (database != null) {
            properties.put("live.store.url", database.url(toDatabase.port()));
            properties.put("live.store.username", database.username());
            properties.put("live.store.password", "any");
        }
        properties.put("live.api.base-url", live.url());
        properties.put("live.api.response-timeout", "2s");
        properties.put("live.bot.id", "1000");
        properties.put("live.bot.token", TestBridge.TOKEN);
        properties.put("live.webhook.secret", TestBridge.WEBHOOK_SECRET);
        properties.put("live.default-groups-id", "2179");
        properties.put("live.messages.grouped-by", groupedBy);
        properties.put("live.retry.delay", "200ms");
        properties.put("live.retry.max-delay", "2s");
        properties.put("live.events.sent", "true");
        properties.put("live.attachments.spool-directory", spool.folder().toString());
        properties.put("live.s3.endpoint", "http://127.0.0.1:" + s3Port);
        properties.put("live.s3.bucket", "attachments");
        properties.put("live.s3.access-key", "tester");
        properties.put("live.s3.secret-key", S3_SECRET);
        properties.put("live.s3.path-style", "true");
        return properties;
    }

    /** Has a bridge queue the known ones of these conversations, and waits until it has. */
    void queueKnown(List<Conversation> conversations) throws JMSException {
        List<Conversation> known =
                conversations.stream().filter(Conversation::isKnown).toList();
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(broker.url());
                Connection connection = factory.createConnection();
                Session session = connection.createSession();
                MessageProducer producer = session.createProducer(session.createQueue(TestBridge.CONVERSATIONS))) {
            for (Conversation conversation : known) {
                TextMessage request = session.createTextMessage(
                        "{\"user\":{\"hash\":\"%s\",\"firstname\":\"Ana\"}}".formatted(conversation.userHash()));
                request.setJMSCorrelationID(conversation.userHash());
                request.setJMSReplyTo(session.createQueue(Listener.REPLIES));
                producer.send(request);
            }
        }
        await().atMost(START).until(() -> ledger.queued() == known.size());
    }

    /** All that was sent has come to an end, and the last events have been read; or it is too late. */
    void settle(Instant end) {
        try {
            await().atMost(Duration.between(Instant.now(), end))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> ledger.open() == 0);
            await().atMost(Duration.ofSeconds(15)).until(() -> ledger.unreported() == 0);
            // a marker, which says that a group may go on, may be under way still
            await().atMost(Duration.ofSeconds(15)).until(() -> left().isEmpty());
        } catch (ConditionTimeoutException | IllegalArgumentException e) {
            // the ledger tells what is missing
        }
    }

    /** Lets the bridges end. */
    void stopBridges() throws InterruptedException {
        for (BridgeProcess bridge : bridges) {
            bridge.stop();
        }
    }

    /** The ids of what is still on the bridge's queues, by queue. */
    Map<String, List<String>> left() throws JMSException {
        Map<String, List<String>> left = new LinkedHashMap<>();
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(broker.url());
                Connection connection = factory.createConnection();
                Session session = connection.createSession()) {
            connection.start();
            for (String name : TO_BE_EMPTY) {
                List<String> ids = new ArrayList<>();
                try (QueueBrowser browser = session.createBrowser(session.createQueue(name))) {
                    for (Enumeration<?> all = browser.getEnumeration(); all.hasMoreElements(); ) {
                        ids.add(((Message) all.nextElement()).getStringProperty(Listener.ID));
                    }
                }
                if (!ids.isEmpty()) {
                    left.put(name, ids);
                }
            }
        }
        return left;
    }

    /** Broker and bridges die in the same moment; the broker is started again. */
    void killBrokerAndBridges() throws IOException, InterruptedException {
        List<ProcessHandle> all = new ArrayList<>(broker.running());
        bridges.forEach(bridge -> all.addAll(bridge.running()));
        Signals.kill(all);
        broker.kill();
        broker.start();
    }

    /** Stops a bridge for longer than the broker waits for it; then it goes on with what it had under way. */
    void stopPastTtl(BridgeProcess bridge) throws IOException, InterruptedException {
        List<ProcessHandle> stopped = bridge.running();
        Signals.stop(stopped);
        try {
            Faults.last(PAST_TTL);
        } finally {
            ledger.wentOn();
            Signals.goOn(stopped);
        }
    }

    /** In a thread that ends with it. */
    <T> Future<T> submit(Callable<T> work) {
        return threads.submit(work);
    }

    boolean isEnded() {
        return ended.get();
    }

    StoreKind kind() {
        return kind;
    }

    Path folder() {
        return folder;
    }

    LiveStub live() {
        return live;
    }

    BrokerProcess broker() {
        return broker;
    }

    TcpProxy toBroker() {
        return toBroker;
    }

    /** Only with PostgreSQL. */
    DatabaseProcess database() {
        return database;
    }

    /** Only with PostgreSQL. */
    TcpProxy toDatabase() {
        return toDatabase;
    }

    /** Where bridges put messages and attachments that are under way. */
    SmallDisk spool() {
        return spool;
    }

    /** Where the embedded store is; only with it. */
    SmallDisk data() {
        return data;
    }

    List<BridgeProcess> bridges() {
        return bridges;
    }

    @Override
    public void close() {
        ended.set(true);
        threads.shutdownNow();
        try {
            // what they start must not outlive them
            threads.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (AutoCloseable part : open) {
            try {
                part.close();
            } catch (Exception e) {
                // the others must end as well
                e.printStackTrace();
            }
        }
        open.clear();
    }

    /** To be closed at the end, the last first. */
    private <T extends AutoCloseable> T opened(T part) {
        open.add(0, part);
        return part;
    }
}
