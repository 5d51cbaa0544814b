package dev.livebridge;

import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.TOKEN;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.livebridge.jms.JmsProperties;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.TextMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Requests and answers of chance through the whole bridge: each message ends within a bound, with one reply that has a
 * code of the contract or says that it was delivered, and the token is nowhere. A failure names its seed:
 * {@code -Dfuzz.seed=} runs the same again.
 */
class FuzzIT {
    private static final int TRIES = 250;
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Set<String> CODES = Set.of(
            "invalid-json",
            "invalid-request",
            "unknown-conversation",
            "unknown-group",
            "rejected",
            "server-error",
            "invalid-response",
            "expired",
            "uncertain",
            "attachment-too-large",
            "attachment-type-refused",
            "attachment-unreachable",
            "attachment-url-refused");
    private static final Set<String> OF_REQUESTS = Set.of(
            "invalid-json",
            "invalid-request",
            "unknown-conversation",
            "unknown-group",
            "attachment-too-large",
            "attachment-type-refused",
            "attachment-url-refused");
    private static final String CONVERSATION = """
            {"groupsId": [2179], "user": {"hash": "fuzz-%d", "firstname": "Ana", "email": "ana@example.org", "phone": null,
              "extra": {"Ticket": 2024, "Plan": "gold"}}}""";
    private static final String MESSAGE = """
            {"conversationId": "fuzz-%d", "text": "Here is the invoice"}""";
    private static final String MESSAGE_WITH_FILES = """
            {"conversationId": "fuzz-%d", "text": "Here is the invoice", "attachments": [
              {"name": "note.txt", "contentType": "text/plain", "content": "SGVsbG8="},
              {"name": "screen.png", "url": "https://files.example.org/screen.png"},
              {"name": "scan.tiff", "bucket": "scans", "key": "2026/11/scan.tiff"}]}""";
    private static final String FILE = """
            {"conversationId": "fuzz-%d", "attachments": [{"name": "note.txt", "content": "SGVsbG8="}]}""";
    private static final List<String> PROPERTIES = List.of(
            "fileName",
            "conversationId",
            "userHash",
            "contentType",
            "text",
            "extra_Plan",
            "JMSXGroupID",
            "JMSXDeliveryCount",
            "liveErrorCode",
            "liveBodyType",
            "CamelRedeliveryCounter",
            "CamelRedeliveryDelay",
            "CamelHttpUri",
            "CamelHttpPath",
            "CamelJmsDestinationName",
            "breadcrumbId",
            "other");

    private static final RawLive LIVE = RawLive.open();

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .withS3()
            .with("live.api.base-url", LIVE.url())
            .with("live.api.response-timeout", "1s")
            .with("live.consumers", "20")
            .with("live.attachments.max-inline-size", "2KB")
            .with("live.retry.max-attempts", "2")
            .with("live.retry.delay", "10ms")
            .with("live.retry.max-delay", "50ms")
            .with("live.retry.max-retry-after", "100ms")
            .with("live.retry.give-up-after", "150ms");

    private final long seed = Hostile.seed();
    private final Map<String, Message> sent = new LinkedHashMap<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private Log log;

