package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static dev.livebridge.TestBridge.utf8;
import static org.apache.activemq.artemis.api.core.Message.MAP_TYPE;
import static org.apache.activemq.artemis.api.core.Message.OBJECT_TYPE;
import static org.apache.activemq.artemis.api.core.Message.STREAM_TYPE;
import static org.apache.activemq.artemis.api.core.Message.TEXT_TYPE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.livebridge.deadletter.DeadLetter;
import dev.livebridge.deadletter.DeadLetters;
import dev.livebridge.deadletter.OpenLetter;
import dev.livebridge.deadletter.Selection;
import dev.livebridge.jms.Addressee;
import dev.livebridge.jms.JmsProperties;
import dev.livebridge.spool.Spool;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.activemq.artemis.core.message.impl.CoreMessage;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What people, and routes by a timer, do with dead letters. */
@Tag("slow")
class DeadLettersIT {

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().with("live.retry.max-attempts", "1");

    private static final String LONG_TEXT = "¿Cuál es mi saldo? \"Ñandú\" 😀 ".repeat(100_000);

    @TempDir
    private Path spool;

    private final String conversation = unique("c");
    /** Where the bridge doesn't read. */
    private final String origin = unique("origin");

    @Test
    void listsInTheOrderOfTheQueue() throws Exception {
        String first = BRIDGE.send(MESSAGES, "{\"conversationId\": \"%s\"}".formatted(conversation));
        awaitLetters(1);
        String second = BRIDGE.send(MESSAGES, "{\"userHash\": \"u\", \"text\": 1}");
        awaitLetters(2);
        String third = put(dead(BRIDGE.text("hello")));

        assertThat(list(Selection.ALL)).extracting(DeadLetter::id).containsExactly(first, second, third);
        DeadLetter letter = list(Selection.ALL).get(0);
        assertThat(letter.code()).contains("invalid-request");
        assertThat(letter.addressee()).isEqualTo(new Addressee(conversation, null, null));
        assertThat(letter.attempts()).isEqualTo(1);
        assertThat(letter.httpStatus()).isEmpty();
        assertThat(letter.reason().orElseThrow()).contains("text");
        assertThat(list(Selection.ALL).get(1).addressee()).isEqualTo(new Addressee(null, "u", null));
        assertThat(list(Selection.code("invalid-request"))).hasSize(2);
        assertThat(list(Selection.code("it's none"))).isEmpty();
        assertThat(list(Selection.ids(List.of(first, third, "it's none")))).hasSize(2);
    }

    @Test
    void listsAndShowsLargeOnesOfAllKinds() throws Exception {
        String json =
                "{\"text\": \"%s\", \"conversationId\": \"%s\"}".formatted(LONG_TEXT.replace('"', '\''), conversation);
        byte[] file = file(5_000_000);
        BytesMessage binary = dead(BRIDGE.bytes(file));
        binary.setStringProperty("fileName", "a.bin");
        binary.setStringProperty("userHash", "u");
        MapMessage map = dead(BRIDGE.session().createMapMessage());
        map.setString("text", LONG_TEXT);
        put(dead(BRIDGE.text(json)));
        put(dead(BRIDGE.bytes(utf8(json))));
        put(binary);
        put(map);
        put(dead(BRIDGE.text("{\"conversationId\": \"after\"}")));

        assertThat(list(Selection.ALL))
                .extracting(DeadLetter::addressee)
                .containsExactly(
                        new Addressee(conversation, null, null),
                        new Addressee(conversation, null, null),
                        new Addressee(null, "u", null),
                        Addressee.NONE,
                        new Addressee("after", null, null));

        List<String> shown = new ArrayList<>();
        List<byte[]> bodies = new ArrayList<>();
        letters()
                .open(
                        Selection.ALL,
                        letter -> shown.add(letter.type() + " "
                                + (letter.hasBody() ? letter.beginning(30).map(String::length) : "none") + " "
                                + letter.properties().containsKey("liveBodyType")));
        letters().open(Selection.ALL, letter -> {
            if (letter.hasBody()) {
                bodies.add(body(letter));
            }
        });
        assertThat(shown)
                .containsExactly(
                        "TextMessage Optional[30] false",
                        "BytesMessage Optional[30] false",
                        "BytesMessage Optional.empty false",
                        "MapMessage none false",
                        "TextMessage Optional[27] false");
        assertThat(bodies.get(0)).isEqualTo(utf8(json));
        assertThat(bodies.get(1)).isEqualTo(utf8(json));
        assertThat(bodies.get(2)).isEqualTo(file);
        assertThat(bodies).hasSize(4);
    }

