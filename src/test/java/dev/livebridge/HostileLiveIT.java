package dev.livebridge;

import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.GROUPED;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.unique;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.ThreadMXBean;
import dev.livebridge.http.BoundedHttpComponent;
import jakarta.jms.Destination;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.apache.camel.component.http.HttpComponent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whoever answers over HTTP, and however, harms the message at hand and nobody else's: a hostile Live, a hostile service of
 * lookups, a hostile source of attachments.
 */
class HostileLiveIT {
    private static final int ATTACKED = 10;
    private static final long PATIENCE = 10_000;
    private static final long KEPT = 20L * 1024 * 1024;
    private static final long MEMORY = 400L << 20;
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String GZIP = OK + "Content-Encoding: gzip\r\n\r\n";
    private static final byte[] BOMB = bomb();

    private static final RawLive LIVE = RawLive.open();
    private static final RawLive CRM = RawLive.open();
    private static final RawLive SOURCE = RawLive.open();

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .withS3()
            .with("live.api.base-url", LIVE.url())
            .with("live.api.connect-timeout", "1s")
            .with("live.api.response-timeout", "1s")
            .with("live.uncertain.conversations", "dead-letter")
            .with("live.uncertain.messages", "dead-letter")
            .with("live.retry.max-attempts", "1")
            .with("live.retry.give-up-after", "1s")
            .with("live.lookup.http.url", CRM.url() + "/{hash}")
            .with("live.lookup.http.timeout", "1s")
            .with("live.attachments.allowed-hosts", "127.0.0.1")
            .with("live.attachments.fetch-timeout", "1s")
            .with("live.attachments.max-size", "2MB");

    private Log log;

    private interface Answer {
        void write(OutputStream out) throws IOException;
    }