    @BeforeEach
    void listen() {
        log = Log.listen();
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void anyRequestIsDeliveredOrRefused() throws Exception {
        LIVE.answers((number, conversation, out) -> out.write(RawLive.json(
                200, conversation ? "{\"conversationId\": \"c-" + number + "\", \"customToken\": \"x\"}" : "{}")));

        Map<String, Integer> outcomes = run(number -> request(random(number), number), OF_REQUESTS);

        // chance must have met both sides
        assertThat(outcomes).as("seed %d", seed).containsKeys("queued", "sent", "invalid-json", "invalid-request");
    }

    @Test
    void anyAnswerIsUnderstood() throws Exception {
        LIVE.answers((number, conversation, out) -> out.write(answer(random(number), number)));

        Map<String, Integer> outcomes =
                run(number -> BRIDGE.text((number % 2 == 0 ? CONVERSATION : MESSAGE).formatted(number)), CODES);

        assertThat(outcomes)
                .as("seed %d", seed)
                .containsKeys("sent", "rejected", "server-error", "invalid-response", "expired");
    }

    @AfterAll
    static void closeLive() throws IOException {
        LIVE.close();
    }

    /** Seeds that lie side by side begin alike: these don't. */
    private Random random(int number) {
        return new Random((seed + number) * 0x9E3779B97F4A7C15L);
    }

    private interface Source {
        Message next(int number) throws Exception;
    }

    /** Sends them all, and answers how many ended how. */
    private Map<String, Integer> run(Source source, Set<String> codes) {
        try {
            return sendAndCheck(source, codes);
        } catch (Exception e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    private Map<String, Integer> sendAndCheck(Source source, Set<String> codes) throws Exception {
        Map<String, Integer> outcomes = new TreeMap<>();
        Instant begin = Instant.now();
        var replies = BRIDGE.session().createTemporaryQueue();
        for (int number = 0; number < TRIES; number++) {
            Message message = source.next(number);
            message.setJMSReplyTo(replies);
            String id = BRIDGE.send(number % 2 == 0 ? CONVERSATIONS : MESSAGES, message);
            sent.put(id, message);
            numbers.put(id, number);
        }
        Map<String, JsonNode> replied = new HashMap<>();
        try (MessageConsumer consumer = BRIDGE.session().createConsumer(replies)) {
            while (replied.size() < TRIES) {
                Message reply = consumer.receive(left(begin));
                assertThat(reply)
                        .as("seed %d: no reply to %s", seed, unanswered(replied))
                        .isNotNull();
                String id = reply.getJMSCorrelationID();
                JsonNode outcome = TestBridge.json(reply);
                assertThat(replied.put(id, outcome))
                        .as(at(id) + " a second reply")
                        .isNull();
                assertSecret(id, reply);
                String status = outcome.path("status").asText();
                assertThat(status).as(at(id)).isIn("queued", "sent", "failed");
                String code = outcome.at("/error/code").asText(status);
                if (status.equals("failed")) {
                    assertThat(code).as(at(id) + " %s", outcome).isIn(codes);
                    assertThat(outcome.at("/error/message").asText().getBytes(UTF_8))
                            .as(at(id))
                            .hasSizeLessThanOrEqualTo(2048);
                }
                outcomes.merge(code, 1, Integer::sum);
            }
        }
        checkDeadLetters(replied, begin);
        checkEvents(replied, begin);
        assertThat(log.lines()).as("seed %d", seed).noneMatch(line -> line.contains(TOKEN));
        return outcomes;
    }

    private void checkDeadLetters(Map<String, JsonNode> replied, Instant begin) throws Exception {
        Set<String> failed = with(replied, "failed");
        try (MessageConsumer consumer =
                BRIDGE.session().createConsumer(BRIDGE.session().createQueue(DEADLETTERS))) {
            while (!failed.isEmpty()) {
                Message dead = consumer.receive(left(begin));
                assertThat(dead)
                        .as(
                                "seed %d: no dead letter of %s",
                                seed, failed.stream().map(numbers::get).toList())
                        .isNotNull();
                String id = dead.getStringProperty("liveOriginMessageId");
                assertThat(failed.remove(id)).as(at(id) + " a dead letter").isTrue();
                assertThat(body(dead)).as(at(id)).isEqualTo(body(sent.get(id)));
                assertThat(dead.getStringProperty("liveErrorCode"))
                        .as(at(id))
                        .isEqualTo(replied.get(id).at("/error/code").asText());
                assertThat(dead.getStringProperty("liveErrorMessage").getBytes(UTF_8))
                        .as(at(id))
                        .hasSizeLessThanOrEqualTo(2048);
                String httpBody = dead.getStringProperty("liveHttpBody");
                if (httpBody != null) {
                    assertThat(httpBody.getBytes(UTF_8)).as(at(id)).hasSizeLessThanOrEqualTo(1024);
                }
                assertSecret(id, dead);
                for (Map.Entry<String, Object> property :
                        JmsProperties.of(sent.get(id)).entrySet()) {
                    if (!property.getKey().startsWith("live")
                            && !property.getKey().equals("JMSXDeliveryCount")) {
                        assertThat(dead.getObjectProperty(property.getKey()))
                                .as(at(id) + " " + property.getKey())
                                .isEqualTo(property.getValue());
                    }
                }
            }
        }
    }

    private void checkEvents(Map<String, JsonNode> replied, Instant begin) throws Exception {
        Set<String> told = with(replied, "failed");
        told.addAll(with(replied, "queued"));
        try (MessageConsumer consumer =
                BRIDGE.session().createConsumer(BRIDGE.session().createQueue(EVENTS))) {
            while (!told.isEmpty()) {
                Message event = consumer.receive(left(begin));
                assertThat(event)
                        .as(
                                "seed %d: no event of %s",
                                seed, told.stream().map(numbers::get).toList())
                        .isNotNull();
                String id = TestBridge.json(event).at("/data/request/messageId").asText();
                if (event.getStringProperty("eventName").equals("delayed")) {
                    // its answer was none
                    assertSecret(id, event);
                    continue;
                }
                assertThat(told.remove(id)).as(at(id) + " an event").isTrue();
                assertSecret(id, event);
            }
        }
    }

    private static Set<String> with(Map<String, JsonNode> replied, String status) {
        Set<String> ids = new HashSet<>(replied.keySet());
        ids.removeIf(id -> !replied.get(id).path("status").asText().equals(status));
        return ids;
    }

    private String at(String id) {
        return "seed %d, try %s:".formatted(seed, numbers.get(id));
    }

    private List<Integer> unanswered(Map<String, JsonNode> replied) {
        return numbers.entrySet().stream()
                .filter(e -> !replied.containsKey(e.getKey()))
                .map(Map.Entry::getValue)
                .sorted()
                .toList();
    }

    private static long left(Instant begin) {
        return Math.max(1, BOUND.minus(Duration.between(begin, Instant.now())).toMillis());
    }

    private void assertSecret(String id, Message message) throws JMSException {
        if (message instanceof TextMessage text && !sent.containsKey(message.getJMSMessageID())) {
            assertThat(text.getText()).as(at(id)).doesNotContain(TOKEN);
        }
        JmsProperties.of(message).forEach((name, value) -> assertThat(String.valueOf(value))
                .as(at(id) + " " + name)
                .doesNotContain(TOKEN));
    }

    private static Object body(Message message) throws JMSException {
        if (message instanceof TextMessage text) {
            return text.getText();
        }
        BytesMessage bytes = (BytesMessage) message;
        bytes.reset();
        byte[] body = new byte[(int) bytes.getBodyLength()];
        bytes.readBytes(body);
        return body;
    }

    private static Message request(Random random, int number) throws JMSException {
        String valid = (number % 2 == 0
                        ? CONVERSATION
                        : Hostile.oneOf(random, List.of(MESSAGE, MESSAGE_WITH_FILES, FILE)))
                .formatted(number);
        Message message;
        switch (random.nextInt(4)) {
            case 0 -> message = BRIDGE.bytes(Hostile.jsonBytes(random, valid));
            case 1 -> {
                message = BRIDGE.bytes(Hostile.bytes(random));
                message.setStringProperty("fileName", Hostile.text(random));
                message.setStringProperty("conversationId", "fuzz-" + number);
            }
            default -> message = BRIDGE.text(random.nextInt(5) == 0 ? valid : Hostile.json(random, valid));
        }
        for (int properties = random.nextInt(6) - 3; properties > 0; properties--) {
            String name = Hostile.oneOf(random, PROPERTIES);
            // by JMS it is a string
            Object value = name.equals("JMSXGroupID") ? Hostile.text(random) : Hostile.property(random);
            message.setObjectProperty(name, value);
        }
        return message;
    }

    /** What Live, or what stands between, answers: byte for byte. */
    private static byte[] answer(Random random, int number) throws IOException {
        if (random.nextInt(40) == 0) {
            return Hostile.bytes(random);
        }
        if (random.nextInt(40) == 0) {
            return new byte[0];
        }
        int status = random.nextInt(3) == 0
                ? 200
                : Hostile.oneOf(
                        random,
                        List.of(
                                100, 101, 103, 199, 201, 202, 204, 205, 206, 226, 299, 300, 301, 302, 303, 304, 307,
                                308, 399, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414,
                                415, 417, 418, 421, 422, 423, 425, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503,
                                504, 505, 507, 511, 520, 599, 600, 999));
        byte[] body = answerBody(random, number);
        StringBuilder head = new StringBuilder(
                "HTTP/1.1 " + status + " " + (random.nextInt(8) == 0 ? TOKEN : "Said") + "\r\nConnection: close\r\n");
        if (random.nextInt(3) > 0) {
            head.append("Content-Type: ")
                    .append(Hostile.oneOf(
                            random,
                            List.of(
                                    "application/json",
                                    "text/html; charset=utf-16",
                                    "text/plain; charset=none-such",
                                    "text/plain; charset=",
                                    "application/x-java-serialized-object",
                                    "application/x-www-form-urlencoded",
                                    "\u00ff",
                                    "multipart/mixed; boundary=x",
                                    "text/plain; charset=\"utf 8\"")))
                    .append("\r\n");
        }
        switch (random.nextInt(12)) {
            case 0 ->
                head.append("Content-Encoding: ")
                        .append(Hostile.oneOf(random, List.of("gzip", "deflate", "br", "none-such", "gzip, gzip", "")))
                        .append("\r\n");
            case 1 -> {
                head.append("Content-Encoding: gzip\r\n");
                ByteArrayOutputStream zipped = new ByteArrayOutputStream();
                try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
                    gzip.write(body);
                }
                body = zipped.toByteArray();
            }
            default -> {}
        }
        if (random.nextInt(3) == 0) {
            head.append("Retry-After: ")
                    .append(Hostile.oneOf(
                            random,
                            List.of(
                                    "-1",
                                    "0",
                                    "1",
                                    "99999999999999999999",
                                    "9999999999",
                                    "Sun, 06 Nov 1994 08:49:37 GMT",
                                    "Fri, 31 Dec 9999 23:59:59 GMT",
                                    "soon",
                                    "",
                                    "\u00e9\u00ff",
                                    "1.5",
                                    "1, 2",
                                    "1\r\nRetry-After: 2",
                                    TOKEN)))
                    .append("\r\n");
        }
        if (random.nextInt(6) == 0) {
            head.append(Hostile.oneOf(
                            random,
                            List.of(
                                    "CamelRedeliveryDelay: 9999999",
                                    "CamelRedeliveryCounter: x",
                                    "CamelHttpUri: http://127.0.0.1:1/",
                                    "Location: http://127.0.0.1:1/" + TOKEN,
                                    "Set-Cookie: a=" + TOKEN,
                                    "X-Echo: " + TOKEN,
                                    "Connection: close",
                                    "Transfer-Encoding: none-such",
                                    ": nothing",
                                    "no colon",
                                    "JMSReplyTo: x")))
                    .append("\r\n");
        }
        int length = body.length;
        switch (random.nextInt(16)) {
            case 0 -> length += 10;
            case 1 -> length = random.nextInt(length + 1);
            case 2 -> head.append("Content-Length: -5\r\n");
            case 3 -> head.append("Content-Length: x\r\n");
            default -> {}
        }
        switch (random.nextInt(8)) {
            case 0 -> {
                // to the end of the connection
            }
            case 1 -> {
                head.append("Transfer-Encoding: chunked\r\n");
                body = (Integer.toHexString(length) + "\r\n" + new String(body, ISO_8859_1) + "\r\n"
                                + (random.nextBoolean() ? "0\r\n\r\n" : "zz"))
                        .getBytes(ISO_8859_1);
            }
            default -> head.append("Content-Length: ").append(length).append("\r\n");
        }
        return RawLive.join((head + "\r\n").getBytes(ISO_8859_1), body);
    }

    private static byte[] answerBody(Random random, int number) {
        String good = "{\"conversationId\": \"c-" + number
                + "\", \"customToken\": \"x\", \"messageQueueId\": 0, \"notAttended\": 0}";
        String escaped = TOKEN.replace("-", "\\u002d");
        return switch (random.nextInt(12)) {
            case 0 -> new byte[0];
            case 1 -> Hostile.bytes(random);
            case 2 -> Hostile.jsonBytes(random, good);
            case 3 -> ("<html><body>Sorry, " + Hostile.text(random) + "</body></html>").getBytes(UTF_8);
            case 4 ->
                ("x".repeat(1024 - random.nextInt(40)) + "_" + TOKEN + "y".repeat(random.nextInt(3000)))
                        .getBytes(UTF_8);
            case 5 ->
                ("x".repeat(1024 - random.nextInt(80)) + "_" + escaped + "y".repeat(random.nextInt(3000)))
                        .getBytes(UTF_8);
            case 6 ->
                ("{\"conversationId\": \"h_" + TOKEN + "\", \"customToken\": {\"" + escaped + "\": [\"" + escaped
                                + "\", \"s3cr3t%2Dt0ken\"]}}")
                        .getBytes(UTF_8);
            case 7 ->
                ("{\"conversationId\": \""
                                + Hostile.oneOf(
                                        random,
                                        List.of("../x", "", "a b", "é", "a".repeat(129), "%2e%2e", "x\\u0000", TOKEN))
                                + "\"}")
                        .getBytes(UTF_8);
            case 8 ->
                random.nextInt(5) == 0
                        ? ("x".repeat(1024 * 1024 - random.nextInt(20)) + TOKEN + "x".repeat(9 * 1024 * 1024))
                                .getBytes(UTF_8)
                        : "é".repeat(2000).getBytes(UTF_8);
            case 9 -> ("s3cr3t-" + TOKEN + "t0ken").getBytes(UTF_8);
            default -> good.getBytes(UTF_8);
        };
    }
}