    @Test
    void replaysAMessageAsItWas() throws Exception {
        TextMessage letter = dead(BRIDGE.text("{\"oops\": \"ñ😀\"}"));
        letter.setStringProperty("text", "ñ");
        letter.setLongProperty("long", 2);
        letter.setStringProperty("JMSXGroupID", "my-group");
        letter.setStringProperty("liveErrorMessage", "why");
        letter.setIntProperty("liveReplays", 2);
        letter.setJMSType("my-type");
        letter.setJMSCorrelationID("mine");
        letter.setJMSReplyTo(BRIDGE.session().createQueue("my-replies"));
        letter.setStringProperty("_AMQ_DUPL_ID", unique("d"));
        try (MessageProducer producer =
                BRIDGE.session().createProducer(BRIDGE.session().createQueue(DEADLETTERS))) {
            producer.setPriority(7);
            producer.send(letter);
        }

        assertThat(replay(Selection.ids(List.of(letter.getJMSMessageID())))).isEqualTo(1);

        Message replayed = BRIDGE.receive(origin);
        assertThat(((TextMessage) replayed).getText()).isEqualTo(letter.getText());
        Map<String, Object> properties = JmsProperties.of(replayed);
        properties.remove("JMSXDeliveryCount");
        assertThat(properties)
                .containsOnly(
                        Map.entry("text", "ñ"),
                        Map.entry("long", 2L),
                        Map.entry("JMSXGroupID", "my-group"),
                        Map.entry("liveEarlierIds", " " + letter.getJMSMessageID() + " "),
                        Map.entry("liveReplays", 3));
        assertThat(replayed.getJMSType()).isEqualTo("my-type");
        assertThat(replayed.getJMSPriority()).isEqualTo(7);
        assertThat(replayed.getJMSCorrelationID()).isEqualTo("mine");
        assertThat(replayed.getJMSReplyTo()).hasToString("ActiveMQQueue[my-replies]");
        assertThat(replayed.getJMSExpiration()).isZero();
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }

    @Test
    void replaysToInQueuesOnlyAndTakesNothingAlongThatSteersTheBroker() throws Exception {
        String victim = unique("victim");
        BRIDGE.send(victim, "of somebody else");
        Message destroying = BRIDGE.text("[\"%s\"]".formatted(victim));
        destroying.setStringProperty("_AMQ_ResourceName", "broker");
        destroying.setStringProperty("_AMQ_OperationName", "destroyQueue");
        for (String queue : List.of("activemq.management", victim, "live.messages::" + victim, DEADLETTERS)) {
            destroying.setStringProperty("liveOriginQueue", queue);
            put(destroying);
        }
        put(dead(destroying));
        DeadLetters.Found found = letters().find(Selection.ALL);

        assertThat(letters().replayEach(found, id -> {})).isEqualTo(1);

        assertThat(found.left().values()).hasSize(4).allMatch(reason -> reason.contains("no in-queue of this bridge"));
        assertThat(JmsProperties.of(BRIDGE.receive(origin)).keySet()).noneMatch(name -> name.startsWith("_AMQ"));
        assertThat(((TextMessage) BRIDGE.receive(victim)).getText()).isEqualTo("of somebody else");
        assertThat(BRIDGE.peek(victim)).isNull();
        assertThat(list(Selection.ALL)).hasSize(4);
    }

    @Test
    void goesOnPastWhatCannotBeRead() throws Exception {
        put(dead(BRIDGE.text("before")));
        byte[] garbage = {1, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xfe, 5};
        for (byte type : new byte[] {TEXT_TYPE, MAP_TYPE, OBJECT_TYPE, STREAM_TYPE, 99}) {
            BytesMessage corrupt = dead(BRIDGE.bytes(garbage));
            core(corrupt).setType(type);
            put(corrupt);
        }
        TextMessage odd = dead(BRIDGE.text("odd"));
        core(odd).putIntProperty("JMSReplyTo", 1);
        core(odd).putBytesProperty("JMSType", garbage);
        core(odd).putBytesProperty("_AMQ_GROUP_ID", garbage);
        for (String name : List.of("liveErrorCode", "liveReplays", "liveAttempts", "liveOriginMessageId")) {
            core(odd).putBytesProperty(name, garbage);
        }
        put(odd);
        core(odd).putBytesProperty("liveOriginQueue", garbage);
        put(odd);
        try (MessageProducer producer =
                BRIDGE.session().createProducer(BRIDGE.session().createQueue(DEADLETTERS))) {
            producer.setDisableMessageID(true);
            producer.send(dead(BRIDGE.text("without an id")));
        }
        put(dead(BRIDGE.text("after")));

        assertThat(list(Selection.ALL)).hasSize(10);
        List<String> shown = new ArrayList<>();
        letters().open(Selection.ALL, letter -> shown.add(letter.type()));
        assertThat(shown).startsWith("TextMessage", "Message", "Message", "Message", "StreamMessage", "Message");
        DeadLetters.Found found = letters().find(Selection.ALL);
        assertThat(letters().replayEach(found, id -> {}))
                .isEqualTo(found.replayable().size());

        assertThat(((TextMessage) BRIDGE.receive(origin)).getText()).isEqualTo("before");
        assertThat(found.replayable()).hasSize(8);
        assertThat(found.left()).containsKey("-");
        assertThat(BRIDGE.broker().locateQueue(origin).getMessageCount())
                .isEqualTo(found.replayable().size() - 1L);
        assertThat(letters().purgeEach(letters().find(Selection.ALL)))
                .isEqualTo(found.left().size() - 1);
        BRIDGE.broker().locateQueue(origin).deleteAllReferences();
    }

