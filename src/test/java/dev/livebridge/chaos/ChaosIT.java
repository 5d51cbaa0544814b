package dev.livebridge.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.livebridge.TestBridge;
import dev.livebridge.sandbox.ObjectStore;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.util.FileUtil;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Nothing is lost, nothing is out of order, nothing that was confirmed is sent again, and what may have been sent twice is
 * marked, while everything around the bridge and the bridge itself fails. The figures are in {@code target/chaos/report.md},
 * the logs of all processes beside it; {@link Scale} tells how to run it smaller.
 */
@Tag("chaos")
class ChaosIT {
    private static final Path FOLDER = Path.of("target/chaos").toAbsolutePath();
    private static final String[] TO_BE_EMPTY = {
        TestBridge.CONVERSATIONS, TestBridge.MESSAGES, "live.messages.lanes", "live.held", "DLQ", "ExpiryQueue"
    };
    /** Of the messages, so many are sent at once at the start: the queue that is full when Live goes away. */
    private static final double AT_ONCE = 0.3;

    private static final String S3_SECRET = "s3-s3cr3t";

    private final Scale scale = Scale.given();
    private final Instant end = Instant.now().plus(scale.patience());
    private final Ledger ledger = new Ledger();
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicBoolean ended = new AtomicBoolean();

    @BeforeEach
    void cleanUpEvenWhenMavenIsStopped() {
        FileUtil.removeDir(FOLDER.toFile());
        Runtime.getRuntime().addShutdownHook(new Thread(this::endAll));
    }

