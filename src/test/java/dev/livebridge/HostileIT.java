package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.GROUPED;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.QUEUE_PATH;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.jms.BytesMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.core.message.impl.CoreMessage;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.apache.activemq.artemis.utils.UUIDGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that a producer has forged by hand: each ends alone, and what comes after it is answered. */
class HostileIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().with("live.attachments.max-size", "1MB");

    @RegisterExtension
    static final TestBridge BY_PRODUCERS = new TestBridge().with("live.messages.grouped-by", "producer");

    /** {@code -Dhostile.inputs=1000000}: how many messages of chance are sent. */
    private static final int INPUTS = Integer.getInteger("hostile.inputs", 100);

    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final byte FORGED_TYPE = 99;
    private static final int BETWEEN_HONEST_ONES = 50;
    /** {@code -Dhostile.blanks=1500000000}: how many are sent in one message. */
    private static final long BLANKS = Long.getLong("hostile.blanks", 200_000_000);

    private static final String MESSAGE = "{\"conversationId\": \"c\", \"text\": \"Hi\"}";
    private static final String REQUEST = "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}}";
    private static final List<String> NAMES = List.of(
            "_AMQ_GROUP_ID",
            "_AMQ_GROUP_SEQUENCE",
            "_AMQ_VALIDATED_USER",
            "_AMQ_LARGE_COMPRESSED",
            "_AMQ_LARGE_SIZE",
            "_AMQ_ROUTE_TO",
            "_AMQ_DUPL_ID",
            "_AMQ_LVQ_NAME",
            "_AMQ_ORIG_ADDRESS",
            "__AMQ_CID",
            "JMSReplyTo",
            "JMSType",
            "JMSCorrelationID",
            "JMSXGroupID",
            "JMSXGroupSeq",
            "JMSXUserID",
            "JMSXDeliveryCount",
            "JMS_AMQ_InputStream",
            "JMS_AMQ_SaveStream",
            "liveBodyType",
            "liveBodyCompressed",
            "liveReplays",
            "liveHopFirst",
            "liveHopMessageId",
            "liveHopQueue",
            "liveHopTimestamp",
            "liveHopByReader",
            "liveHopHeldSince",
            "liveHopHoldGroup",
            "liveHopHoldDigest",
            "liveHopSeal",
            "liveHopCompressed",
            "liveHopPropertiesSize",
            "idempotencyKey",
            "fileName",
            "conversationId",
            "userHash",
            "extra_Plan",
            "contentType");
    private static final String GROUP = unique("group");
    private static final SimpleString TEXT = SimpleString.of("{\"conversationId\": \"c\"}");

    /** What is wrong with a message. */
    private interface Forgery {
        void apply(ClientMessage message) throws Exception;
    }

    private record Attack(String name, byte type, Forgery forgery) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A producer with the client's own messages in hand. */
    private static final class Forger implements AutoCloseable {
        private final ServerLocator locator;
        private final ClientSession session;

        Forger(TestBridge bridge) throws Exception {
            locator = ActiveMQClient.createServerLocator(bridge.jmsUrl()).setMinLargeMessageSize(700_000);
            session = locator.createSessionFactory().createSession();
        }

        /** The JMSMessageID; null where the broker takes no such message. */
        String send(String queue, Attack attack) throws Exception {
            ClientMessage message = session.createMessage(attack.type(), true);
            message.setUserID(UUIDGenerator.getInstance().generateUUID());
            message.setRoutingType(RoutingType.ANYCAST);
            attack.forgery().apply(message);
            try (ClientProducer producer = session.createProducer(queue)) {
                producer.send(message);
                return "ID:" + message.getUserID();
            } catch (ActiveMQException e) {
                return null;
            }
        }

        @Override
        public void close() throws Exception {
            session.close();
            locator.close();
        }
    }

    static Stream<Attack> attacks() {
        return Stream.of(
                new Attack("a serialized object that claims 2 GB", CoreMessage.OBJECT_TYPE, m -> {
                    body(m).writeInt(Integer.MAX_VALUE - 8);
                    body(m).writeByte((byte) 1);
                }),
                new Attack("a text that claims 2 GB", CoreMessage.TEXT_TYPE, m -> {
                    body(m).writeByte((byte) 1);
                    body(m).writeInt(Integer.MAX_VALUE - 8);
                }),
                new Attack("a text of a negative length", CoreMessage.TEXT_TYPE, m -> {
                    body(m).writeByte((byte) 1);
                    body(m).writeInt(-1);
                }),
                new Attack("a map that claims 2 G entries", CoreMessage.MAP_TYPE, m -> {
                    body(m).writeByte((byte) 1);
                    body(m).writeInt(Integer.MAX_VALUE);
                    body(m).writeInt(1);
                }),
                new Attack("a map with an entry of 2 GB", CoreMessage.MAP_TYPE, m -> {
                    body(m).writeByte((byte) 1);
                    body(m).writeInt(1);
                    body(m).writeInt(2);
                    body(m).writeBytes(new byte[] {'a', 0, 4});
                    body(m).writeInt(Integer.MAX_VALUE - 8);
                }),
                new Attack("a type that there is not", FORGED_TYPE, m -> text(m)),
                new Attack("no body", CoreMessage.DEFAULT_TYPE, m -> {}),
                new Attack("a group of bytes", CoreMessage.TEXT_TYPE, m -> text(m).putBytesProperty(
                                "_AMQ_GROUP_ID", new byte[] {1, 2})),
                new Attack("a reply destination of bytes", CoreMessage.TEXT_TYPE, m -> text(m).putBytesProperty(
                                "JMSReplyTo", new byte[] {1, 2})),
                new Attack("a reply destination of a number", CoreMessage.TEXT_TYPE, m -> text(m).putLongProperty(
                                "JMSReplyTo", 1)),
                new Attack("a type of bytes", CoreMessage.TEXT_TYPE, m -> text(m).putBytesProperty(
                                "JMSType", new byte[] {1, 2})),
                new Attack("a correlation id of a number", CoreMessage.TEXT_TYPE, m -> text(m).putIntProperty(
                                "JMSCorrelationID", 7)),
                new Attack("a group sequence of text", CoreMessage.TEXT_TYPE, m -> text(m).putStringProperty(
                                "_AMQ_GROUP_SEQUENCE", "x")),
                new Attack("a user of bytes", CoreMessage.TEXT_TYPE, m -> text(m).putBytesProperty(
                                "_AMQ_VALIDATED_USER", new byte[] {1})),
                new Attack("a text that is not compressed", CoreMessage.TEXT_TYPE, m -> text(m).putBooleanProperty(
                                "_AMQ_LARGE_COMPRESSED", true)),
                new Attack("a compression of bytes", CoreMessage.TEXT_TYPE, m -> text(m).putBytesProperty(
                                "_AMQ_LARGE_COMPRESSED", new byte[] {1})),
                new Attack("a long text that is not compressed", CoreMessage.TEXT_TYPE, m -> {
                    m.putBooleanProperty("_AMQ_LARGE_COMPRESSED", true);
                    body(m).writeBytes(new byte[300_000]);
                }),
                new Attack("a long text without a length", CoreMessage.TEXT_TYPE, m -> body(m).writeBytes(
                                new byte[300_001])),
                new Attack("a size of text", CoreMessage.BYTES_TYPE, m -> {
                    m.putStringProperty("_AMQ_LARGE_SIZE", "x");
                    body(m).writeBytes(new byte[300_000]);
                }),
                new Attack("a property of 250,000 characters", CoreMessage.TEXT_TYPE, m -> text(m).putStringProperty(
                                "other", "x".repeat(250_000))),
                new Attack(
                        "a property of 250,000 characters, and no body",
                        CoreMessage.DEFAULT_TYPE,
                        m -> m.putStringProperty("other", "x".repeat(250_000))),
                new Attack("many properties", CoreMessage.TEXT_TYPE, m -> {
                    for (int i = 0; i < 4_000; i++) {
                        m.putStringProperty("other " + i, "x".repeat(40));
                    }
                    text(m);
                }),
                new Attack("the properties of a hop", CoreMessage.DEFAULT_TYPE, m -> {
                    m.putStringProperty("liveHopHoldGroup", "c");
                    m.putStringProperty("liveHopHoldKey", "c");
                    m.putStringProperty("liveHopSeal", "c");
                    m.putStringProperty("liveHopMessageId", "ID:x");
                }),
                new Attack("a map with the properties of a hop", CoreMessage.MAP_TYPE, m -> {
                    m.putStringProperty("liveHopHoldGroup", "c");
                    m.putStringProperty("liveHopHoldKey", "c");
                    m.putLongProperty("liveHopMessageId", 1);
                    m.putStringProperty("liveHopTimestamp", "x");
                }),
                new Attack("the first of its group, for ever", CoreMessage.TEXT_TYPE, m -> text(m).putBooleanProperty(
                                "liveHopFirst", true)
                        .putStringProperty("_AMQ_GROUP_ID", GROUP)),
                new Attack("a body type of text", CoreMessage.TEXT_TYPE, m -> text(m).putStringProperty(
                                "liveBodyType", "x")),
                new Attack("streams of text", CoreMessage.TEXT_TYPE, m -> text(m).putStringProperty(
                                "JMS_AMQ_InputStream", "x")
                        .putStringProperty("JMS_AMQ_SaveStream", "x")),
                new Attack("replays of text", CoreMessage.TEXT_TYPE, m -> m.putStringProperty("liveReplays", "x")),
                new Attack("a key of bytes", CoreMessage.TEXT_TYPE, m -> text(m).putBytesProperty(
                                "idempotencyKey", new byte[] {1})),
                new Attack(
                        "a file name of bytes",
                        CoreMessage.BYTES_TYPE,
                        m -> m.putBytesProperty("fileName", new byte[] {1})),
                new Attack("a delivery in the next century", CoreMessage.TEXT_TYPE, m -> {
                    text(m).putStringProperty("_AMQ_SCHED_DELIVERY", "x");
                }));
    }

    private static ActiveMQBuffer body(ClientMessage message) {
        return message.getBodyBuffer();
    }

    private static ClientMessage text(ClientMessage message) {
        body(message).writeNullableSimpleString(TEXT);
        return message;
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void endsAlone(Attack attack) throws Exception {
        for (TestBridge bridge : List.of(BRIDGE, BY_PRODUCERS)) {
            try (Forger forger = new Forger(bridge)) {
                for (String queue : List.of(MESSAGES, CONVERSATIONS)) {
                    String id = forger.send(queue, attack);

                    assertGoesOn(bridge);
                    Message letter = bridge.receive(DEADLETTERS);
                    assertThat(letter.getStringProperty("liveOriginMessageId")).isEqualTo(id);
                    assertThat(letter.getStringProperty("liveErrorCode")).startsWith("invalid-");
                    assertThat(letter.getStringProperty("liveOriginQueue")).isEqualTo(queue);
                }
            }
        }
    }

    /** What is not of its type is never read as JSON, and its dead letter can be opened by any client. */
    @ParameterizedTest
    @ValueSource(bytes = {CoreMessage.OBJECT_TYPE, CoreMessage.MAP_TYPE, CoreMessage.TEXT_TYPE, FORGED_TYPE, -1})
    void refusesJsonThatClaimsAnotherType(byte type) throws Exception {
        assertThat(letterOfJson(type).getBody(byte[].class)).isEqualTo(TestBridge.utf8(MESSAGE));
    }

    /** Any bytes can be the body of one. */
    @Test
    void refusesAStreamMessageThatIsJson() throws Exception {
        StreamMessage letter = (StreamMessage) letterOfJson(CoreMessage.STREAM_TYPE);
        assertThat(((ActiveMQMessage) letter)
                        .getCoreMessage()
                        .getReadOnlyBodyBuffer()
                        .toByteBuffer())
                .isEqualTo(ByteBuffer.wrap(TestBridge.utf8(MESSAGE)));
    }

    private static Message letterOfJson(byte type) throws Exception {
        try (Forger forger = new Forger(BRIDGE)) {
            Attack attack = new Attack("JSON", type, m -> body(m).writeBytes(TestBridge.utf8(MESSAGE)));
            String id = forger.send(MESSAGES, attack);
            Message letter = BRIDGE.receive(DEADLETTERS);
            assertThat(letter.getStringProperty("liveOriginMessageId")).isEqualTo(id);
            assertThat(letter.getStringProperty("liveErrorCode")).isEqualTo("invalid-request");
            return letter;
        }
    }

    /** Zip bombs stay as they came until somebody has to read them. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void handsOnWhatIsCompressedAsItCame(boolean file) throws Exception {
        BytesMessage blanks = BRIDGE.session().createBytesMessage();
        blanks.setObjectProperty("JMS_AMQ_InputStream", Hostile.blanks(BLANKS));
        if (file) {
            blanks.setStringProperty("fileName", "a.bin");
            blanks.setStringProperty("conversationId", unique("c"));
        }
        BRIDGE.sendCompressed(MESSAGES, blanks);
        assertGoesOn(BRIDGE);
        AtomicLong spooled = new AtomicLong();
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    spooled.accumulateAndGet(size(BRIDGE.spoolFolder()), Math::max);
                    return BRIDGE.broker().locateQueue(DEADLETTERS).getMessageCount() == 1;
                });
        assertThat(spooled).hasValueLessThan(BLANKS / 20);
        BytesMessage letter = (BytesMessage) BRIDGE.receive(DEADLETTERS);
        assertThat(letter.getStringProperty("liveErrorCode"))
                .isEqualTo(file ? "attachment-too-large" : "invalid-request");
        // what it takes at the broker, though any client reads all of it
        assertThat(letter.getBodyLength()).isLessThan(BLANKS / 100);
        assertThat(Hostile.length(letter)).isEqualTo(BLANKS);
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    /** Types, bodies and properties of chance. */
    @Test
    void endsWhateverComes(TestReporter reporter) throws Exception {
        long seed = Hostile.seed();
        long began = System.nanoTime();
        int refusedByBroker = 0;
        int honest = 0;
        try (Log log = Log.listen();
                Forger forger = new Forger(BRIDGE);
                Forger byProducers = new Forger(BY_PRODUCERS)) {
            for (int number = 0; number < INPUTS; number++) {
                Random random = new Random((seed + number) * 0x9E3779B97F4A7C15L);
                Attack attack = new Attack("seed " + seed, type(random), message -> fill(message, random));
                Forger of = random.nextInt(4) == 0 ? byProducers : forger;
                refusedByBroker += of.send(random.nextBoolean() ? MESSAGES : CONVERSATIONS, attack) == null ? 1 : 0;
                if (number % BETWEEN_HONEST_ONES == 0) {
                    honest += 2;
                    assertGoesOn(BRIDGE);
                    assertGoesOn(BY_PRODUCERS);
                    clear(BRIDGE, EVENTS);
                    clear(BY_PRODUCERS, EVENTS);
                    clear(BRIDGE, DEADLETTERS);
                    clear(BY_PRODUCERS, DEADLETTERS);
                }
            }
            long letters = 0;
            for (TestBridge bridge : List.of(BRIDGE, BY_PRODUCERS)) {
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() ->
                                assertThat(waiting(bridge)).as("seed %d", seed).isZero());
                assertGoesOn(bridge);
                letters += bridge.broker().locateQueue(DEADLETTERS).getMessagesAdded();
            }
            reporter.publishEntry(
                    "hostile",
                    "%d inputs in %d s, %d refused by the broker, %d dead letters, %d honest answers, %d threads, %s, %d lines of log, %d bytes"
                            .formatted(
                                    INPUTS,
                                    (System.nanoTime() - began) / 1_000_000_000,
                                    refusedByBroker,
                                    letters,
                                    honest,
                                    Thread.activeCount(),
                                    rss(),
                                    log.lines().size(),
                                    log.lines().stream()
                                            .mapToLong(String::length)
                                            .sum()));
        }
    }

    private static long waiting(TestBridge bridge) {
        return Stream.of(MESSAGES, CONVERSATIONS, GROUPED, "live.held")
                .map(bridge.broker()::locateQueue)
                .filter(Objects::nonNull)
                .mapToLong(Queue::getMessageCount)
                .sum();
    }

    private static String rss() throws IOException {
        try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
            return status.filter(line -> line.startsWith("VmRSS")).findFirst().orElse("");
        }
    }

    private static byte type(Random random) {
        return random.nextInt(20) == 0
                ? (byte) random.nextInt()
                : (byte) Hostile.oneOf(random, List.of(0, 2, 3, 4, 5, 6)).intValue();
    }

    private static void fill(ClientMessage message, Random random) {
        ActiveMQBuffer body = message.getBodyBuffer();
        switch (random.nextInt(6)) {
            case 0 -> {}
            case 1 -> body.writeBytes(Hostile.bytes(random));
            case 2 -> {
                body.writeByte((byte) random.nextInt(3));
                body.writeInt(
                        Hostile.oneOf(random, List.of(0, 1, -1, 7, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE)));
                body.writeBytes(Hostile.bytes(random));
            }
            case 3 -> body.writeNullableSimpleString(SimpleString.of(Hostile.json(random, MESSAGE)));
            case 4 -> body.writeBytes(Hostile.jsonBytes(random, MESSAGE));
            default -> body.writeBytes(new byte[random.nextInt(10) == 0 ? random.nextInt(800_000) : random.nextInt(9)]);
        }
        for (int properties = random.nextInt(5); properties > 0; properties--) {
            SimpleString name =
                    SimpleString.of(random.nextInt(5) == 0 ? "x" + Hostile.text(random) : Hostile.oneOf(random, NAMES));
            Object value = Hostile.property(random);
            message.putObjectProperty(name, random.nextInt(500) == 0 ? "x".repeat(random.nextInt(249_000)) : value);
        }
        message.setPriority((byte) random.nextInt(10));
        message.setTimestamp(random.nextBoolean() ? random.nextLong() : System.currentTimeMillis());
        message.setDurable(random.nextBoolean());
    }

    private static void clear(TestBridge bridge, String queue) throws Exception {
        bridge.broker().locateQueue(queue).deleteAllReferences();
    }

    /** Messages that follow the rules are answered, and all is well. */
    private static void assertGoesOn(TestBridge bridge) throws Exception {
        String conversation = unique("conversation");
        bridge.live()
                .stubFor(post(QUEUE_PATH).willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(conversation))));
        assertThat(status(bridge, CONVERSATIONS, REQUEST.formatted(unique("user"))))
                .isEqualTo("queued");
        assertThat(status(bridge, MESSAGES, MESSAGE)).isEqualTo("sent");
        assertThat(bridge.health("").at("/status").asText()).isEqualTo("UP");
    }

    private static String status(TestBridge bridge, String queue, String body) throws Exception {
        TextMessage message = bridge.text(body);
        message.setJMSReplyTo(bridge.session().createTemporaryQueue());
        message.setStringProperty("JMSXGroupID", GROUP);
        bridge.send(queue, message);
        try (MessageConsumer replies = bridge.session().createConsumer(message.getJMSReplyTo())) {
            Message reply = replies.receive(BOUND.toMillis());
            assertThat(reply).as("the reply on %s", queue).isNotNull();
            return TestBridge.json(reply).at("/status").asText();
        }
    }
}