    private static CoreMessage core(Message message) {
        return (CoreMessage) ((ActiveMQMessage) message).getCoreMessage();
    }

    @Test
    void replaysLargeOnesByteForByte() throws Exception {
        byte[] file = file(5_000_000);
        MapMessage map = dead(BRIDGE.session().createMapMessage());
        map.setString("text", LONG_TEXT);
        put(dead(BRIDGE.text(LONG_TEXT)));
        put(dead(BRIDGE.bytes(file)));
        put(map);

        assertThat(replay(Selection.ALL)).isEqualTo(3);

        assertThat(((TextMessage) BRIDGE.receive(origin)).getText()).isEqualTo(LONG_TEXT);
        assertThat(BRIDGE.receive(origin).getBody(byte[].class)).isEqualTo(file);
        Message last = BRIDGE.receive(origin);
        assertThat(((MapMessage) last).getString("text")).isEqualTo(LONG_TEXT);
        assertThat(last.propertyExists("liveBodyType")).isFalse();
        try (Stream<Path> left = Files.walk(spool)) {
            assertThat(left).noneMatch(Files::isRegularFile);
        }
    }

    /** One that would fill the disk if it were unpacked, and its text can be shown all the same. */
    @Test
    void replaysWhatIsCompressedAsItCame() throws Exception {
        BytesMessage letter = dead(BRIDGE.session().createBytesMessage());
        letter.setObjectProperty("JMS_AMQ_InputStream", Hostile.blanks(50_000_000));
        BRIDGE.sendCompressed(DEADLETTERS, letter);

        letters().open(Selection.ALL, shown -> assertThat(shown.beginning(3)).contains("   "));
        assertThat(replay(Selection.ALL)).isEqualTo(1);

        BytesMessage replayed = (BytesMessage) BRIDGE.receive(origin);
        assertThat(replayed.getBodyLength()).isLessThan(1_000_000);
        assertThat(Hostile.length(replayed)).isEqualTo(50_000_000);
    }

    @Test
    void replaysThoseOfOneCodeInTheirOrder() throws Exception {
        for (int i = 0; i < 250; i++) {
            TextMessage letter = dead(BRIDGE.text("text " + i));
            letter.setStringProperty("liveErrorCode", i % 5 == 0 ? "rejected" : "server-error");
            letter.setStringProperty("JMSXGroupID", "group " + i % 3);
            put(letter);
        }

        assertThat(replay(Selection.code("server-error"))).isEqualTo(200);

        for (int i = 0; i < 250; i++) {
            if (i % 5 != 0) {
                assertThat(((TextMessage) BRIDGE.receive(origin)).getText()).isEqualTo("text " + i);
            }
        }
        assertThat(list(Selection.ALL))
                .hasSize(50)
                .allMatch(letter -> letter.code().orElseThrow().equals("rejected"));
        // what was not meant has not been delivered to anybody
        assertThat(BRIDGE.receive(DEADLETTERS).getJMSRedelivered()).isFalse();
    }

    @Test
    void leavesAloneWhatComesMeanwhile() throws Exception {
        put(dead(BRIDGE.text("before")));
        DeadLetters.Found found = letters().find(Selection.ALL);
        put(dead(BRIDGE.text("meanwhile")));

        assertThat(letters().replayEach(found, id -> put(dead(BRIDGE.text("later")))))
                .isEqualTo(1);

        assertThat(((TextMessage) BRIDGE.receive(origin)).getText()).isEqualTo("before");
        assertThat(((TextMessage) BRIDGE.receive(DEADLETTERS)).getText()).isEqualTo("meanwhile");
        assertThat(((TextMessage) BRIDGE.receive(DEADLETTERS)).getText()).isEqualTo("later");
    }