    @AfterEach
    void endAll() {
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

    @Test
    @Timeout(540)
    void keepsItsWordWhateverFails() throws Exception {
        Files.createDirectories(FOLDER);
        BrokerProcess broker = opened(BrokerProcess.in(FOLDER, Path.of("config/brokers/artemis-broker.xml")));
        broker.start();
        DatabaseProcess database = opened(new DatabaseProcess(FOLDER));
        database.start();
        LiveStub live = opened(new LiveStub(ledger, scale.seed()));
        SmallDisk disk = opened(new SmallDisk());
        List<BridgeProcess> bridges = bridges(broker, database, live, disk);
        for (String queue : List.of(TestBridge.EVENTS, TestBridge.DEADLETTERS, Listener.REPLIES)) {
            threads.submit(new Listener(broker.url(), queue, ledger, ended::get));
        }
        List<Conversation> conversations = IntStream.range(0, scale.conversations())
                .mapToObj(Conversation::new)
                .toList();
        queueKnown(broker, conversations);

        Instant chaos = Instant.now();
        Diary diary = new Diary(FOLDER.resolve("diary.log"));
        Faults faults = new Faults(scale, bridges, broker, database, live, disk, diary);
        List<Future<?>> busy = new ArrayList<>();
        producers(broker, conversations, faults).forEach(producer -> busy.add(threads.submit(producer)));
        busy.add(threads.submit(faults.killing()));
        busy.add(threads.submit(faults.others()));
        threads.submit(() -> keep(diary));
        boolean inTime = awaitAll(busy, diary);
        Duration stormy = Duration.between(chaos, Instant.now());
        settle();
        Duration all = Duration.between(chaos, Instant.now());
        int ends = bridges.stream().mapToInt(BridgeProcess::ends).sum();
        for (BridgeProcess bridge : bridges) {
            bridge.stop();
        }

        Report report = new Report(ledger.judge(), left(broker.url()))
                .with("calls to Live, by its answer", live.answers())
                .with("kill -9 of a bridge", faults.kills())
                .with("ends of a bridge by itself", ends - faults.kills())
                .with("seconds of chaos", stormy.toSeconds())
                .with("seconds until all was delivered", all.toSeconds())
                .with("seed", scale.seed());
        Files.writeString(FOLDER.resolve("report.md"), report.text(diary));
        System.out.println(report.table() + report.examples());
        assertThat(report.wrong()).as("see target/chaos/report.md").isEmpty();
        assertThat(inTime)
                .as("all was sent, and all had failed, in time: see target/chaos/diary.log")
                .isTrue();
        assertThat(faults.kills()).isGreaterThanOrEqualTo(scale.kills());
    }

    private List<BridgeProcess> bridges(BrokerProcess broker, DatabaseProcess database, LiveStub live, SmallDisk disk)
            throws Exception {
        int s3Port = TestBridge.freePort();
        opened(new ObjectStore("127.0.0.1", s3Port, "tester", S3_SECRET, "attachments", FOLDER.resolve("s3")));

        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("live.jms.url", broker.url());
        properties.put("live.jms.max-crash-deliveries", "100");
        properties.put("live.store.url", database.url());
        properties.put("live.store.username", database.username());
        properties.put("live.store.password", "any");
        properties.put("live.api.base-url", live.url());
        properties.put("live.api.response-timeout", "2s");
        properties.put("live.bot.id", "1000");
        properties.put("live.bot.token", TestBridge.TOKEN);
        properties.put("live.webhook.secret", TestBridge.WEBHOOK_SECRET);
        properties.put("live.default-groups-id", "2179");
        properties.put("live.messages.grouped-by", scale.groupedBy());
        properties.put("live.retry.delay", "200ms");
        properties.put("live.retry.max-delay", "2s");
        properties.put("live.events.sent", "true");
        properties.put("live.attachments.spool-directory", disk.folder().toString());
        properties.put("live.s3.endpoint", "http://127.0.0.1:" + s3Port);
        properties.put("live.s3.bucket", "attachments");
        properties.put("live.s3.access-key", "tester");
        properties.put("live.s3.secret-key", S3_SECRET);
        properties.put("live.s3.path-style", "true");

        List<BridgeProcess> bridges = new ArrayList<>();
        for (int number = 0; number < scale.bridges(); number++) {
            properties.put(
                    "live.data-directory", FOLDER.resolve("bridge-" + number).toString());
            BridgeProcess bridge = opened(new BridgeProcess(FOLDER.resolve("bridge-" + number + ".log"), properties));
            bridge.start();
            bridges.add(bridge);
        }
        return bridges;
    }

    /** The known conversations, before anything is killed, by a Live that misbehaves already. */
    private void queueKnown(BrokerProcess broker, List<Conversation> conversations) throws Exception {
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
        await().atMost(Duration.ofSeconds(120)).until(() -> ledger.queued() == known.size());
    }

    private List<Producer> producers(BrokerProcess broker, List<Conversation> conversations, Faults faults) {
        int each = scale.messages() / scale.conversations();
        List<Producer> producers = new ArrayList<>();
        for (int number = 0; number < scale.producers(); number++) {
            int own = number;
            List<Conversation> its = conversations.stream()
                    .filter(conversation -> conversation.number() % scale.producers() == own)
                    .toList();
            boolean grouping = number % 2 == 0 || scale.groupedBy().equals("producer");
            producers.add(new Producer(
                    broker.url(), ledger, its, each, grouping, pace(its.size() * each, faults), scale.seed() + number));
        }
        return producers;
    }

    /** Some at once, the others evenly until the chaos ends. */
    private static IntSupplier pace(int messages, Faults faults) {
        return () -> (int) Math.ceil(messages * (AT_ONCE + (1 - AT_ONCE) * faults.passed()));
    }

    /** Whether they have done all they should, and in time. */
    private boolean awaitAll(List<Future<?>> busy, Diary diary) throws InterruptedException {
        try {
            for (Future<?> part : busy) {
                part.get(Duration.between(Instant.now(), end).toMillis(), TimeUnit.MILLISECONDS);
            }
            return true;
        } catch (TimeoutException e) {
            diary.note("not all was sent, or had failed, in time");
        } catch (ExecutionException e) {
            diary.note(e.toString());
        }
        return false;
    }

    private Void keep(Diary diary) throws InterruptedException {
        while (!ended.get()) {
            diary.note(ledger.toString());
            Thread.sleep(10_000);
        }
        return null;
    }

    /** All that was sent has come to an end, and the last events have been read; or it is too late. */
    private void settle() {
        try {
            await().atMost(Duration.between(Instant.now(), end))
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> ledger.open() == 0);
            await().atMost(Duration.ofSeconds(15)).until(() -> ledger.unreported() == 0);
        } catch (ConditionTimeoutException e) {
            // the ledger tells what is missing
        }
    }

    /** The ids of what is still there, by queue. */
    private static Map<String, List<String>> left(String url) throws JMSException {
        Map<String, List<String>> left = new LinkedHashMap<>();
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
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

    /** To be closed at the end, the last first. */
    private <T extends AutoCloseable> T opened(T part) {
        open.add(0, part);
        return part;
    }
}