    /** An answer, and what becomes of a message and of a request for an agent that get it. */
    enum Attack {
        ENDLESS_STATUS_LINE("uncertain", "uncertain", out -> forever(out, "HTTP/1.1 200 ", "x".repeat(8192))),
        ENDLESS_HEADER_LINE("uncertain", "uncertain", out -> forever(out, OK + "X-Long: ", "x".repeat(8192))),
        ENDLESS_HEADERS("uncertain", "uncertain", out -> forever(out, OK, "X-Header: \u001b[31m\r\n".repeat(500))),
        ENDLESS_INTERIM_ANSWERS(
                "uncertain", "uncertain", out -> forever(out, "", "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(200))),
        SLOW_HEADER("uncertain", "uncertain", out -> slowly(out, OK + "X-Slow: ")),
        SLOW_BODY("uncertain", "uncertain", out -> slowly(out, OK + "Content-Length: 5000\r\n\r\n")),
        GZIP_BOMB("sent", "invalid-response", out -> {
            text(out, GZIP);
            out.write(BOMB);
        }),
        GARBAGE_IN_GZIP("uncertain", "uncertain", out -> text(out, GZIP + "garbage")),
        GZIP_AND_MORE("sent", "invalid-response", out -> {
            text(out, GZIP);
            out.write(gzip(2));
            forever(out, "", "x".repeat(8192));
        }),
        ENDLESS_BODY("sent", "invalid-response", out -> forever(out, OK + "\r\n", "x".repeat(8192))),
        ENDLESS_CHUNKS(
                "sent", "invalid-response", out -> forever(out, CHUNKED, "2000\r\n" + "x".repeat(8192) + "\r\n")),
        ENDLESS_CHUNK_LINE("uncertain", "uncertain", out -> forever(out, CHUNKED + "1;", "x".repeat(8192))),
        ENDLESS_TRAILERS("uncertain", "uncertain", out -> forever(out, CHUNKED + "0\r\n", "X: y\r\n".repeat(500))),
        GARBAGE_CHUNKS("uncertain", "uncertain", out -> text(out, CHUNKED + "zz\r\n\u0007\u001b[2J")),
        GARBAGE("uncertain", "uncertain", out -> forever(out, "", "\u0000\u001b[31m\r\n".repeat(500))),
        NEGATIVE_LENGTH("uncertain", "uncertain", out -> text(out, OK + "Content-Length: -5\r\n\r\n{}")),
        HUGE_LENGTH(
                "uncertain", "uncertain", out -> text(out, OK + "Content-Length: " + Long.MAX_VALUE + "\r\n\r\n{}")),
        HANGS_UP("uncertain", "uncertain", out -> {});

        private final String ofMessage;
        private final String ofRequest;
        private final Answer answer;

        Attack(String ofMessage, String ofRequest, Answer answer) {
            this.ofMessage = ofMessage;
            this.ofRequest = ofRequest;
            this.answer = answer;
        }
    }

    @BeforeEach
    void beHonest() {
        LIVE.answers((number, conversation, out) -> answerHonestly(conversation, out));
        CRM.answers((number, conversation, out) -> text(out, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
        log = Log.listen();
    }

    @AfterEach
    void closeLog() {
        log.close();
    }

    @AfterAll
    static void close() throws IOException {
        LIVE.close();
        CRM.close();
        SOURCE.close();
    }

    @Test
    void theHttpClientIsAsConfigured() {
        HttpComponent http = BRIDGE.context().getComponent("http", HttpComponent.class);

        assertThat(http).isInstanceOf(BoundedHttpComponent.class);
        assertThat(http.getConnectionsPerRoute()).isEqualTo(200);
        assertThat(http.getResponseTimeout()).isEqualTo(1_000);
        assertThat(http.isAutomaticRetriesDisabled()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aHostileLiveStopsNobodyElse(Attack attack) throws Exception {
        attackWith(attack, LIVE, (number, conversation, out) -> answerHonestly(conversation, out));
        long before = allocated();
        long live = live();

        List<String> outcomes = attack(number -> number % 2 == 0
                ? BRIDGE.text("{\"conversationId\": \"fuzz-%d\", \"text\": \"Hi\"}".formatted(number))
                : BRIDGE.text("{\"user\": {\"hash\": \"fuzz-%d\", \"firstname\": \"Ana\"}}".formatted(number)));

        assertThat(outcomes).hasSize(ATTACKED).containsOnly(attack.ofMessage, attack.ofRequest);
        assertThat(live() - live).as("bytes that stay").isLessThan(KEPT);
        if (attack != Attack.ENDLESS_INTERIM_ANSWERS) {
            // those are garbage as soon as they are read: as many as come in time
            assertThat(allocated() - before).as("bytes").isLessThan(MEMORY);
        }
        assertAllIsWell();
    }

    @Tag("slow")
    @ParameterizedTest
    @EnumSource
    void aHostileLookupStopsNobody(Attack attack) throws Exception {
        attackWith(
                attack,
                CRM,
                (number, conversation, out) -> text(out, OK + "Content-Length: 15\r\n\r\n{\"plan\":\"gold\"}"));

        List<String> outcomes = attack(number ->
                BRIDGE.text("{\"user\": {\"hash\": \"fuzz-%d\", \"firstname\": \"Ana\"}}".formatted(2 * number + 1)));

        assertThat(outcomes).hasSize(ATTACKED).containsOnly("queued");
        BRIDGE.closeBreaker("http-break-circuit");
        assertAllIsWell();
    }

    @Tag("slow")
    @ParameterizedTest
    @EnumSource
    void aHostileSourceStopsNobodyElse(Attack attack) throws Exception {
        attackWith(attack, SOURCE, (number, conversation, out) -> text(out, OK + "Content-Length: 2\r\n\r\nHi"));

        List<String> outcomes = attack(number -> BRIDGE.text(file("fuzz-" + 2 * number)));

        assertThat(outcomes)
                .hasSize(ATTACKED)
                .isSubsetOf("sent", "attachment-unreachable", "attachment-too-large", "expired");
        assertThat(BRIDGE.request(MESSAGES, file("honest")).at("/status").asText())
                .isEqualTo("sent");
        assertAllIsWell();
    }

    /** A peer attacks all but the caller with the number 0, whom it answers honestly. */
    private static void attackWith(Attack attack, RawLive peer, RawLive.Answers honest) {
        peer.answers((number, conversation, out) -> {
            if (number == 0) {
                honest.write(number, conversation, out);
            } else {
                attack.answer.write(out);
            }
        });
    }

    private interface Source {
        Message next(int number) throws Exception;
    }

    /** Sends them all, and answers how they ended. */
    private static List<String> attack(Source source) throws Exception {
        Destination replies = BRIDGE.session().createTemporaryQueue();
        for (int number = 1; number <= ATTACKED; number++) {
            Message message = source.next(number);
            message.setJMSReplyTo(replies);
            boolean request = message.getBody(String.class).contains("firstname");
            BRIDGE.send(request ? CONVERSATIONS : MESSAGES, message);
        }
        List<String> outcomes = new ArrayList<>();
        try (MessageConsumer consumer = BRIDGE.session().createConsumer(replies)) {
            for (Message reply; outcomes.size() < ATTACKED && (reply = consumer.receive(2 * PATIENCE)) != null; ) {
                JsonNode outcome = TestBridge.json(reply);
                assertThat(outcome.at("/error/message").asText()).doesNotContainPattern("\\p{Cntrl}");
                outcomes.add(
                        outcome.at("/error/code").asText(outcome.at("/status").asText()));
            }
        }
        return outcomes;
    }

    private void assertAllIsWell() throws Exception {
        long began = System.nanoTime();
        String hash = unique("user");
        JsonNode queued =
                BRIDGE.request(CONVERSATIONS, "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}}".formatted(hash));
        JsonNode sent = BRIDGE.request(
                MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(unique("conversation")));
        assertThat(queued.at("/status").asText()).isEqualTo("queued");
        assertThat(sent.at("/status").asText()).isEqualTo("sent");
        assertThat((System.nanoTime() - began) / 1_000_000).as("ms").isLessThan(PATIENCE);
        assertThat(BRIDGE.broker().locateQueue(GROUPED).getConsumerCount()).isEqualTo(4);
        assertThat(BRIDGE.broker().locateQueue(CONVERSATIONS).getConsumerCount())
                .isEqualTo(4);
        assertThat(log.lines()).allSatisfy(line -> assertThat(line).doesNotContainPattern("\\p{Cntrl}"));
    }

    private static String file(String name) {
        return "{\"conversationId\": \"%s\", \"attachments\": [{\"name\": \"a.txt\", \"url\": \"%s/%s\"}]}"
                .formatted(unique("conversation"), SOURCE.url(), name);
    }

    /** What is in use after a collection. */
    private static long live() {
        ManagementFactory.getMemoryMXBean().gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** What the bridge's consumers have allocated. */
    private static long allocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] consumers = Arrays.stream(threads.dumpAllThreads(false, false))
                .filter(thread -> thread.getThreadName().contains("JmsConsumer"))
                .mapToLong(ThreadInfo::getThreadId)
                .toArray();
        return Arrays.stream(threads.getThreadAllocatedBytes(consumers)).sum();
    }

    private static void answerHonestly(boolean conversation, OutputStream out) throws IOException {
        out.write(RawLive.json(
                200,
                conversation
                        ? "{\"conversationId\": \"%s\", \"customToken\": \"x\"}".formatted(unique("conversation"))
                        : "{}"));
    }

    private static void text(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(ISO_8859_1));
    }

    private static void forever(OutputStream out, String head, String part) throws IOException {
        text(out, head);
        for (byte[] bytes = part.getBytes(ISO_8859_1); ; ) {
            out.write(bytes);
        }
    }

    private static void slowly(OutputStream out, String head) throws IOException {
        text(out, head);
        while (true) {
            text(out, "x");
            LockSupport.parkNanos(100_000_000);
        }
    }

    private static byte[] bomb() {
        try {
            return gzip(512 << 20);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] gzip(int zeros) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            byte[] some = new byte[1 << 20];
            for (int left = zeros; left > 0; left -= some.length) {
                gzip.write(some, 0, Math.min(left, some.length));
            }
        }
        return bytes.toByteArray();
    }
}