    @Test
    void passesOverWhatAnotherTookAndWhatHasNoHome() throws Exception {
        put(dead(BRIDGE.text("first")));
        put(BRIDGE.text("of somebody else"));
        put(dead(BRIDGE.text("second")));
        DeadLetters.Found found = letters().find(Selection.ALL);
        assertThat(found.left()).hasSize(1);
        assertThat(((TextMessage) BRIDGE.receive(DEADLETTERS)).getText()).isEqualTo("first");

        assertThat(letters().replayEach(found, id -> {})).isEqualTo(1);

        assertThat(((TextMessage) BRIDGE.receive(origin)).getText()).isEqualTo("second");
        assertThat(((TextMessage) BRIDGE.receive(DEADLETTERS)).getText()).isEqualTo("of somebody else");
    }

    @Test
    void neitherLosesNorDoublesWhenItIsInterrupted() throws Exception {
        for (int i = 0; i < 3; i++) {
            put(dead(BRIDGE.text("text " + i)));
        }
        // between the send and the commit of the second
        AtomicInteger commits = new AtomicInteger();
        ConnectionFactory dying = dying(
                new ActiveMQConnectionFactory(BRIDGE.jmsUrl()),
                ConnectionFactory.class,
                () -> commits.incrementAndGet() == 2);
        try (Spool spool = new Spool(BRIDGE.spoolFolder())) {
            DeadLetters letters = new DeadLetters(dying, DEADLETTERS, Set.of(origin), spool);
            assertThatThrownBy(() -> letters.replayEach(letters.find(Selection.ALL), id -> {}))
                    .hasMessage("killed by a test");
        }

        assertThat(((TextMessage) BRIDGE.receive(origin)).getText()).isEqualTo("text 0");
        assertThat(BRIDGE.peek(origin)).isNull();
        assertThat(replay(Selection.ALL)).isEqualTo(2);
        assertThat(((TextMessage) BRIDGE.receive(origin)).getText()).isEqualTo("text 1");
        assertThat(((TextMessage) BRIDGE.receive(origin)).getText()).isEqualTo("text 2");
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }

