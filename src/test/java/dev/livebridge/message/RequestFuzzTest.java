package dev.livebridge.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.livebridge.Hostile;
import dev.livebridge.attachment.Attachment;
import dev.livebridge.bot.TestBots;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.failure.TokenFilter;
import dev.livebridge.jms.Original;
import dev.livebridge.jms.Originals;
import dev.livebridge.spool.Spool;
import dev.livebridge.spool.SpoolFolder;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.util.FileUtil;

/** Whatever comes is refused with a code of the contract, or becomes a call that Live's documentation allows. */
class RequestFuzzTest {
    private static final Set<ErrorCode> REFUSALS = Set.of(
            ErrorCode.INVALID_JSON, ErrorCode.INVALID_REQUEST, ErrorCode.UNKNOWN_GROUP, ErrorCode.ATTACHMENT_TOO_LARGE);
    private static final List<String> CONVERSATIONS = List.of("""
            {"groupsId": [2179], "user": {"hash": "7f3c", "firstname": "Ana", "lastname": "Su\u00e1rez", "email": "ana@example.org",
              "phone": "5492230000000", "username": null, "picture": null, "extra": {"Ticket": 2024, "Plan": "gold"}}}""", """
            {"group": "sales", "user": {"hash": "u", "firstname": "A", "extra": [{"a": 1.50}, {"b": true}]}}""", """
            {"botId": 1, "botToken": "t", "protocolId": 28, "status": "queued", "lastSender": "user",
              "groupsId": [1, 2], "user": {"hash": "u", "firstname": "A", "extra": []}}""");
    private static final List<String> MESSAGES = List.of("""
            {"conversationId": "0b7c1d52-58b1", "text": "Here is the invoice"}""", """
            {"userHash": "7f3c", "text": null, "attachments": [
              {"name": "note.txt", "contentType": "text/plain", "content": "SGVsbG8="},
              {"name": "screen.png", "url": "https://files.example.org/screen.png"},
              {"name": "scan.tiff", "bucket": "scans", "key": "2026/11/scan.tiff"}]}""");
    private static final List<String> PROPERTIES = List.of(
            "fileName",
            "conversationId",
            "userHash",
            "contentType",
            "text",
            "extra_Plan",
            "extra_",
            "extra_b",
            "idempotencyKey",
            "JMSXGroupID",
            "other");

    private static Path directory;
    private static Spool spool;

    private static final RequestReader CONVERSATION = new RequestReader(schema("conversation-request"), 100_000);
    private static final MessageRequestReader MESSAGE =
            new MessageRequestReader(schema("message-request"), 100_000, 10_000, 100_000);
    private static final RequestSchema QUEUE_CALL = schema("sandbox/live-queue");
    private static final RequestSchema MESSAGE_CALL = schema("sandbox/live-message");
    private static final CamelContext CAMEL = new DefaultCamelContext();

    @BeforeContainer
    static void openSpool() throws IOException {
        directory = Files.createTempDirectory("live-bridge-fuzz");
        spool = new Spool(directory);
        spool.open();
    }

    @AfterContainer
    static void closeSpool() throws IOException {
        spool.close();
        FileUtil.removeDir(directory.toFile());
    }

    @Property(tries = 1_500, shrinking = ShrinkingMode.OFF)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void conversationIsRefusedOrQueued(@ForAll("conversation") Original original) throws Exception {
        byte[] body;
        try {
            Map<String, Object> request = CONVERSATION.read(original, parser -> parser);
            body = new QueueCall(
                            new TokenFilter(List.of("t0ken")),
                            name -> name.equals("sales") ? List.of(7L) : List.of(),
                            Map.of("Channel", "jms"),
                            QueueCall.ExtraShape.ARRAY)
                    .body(RequestedUser.of(request, original), TestBots.ONE.main(), request, original);
        } catch (RefusedException e) {
            assertRefused(e);
            met("refused");
            return;
        }
        met("sent");
        assertThat(QUEUE_CALL.violations(StrictJson.object(body))).isEmpty();
    }

    @Property(tries = 1_000, shrinking = ShrinkingMode.OFF)
    @StatisticsReport(StatisticsReport.StatisticsReportMode.OFF)
    void messageIsRefusedOrSent(@ForAll("message") Original original) throws Exception {
        SpoolFolder folder = spool.folder(new DefaultExchange(CAMEL));
        try {
            messageIsRefusedOrSent(original, folder);
        } finally {
            folder.removeAfter(0);
        }
    }

    private static void messageIsRefusedOrSent(Original original, SpoolFolder folder) throws Exception {
        Map<String, Object> request;
        try {
            request = MESSAGE.read(original, folder);
        } catch (RefusedException e) {
            assertRefused(e);
            met("refused");
            return;
        }
        assertThat(request)
                .containsAnyOf(
                        Map.entry("conversationId", request.getOrDefault("conversationId", 0)),
                        Map.entry("userHash", request.getOrDefault("userHash", 0)));
        met("sent");
        List<?> attachments = (List<?>) request.get("attachments");
        for (Object attachment : attachments) {
            assertThat(((Attachment) attachment).name()).isNotEmpty();
        }
        if (attachments.isEmpty()) {
            assertThat(MESSAGE_CALL.violations(StrictJson.object(TestMessageCall.body(original, request))))
                    .isEmpty();
        } else {
            assertThatCode(() -> TestMessageCall.body(original, request)).doesNotThrowAnyException();
        }
    }

    @Property(tries = 1_500, shrinking = ShrinkingMode.OFF)
    void whatIsReadIsReadAlikeWhenWritten(@ForAll("document") byte[] document) throws Exception {
        ObjectNode read;
        try {
            read = StrictJson.object(document);
        } catch (RefusedException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_JSON);
            return;
        }
        assertThat(StrictJson.object(read.toString())).isEqualTo(read);
    }

    /** Chance must have met both sides. */
    private static void met(String side) {
        Statistics.label("side").collect(side).coverage(sides -> {
            sides.check("sent").percentage(percent -> percent > 5);
            sides.check("refused").percentage(percent -> percent > 5);
        });
    }

    private static void assertRefused(RefusedException refusal) {
        assertThat(refusal.code()).isIn(REFUSALS);
        assertThat(refusal.details()).isNotEmpty().hasSizeLessThanOrEqualTo(100);
    }

    @Provide
    Arbitrary<Original> conversation() {
        return Arbitraries.randomValue(random -> original(random, CONVERSATIONS));
    }

    @Provide
    Arbitrary<Original> message() {
        return Arbitraries.randomValue(random -> original(random, MESSAGES));
    }

    @Provide
    Arbitrary<byte[]> document() {
        return Arbitraries.randomValue(random -> Hostile.jsonBytes(random, Hostile.oneOf(random, CONVERSATIONS)));
    }

    private static Original original(Random random, List<String> valid) {
        try {
            Message message = body(random, Hostile.oneOf(random, valid));
            for (int properties = random.nextInt(8) - 3; properties > 0; properties--) {
                Object value = random.nextBoolean() ? "plain" : Hostile.property(random);
                message.setObjectProperty(Hostile.oneOf(random, PROPERTIES), value);
            }
            return new Originals(Set.of()).keep(message, null);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Message body(Random random, String valid) throws JMSException {
        if (random.nextBoolean()) {
            return Unsent.text(Hostile.json(random, valid));
        }
        return Unsent.bytes(random.nextInt(8) == 0 ? Hostile.bytes(random) : Hostile.jsonBytes(random, valid));
    }

    private static RequestSchema schema(String name) {
        return RequestSchema.of(name + ".schema.json");
    }
}
