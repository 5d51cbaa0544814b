package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import dev.livebridge.jms.JmsProperties;
import dev.livebridge.message.RequestSchema;
import dev.livebridge.sandbox.Broker;
import dev.livebridge.sandbox.LocalCallers;
import dev.livebridge.sandbox.ObjectStore;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.component.resilience4j.ResilienceProcessor;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.apache.camel.util.FileUtil;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The bridge with its own routes and configuration, between an embedded broker and a programmable Live, on free ports
 * and in a temporary folder; and a plain JMS client to talk to it. Each test begins with empty queues and a Live that
 * takes everything.
 */
public final class TestBridge implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    public static final String CONVERSATIONS = "live.conversations";
    public static final String MESSAGES = "live.messages";
    public static final String GROUPED = "live.messages.grouped";
    public static final String EVENTS = "live.events";
    public static final String DEADLETTERS = "live.deadletters";
    public static final String TOKEN = "s3cr3t-t0ken";
    public static final String S3_SECRET = "s3-s3cr3t";
    public static final String WEBHOOK_SECRET = "w3bh00k-s3cr3t";
    public static final String QUEUE_PATH = "/queue/external";

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final JsonMapper JSON = new JsonMapper();

    private final Map<String, String> properties = new LinkedHashMap<>();
    /** The ids of all steps. */
    private final Set<String> steps = ConcurrentHashMap.newKeySet();

    private final Map<String, AtomicInteger> broken = new ConcurrentHashMap<>();
    private final Map<String, Throwable> failures = new ConcurrentHashMap<>();
    private final Map<String, Runnable> actions = new ConcurrentHashMap<>();
    private final Map<String, Integer> passed = new ConcurrentHashMap<>();
    private Path home = Path.of("").toAbsolutePath();
    private Path folder;
    private String jmsUrlFormat = "%s";
    private String liveQuery = "";
    private boolean proxied;
    private TcpProxy proxy;
    private int brokerPort;
    private Broker broker;
    private WireMockServer live;
    private boolean withS3;
    private int s3Port;
    private ObjectStore s3;
    private Bridge bridge;
    private Connection connection;
    private Session session;
    private Map<String, String> all;
    private final Map<String, Integer> toCome = new HashMap<>();

    /** A property that differs from config/application.properties. */
    public TestBridge with(String key, String value) {
        properties.put(key, value);
        return this;
    }

    /** Another form of the broker's address, with %s in its place. */
    public TestBridge withJmsUrl(String format) {
        jmsUrlFormat = format;
        return this;
    }

    /** What follows Live's address, such as ?code=…. */
    public TestBridge withLiveQuery(String query) {
        liveQuery = query;
        return this;
    }

    /** A proxy between the bridge and its broker; the tests' own client goes past it. */
    public TestBridge behindAProxy() {
        proxied = true;
        return this;
    }

    /** A home folder other than the project's own. */
    public TestBridge at(Path home) {
        this.home = home;
        return this;
    }

    /** An S3 server beside it, with a bucket for attachments and one of scans. */
    public TestBridge withS3() {
        withS3 = true;
        return this;
    }

    @Override
    public void beforeAll(ExtensionContext test) throws Exception {
        folder = Files.createTempDirectory("live-bridge");
        brokerPort = freePort();
        startBroker();
        live = new WireMockServer(
                options().dynamicPort().bindAddress("127.0.0.1").containerThreads(60));
        live.start();

        all = new LinkedHashMap<>();
        if (proxied) {
            proxy = new TcpProxy(brokerPort);
        }
        all.put("live.jms.url", jmsUrlFormat.formatted("tcp://127.0.0.1:" + (proxied ? proxy.port() : brokerPort)));
        all.put("live.api.base-url", live.baseUrl() + liveQuery);
        all.put("live.bot.id", "1000");
        all.put("live.bot.token", TOKEN);
        all.put("live.default-groups-id", "2179");
        all.put("live.data-directory", folder.resolve("data").toString());
        all.put("live.consumers", "4");
        all.put("live.retry.delay", "20ms");
        all.put("live.retry.max-delay", "200ms");
        all.put("live.management.port", Integer.toString(freePort()));
        all.put("live.management.host", "127.0.0.1");
        all.put("live.webhook.port", Integer.toString(freePort()));
        all.put("live.webhook.host", "127.0.0.1");
        all.put("live.webhook.secret", WEBHOOK_SECRET);
        all.put("live.messages.wait-for-conversation", "500ms");
        if (withS3) {
            s3Port = freePort();
            startS3();
            all.put("live.s3.endpoint", "http://127.0.0.1:" + s3Port);
            all.put("live.s3.bucket", "attachments");
            all.put("live.s3.access-key", "tester");
            all.put("live.s3.secret-key", S3_SECRET);
            all.put("live.s3.path-style", "true");
        }
        all.putAll(properties);

        connect();
        startBridge();
    }

    private void connect() throws JMSException {
        connection = new ActiveMQConnectionFactory("tcp://127.0.0.1:" + brokerPort).createConnection();
        connection.start();
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    }

    private void startBroker() throws Exception {
        broker = new Broker("127.0.0.1", brokerPort, folder.resolve("broker"), MESSAGES, GROUPED);
    }

    public ActiveMQServer broker() {
        return broker.server();
    }

    public TcpProxy proxy() {
        return proxy;
    }

    /** Stops the broker under everyone's hands. */
    public void stopBroker() throws Exception {
        broker.close();
    }

    /** Starts it again, with what it had on disk, and connects the client of the tests. */
    public void restartBroker() throws Exception {
        startBroker();
        try {
            connection.close();
        } finally {
            connect();
        }
    }

    public void startBridge() throws Exception {
        bridge = new Bridge(home, null, new MainListenerSupport() {
            @Override
            public void beforeConfigure(BaseMainSupport main) {
                main.getCamelContext().getCamelContextExtension().addInterceptStrategy(new RouteCoverage());
                main.getCamelContext().getCamelContextExtension().addInterceptStrategy(TestBridge.this::breakSteps);
            }
        });
        all.forEach(bridge::addOverrideProperty);
        bridge.start();
    }

    public void startS3() throws Exception {
        Files.createDirectories(s3Folder().resolve("scans"));
        s3 = new ObjectStore("127.0.0.1", s3Port, "tester", S3_SECRET, "attachments", s3Folder(), new LocalCallers());
    }

    public void stopS3() throws Exception {
        s3.close();
    }

    /** The S3 server's files: a folder a bucket. */
    public Path s3Folder() {
        return folder.resolve("s3");
    }

    public Path spoolFolder() {
        return folder.resolve("data/spool");
    }

    /** A reply comes before its event, and before its dead letter is committed: none may reach the next test. */
    @Override
    public void afterEach(ExtensionContext test) throws JMSException {
        for (String queue : new String[] {EVENTS, DEADLETTERS}) {
            while (toCome.getOrDefault(queue, 0) > 0) {
                receive(queue);
            }
        }
    }

    @Override
    public void beforeEach(ExtensionContext test) throws Exception {
        toCome.clear();
        live.resetAll();
        live.stubFor(any(anyUrl()).atPriority(10).willReturn(okJson("{}")));
        for (String queue : new String[] {EVENTS, DEADLETTERS}) {
            // at the broker: to a consumer that doesn't wait, a large message seems to be the last
            Queue left = broker().locateQueue(queue);
            if (left != null) {
                left.deleteAllReferences();
            }
        }
    }

    @Override
    public void afterAll(ExtensionContext test) throws Exception {
        stopBridge();
        connection.close();
        live.stop();
        broker.close();
        if (proxied) {
            proxy.close();
        }
        if (withS3) {
            s3.close();
        }
        FileUtil.removeDir(folder.toFile());
    }

    public void stopBridge() throws Exception {
        bridge.stop();
    }

    /** Lets this step of a route fail so often, as if the process had died there. */
    public void breakStep(String id, int times) {
        breakStep(id, times, new IllegalStateException("broken by a test"));
    }

    public void breakStep(String id, int times, Throwable failure) {
        checkStep(id);
        failures.put(id, failure);
        broken.put(id, new AtomicInteger(times));
    }

    /** A step that was renamed would be passed over without a word. */
    private void checkStep(String id) {
        if (!steps.contains(id)) {
            throw new IllegalArgumentException("no route has a step " + id);
        }
    }

    /** Does something once, as this step of a route begins. */
    public void atStep(String id, Runnable action) {
        checkStep(id);
        actions.put(id, action);
    }

    /** Has a circuit breaker forget what has failed. */
    public void closeBreaker(String id) {
        ResilienceProcessor breaker = context().getProcessor(id, ResilienceProcessor.class);
        breaker.transitionToForcedOpenState();
        breaker.transitionToCloseState();
    }

    /** How often this step of a route has been passed. */
    public int passes(String id) {
        checkStep(id);
        return passed.getOrDefault(id, 0);
    }

    private Processor breakSteps(CamelContext context, NamedNode step, Processor target, Processor next) {
        String id = RouteCoverage.id(step);
        steps.add(id);
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                passed.merge(id, 1, Integer::sum);
                Runnable action = actions.remove(id);
                if (action != null) {
                    action.run();
                }
                AtomicInteger times = broken.get(id);
                if (times != null && times.getAndDecrement() > 0) {
                    exchange.setException(failures.get(id));
                    callback.done(true);
                    return true;
                }
                return super.process(exchange, callback);
            }
        };
    }

    /** What the management port answers, as JSON; its status is in the field {@code status}. */
    public JsonNode health(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + all.get("live.management.port") + "/observe/health" + path))
                .build();
        return JSON.readTree(HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body());
    }

    /** Live tells of an event: answers what the webhook does. */
    public HttpResponse<String> postEvent(String json) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(webhook("/live/events"))
                                .header("X-Live-Secret", WEBHOOK_SECRET)
                                .POST(HttpRequest.BodyPublishers.ofString(json))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    /** An address of the bridge's own HTTP server. */
    public URI webhook(String path) {
        return URI.create("http://127.0.0.1:" + all.get("live.webhook.port") + path);
    }

    /** Runs a command in this process with this bridge's configuration, but for what is given; empty means none. */
    public <T> T withSystemProperties(Map<String, String> differently, Supplier<T> command) {
        Map<String, String> given = new HashMap<>(all);
        given.putAll(differently);
        given.values().removeIf(String::isEmpty);
        given.forEach(System::setProperty);
        try {
            return command.get();
        } finally {
            given.keySet().forEach(System::clearProperty);
        }
    }

    public String jmsUrl() {
        return all.get("live.jms.url");
    }

    /** What it is configured with. */
    public String property(String key) {
        return all.get(key);
    }

    public WireMockServer live() {
        return live;
    }

    public CamelContext context() {
        return bridge.getCamelContext();
    }

    public Session session() {
        return session;
    }

    /** A queue for replies of that name, made if it isn't there: the bridge makes none. */
    public jakarta.jms.Queue queue(String name) throws JMSException {
        jakarta.jms.Queue queue = session.createQueue(name);
        session.createConsumer(queue).close();
        return queue;
    }

    public TextMessage text(String body) throws JMSException {
        return session.createTextMessage(body);
    }

    public BytesMessage bytes(byte[] body) throws JMSException {
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(body);
        return message;
    }

    /** Drops a message, and answers its JMSMessageID. */
    public String send(String queue, Message message) throws JMSException {
        try (MessageProducer producer = session.createProducer(session.createQueue(queue))) {
            producer.send(message);
            return message.getJMSMessageID();
        }
    }

    /** The same, compressed where it is large. */
    public void sendCompressed(String queue, Message message) throws JMSException {
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(jmsUrl())) {
            factory.setCompressLargeMessage(true);
            try (Connection connection = factory.createConnection();
                    Session compressing = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
                compressing.createProducer(compressing.createQueue(queue)).send(message);
            }
        }
    }

    public String send(String queue, String body) throws JMSException {
        return send(queue, text(body));
    }

    /** Drops a message with a reply queue of its own, and answers the reply, as JSON. */
    public JsonNode request(String queue, Message message) throws JMSException, IOException {
        Destination replies = session.createTemporaryQueue();
        message.setJMSReplyTo(replies);
        send(queue, message);
        try (MessageConsumer consumer = session.createConsumer(replies)) {
            JsonNode reply = json(expect(consumer, "a reply"));
            assertValid("reply", reply);
            switch (reply.path("status").asText()) {
                case "failed" -> toCome.merge(DEADLETTERS, 1, Integer::sum);
                case "queued" -> toCome.merge(EVENTS, 1, Integer::sum);
                default -> {}
            }
            return reply;
        }
    }

    public JsonNode request(String queue, String body) throws JMSException, IOException {
        return request(queue, text(body));
    }

    /** The next message on a queue. */
    public Message receive(String queue) throws JMSException {
        toCome.merge(queue, -1, Integer::sum);
        try (MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
            Message message = expect(consumer, "a message on " + queue);
            assertDocumented(queue, message);
            return message;
        }
    }

    /** What leaves the bridge is as its schemas say. */
    private static void assertDocumented(String queue, Message message) throws JMSException {
        if (queue.equals(EVENTS)) {
            try {
                String source = message.getStringProperty("eventSource");
                assertValid("bridge".equals(source) ? "bridge-event" : "event", json(message));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        } else if (queue.equals(DEADLETTERS) && message.propertyExists("liveRoute")) {
            // those that a test makes by hand went no route
            Map<String, Object> added = new TreeMap<>(JmsProperties.of(message));
            added.keySet().removeIf(name -> !name.startsWith("live"));
            assertValid("dead-letter-properties", JSON.valueToTree(added));
        }
    }

    private static void assertValid(String schema, JsonNode document) {
        assertThat(RequestSchema.of(schema + ".schema.json").violations(document))
                .as("%s as %s.schema.json has it", document, schema)
                .isEmpty();
    }

    /** The next message on a queue if there is one now. */
    public Message peek(String queue) throws JMSException {
        try (MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
            return consumer.receiveNoWait();
        }
    }

    private static Message expect(MessageConsumer consumer, String what) throws JMSException {
        Message message = consumer.receive(PATIENCE.toMillis());
        if (message == null) {
            throw new AssertionError("no " + what + " within " + PATIENCE.toSeconds() + " s");
        }
        if (message instanceof BytesMessage bytes) {
            // of a large one, the body goes with the consumer unless it has been read
            bytes.reset();
        }
        return message;
    }

    public static JsonNode json(Message message) throws JMSException, IOException {
        return JSON.readTree(((TextMessage) message).getText());
    }

    public static JsonNode json(String text) throws IOException {
        return JSON.readTree(text.replace('\'', '"'));
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A home folder for a test that changes routes. */
    public static Path copyOfTheProject() {
        try {
            Path home = Files.createTempDirectory("live-bridge-home");
            for (String folder : new String[] {"routes", "config"}) {
                Files.createDirectory(home.resolve(folder));
                try (Stream<Path> files = Files.list(Path.of(folder))) {
                    for (Path file : files.filter(Files::isRegularFile).toList()) {
                        Files.copy(file, home.resolve(folder).resolve(file.getFileName()));
                    }
                }
            }
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A user hash or conversation id that no other test has. */
    public static String unique(String prefix) {
        return prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    /** Below those that the system gives to outgoing connections, which could take it before it is used. */
    public static int freePort() throws IOException {
        IOException taken = null;
        for (int i = 0; i < 100; i++) {
            int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                taken = e;
            }
        }
        throw taken;
    }
}