    /** A factory, or what comes of it, whose sessions die at a commit. */
    private static <T> T dying(Object alive, Class<T> type, BooleanSupplier now) {
        return type.cast(Proxy.newProxyInstance(
                DeadLettersIT.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getName().equals("commit") && now.getAsBoolean()) {
                        throw new JMSException("killed by a test");
                    }
                    Object result = method.invoke(alive, arguments);
                    return result instanceof Connection
                            ? dying(result, Connection.class, now)
                            : result instanceof Session ? dying(result, Session.class, now) : result;
                }));
    }

    @Test
    void dropsAReplyToThatIsGone() throws Exception {
        Queue alive = BRIDGE.session().createTemporaryQueue();
        try (Connection other = new ActiveMQConnectionFactory(BRIDGE.jmsUrl()).createConnection();
                Session session = other.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            for (Queue replyTo : List.of(session.createTemporaryQueue(), alive, session.createQueue(unique("q")))) {
                TextMessage letter = dead(session.createTextMessage("{}"));
                letter.setJMSReplyTo(replyTo);
                session.createProducer(session.createQueue(DEADLETTERS)).send(letter);
            }
        }

        assertThat(replay(Selection.ALL)).isEqualTo(3);

        assertThat(BRIDGE.receive(origin).getJMSReplyTo()).isNull();
        assertThat(BRIDGE.receive(origin).getJMSReplyTo()).isEqualTo(alive);
        assertThat(BRIDGE.receive(origin).getJMSReplyTo().toString()).contains("q-");
    }

    @Test
    void countsReplaysAndAnswersWhoeverAskedFirst() throws Exception {
        BRIDGE.live().stubFor(post(anyUrl()).willReturn(serverError()));
        TextMessage message = BRIDGE.text("{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation));
        Queue replies = BRIDGE.queue(unique("replies"));
        message.setJMSReplyTo(replies);
        // a caller's own count of another type is none
        message.setStringProperty("liveReplays", "7");
        String id = BRIDGE.send(MESSAGES, message);
        awaitDeadLetter(0);

        assertThat(letters().replay("server-error")).isEqualTo(1);
        awaitDeadLetter(1);
        assertThat(letters().replay("rejected")).isZero();
        assertThat(letters().replay("server-error", 1)).isZero();
        assertThat(letters().replay("server-error", 2)).isEqualTo(1);
        awaitDeadLetter(2);
        BRIDGE.live().stubFor(post(anyUrl()).willReturn(okJson("{}")));
        assertThat(replay(Selection.ALL)).isEqualTo(1);

        for (String status : List.of("failed", "failed", "failed", "sent")) {
            Message reply = BRIDGE.receive(replies.getQueueName());
            assertThat(json(reply).at("/status").asText()).isEqualTo(status);
            assertThat(reply.getJMSCorrelationID()).isEqualTo(id);
        }
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
        BRIDGE.live().verify(4, postRequestedFor(urlEqualTo("/" + conversation + "/client/message")));
    }

    @Test
    void purgesWhatIsMeantAndNothingElse() throws Exception {
        for (int i = 0; i < 150; i++) {
            put(dead(BRIDGE.text("gone")));
        }
        put(dead(BRIDGE.bytes(file(3_000_000))));
        put(BRIDGE.text("of somebody else"));
        DeadLetters.Found found = letters().find(Selection.ALL);
        put(dead(BRIDGE.text("later")));

        assertThat(letters().purgeEach(found)).isEqualTo(152);

        assertThat(((TextMessage) BRIDGE.receive(DEADLETTERS)).getText()).isEqualTo("later");
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
        assertThat(BRIDGE.peek(origin)).isNull();
    }

    @Test
    void replaysByATimer() throws Exception {
        BRIDGE.live().stubFor(post(anyUrl()).willReturn(serverError()));
        BRIDGE.send(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation));
        awaitDeadLetter(0);
        String route = Readme.yaml(Path.of("docs/dead-letters.md"), "ref: deadLetters")
                .replaceAll("(delay|period): \\d+", "$1: 300");

        PluginHelper.getRoutesLoader(BRIDGE.context())
                .loadRoutes(ResourceHelper.fromString("replay.camel.yaml", route));
        try {
            // three times, and no more
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(list(Selection.ALL))
                    .singleElement()
                    .extracting(DeadLetter::replays)
                    .isEqualTo(3));
            int ticks = BRIDGE.passes("any");
            await().until(() -> BRIDGE.passes("any") >= ticks + 2);
        } finally {
            BRIDGE.context().getRouteController().stopRoute("replay-server-errors");
            BRIDGE.context().removeRoute("replay-server-errors");
        }
        assertThat(list(Selection.ALL))
                .singleElement()
                .extracting(DeadLetter::replays)
                .isEqualTo(3);
        BRIDGE.live().verify(4, postRequestedFor(urlEqualTo("/" + conversation + "/client/message")));
    }

    /** Of a bridge that could read {@code origin} as well. */
    private DeadLetters letters() {
        return new DeadLetters(
                BRIDGE.context().getRegistry().lookupByNameAndType("brokerConnectionFactory", ConnectionFactory.class),
                DEADLETTERS,
                Set.of(MESSAGES, origin),
                new Spool(spool));
    }

    private List<DeadLetter> list(Selection selection) throws Exception {
        List<DeadLetter> list = new ArrayList<>();
        letters().list(selection, list::add);
        return list;
    }

    private int replay(Selection selection) throws Exception {
        return letters().replayEach(letters().find(selection), id -> {});
    }

    private static byte[] body(OpenLetter letter) throws JMSException, IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        letter.writeBody(out);
        return out.toByteArray();
    }

    private <M extends Message> M dead(M message) throws JMSException {
        message.setStringProperty("liveOriginQueue", origin);
        message.setStringProperty("liveErrorCode", "rejected");
        return message;
    }

    private static String put(Message letter) throws JMSException {
        return BRIDGE.send(DEADLETTERS, letter);
    }

    private void awaitLetters(int count) throws Exception {
        BRIDGE.receive(EVENTS);
        // its dead letter is committed after its event
        await().untilAsserted(() -> assertThat(list(Selection.ALL)).hasSize(count));
    }

    private void awaitDeadLetter(int replays) throws Exception {
        await().untilAsserted(() -> assertThat(list(Selection.ALL))
                .singleElement()
                .extracting(DeadLetter::replays)
                .isEqualTo(replays));
        BRIDGE.receive(EVENTS);
    }

    /** Bytes that are no text. */
    private static byte[] file(int size) {
        byte[] file = new byte[size];
        Arrays.fill(file, (byte) 0xfe);
        file[size - 1] = 1;
        return file;
    }
}
