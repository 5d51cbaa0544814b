package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.livebridge.command.LiveBridge;
import jakarta.jms.BytesMessage;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands beside a bridge that runs. */
@Tag("slow")
class CommandsIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().with("live.webhook.event.attended", "attended");

    @TempDir
    private Path folder;

    private final String conversation = unique("c");

    /** What a command said, and its exit code. */
    private record Said(int code, String out, String err) {}

    @Test
    void sendSaysWhereTheMessageStandsWithoutAReply() throws Exception {
        BRIDGE.live().stubFor(post(anyUrl()).willReturn(status(503)));
        try (Log log = Log.listen()) {
            Said said = run("send", MESSAGES, message(), "--wait", "1");

            assertThat(said.code()).isEqualTo(1);
            assertThat(said.err())
                    .contains("no reply within 1 s", "message ID:", "of live.messages", "failed attempt")
                    .hasLineCount(1);
            assertThat(log.lines()).noneMatch(line -> line.contains("QueueReplyManager") || line.contains("AMQ2"));
        }
        BRIDGE.live().resetMappings();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--wait 1", "--wait=1", "--timeout 1 --wait", "--wait --timeout=1"})
    void whatSendWaitsForDoesNotExpire(String options) throws Exception {
        String queue = unread();
        Path file = Files.writeString(folder.resolve("a.json"), "{}");

        Said said = run(("send " + options + " " + queue + " " + file).split(" "));

        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err()).contains("no reply within 1 s", "waits on " + queue);
        Message message = BRIDGE.receive(queue);
        assertThat(message.getJMSExpiration()).isZero();
        assertThat(((TextMessage) message).getText()).isEqualTo("{}");
    }

    @Test
    void sendsWhatItIsGiven() throws Exception {
        String queue = unread();
        byte[] large = new byte[3 << 20];
        large[5] = 7;
        Path file = Files.write(folder.resolve("a.bin"), large);

        Said said = run(
                "send", queue, file.toString(), "--property", "fileName=a.bin", "--property", "JMSCorrelationID=c9");

        assertThat(said).isEqualTo(new Said(0, "", ""));
        BytesMessage message = (BytesMessage) BRIDGE.receive(queue);
        assertThat(message.getStringProperty("fileName")).isEqualTo("a.bin");
        assertThat(message.getJMSCorrelationID()).isEqualTo("c9");
        assertThat(message.getBodyLength()).isEqualTo(large.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"send", "listen"})
    void makesNoQueue(String command) throws Exception {
        String queue = unique("nobody");
        Said said = command.equals("send") ? run("send", queue, message()) : run("listen", queue);

        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err()).contains("there is no queue " + queue).hasLineCount(1);
        assertThat(BRIDGE.broker().locateQueue(queue)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"send live.messages FILE", "listen", "find x", "dead-letters list"})
    void saysWhatToDoWithoutABroker(String line) throws Exception {
        Said said = BRIDGE.withSystemProperties(
                Map.of("live.jms.url", "tcp://127.0.0.1:1?user=ana&password=s3cr3t"),
                () -> execute(line.replace("FILE", message()).split(" ")));

        assertThat(said.code()).isEqualTo(1);
        assertThat(said.err())
                .contains("no connection to the broker at tcp://127.0.0.1:1", "live.jms.url")
                .doesNotContain("s3cr3t")
                .hasLineCount(1);
    }

    @Test
    void findsWhatBecameOfAMessage() throws Exception {
        String id = BRIDGE.send(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation));
        await().untilAsserted(() -> assertThat(run("find", id))
                .matches(said -> said.code() == 0)
                .matches(said -> said.out().contains(id + " of live.messages: Live has confirmed it")));

        assertThat(run("find", conversation).out()).contains(id);
        Said nothing = run("find", unique("nothing"));
        assertThat(nothing.code()).isEqualTo(1);
        assertThat(nothing.out()).startsWith("Nothing is known of nothing");
    }

    @Test
    void findsAndShowsADeadLetterByAnyIdItHad() throws Exception {
        TextMessage message = BRIDGE.text("{\"conversationId\": \"%s\", \"text\": 1}".formatted(conversation));
        message.setJMSCorrelationID(unique("order_%"));
        String first = BRIDGE.send(MESSAGES, message);
        String letter = shown(first);
        assertThat(run("find", conversation).out()).contains("dead letter on live.deadletters", "invalid-request");

        assertThat(run("dead-letters", "replay", first).code()).isZero();
        await().untilAsserted(() -> assertThat(shown(first)).isNotEqualTo(letter));
        String second = shown(first);
        for (String id : new String[] {letter, message.getJMSCorrelationID(), second}) {
            assertThat(shown(id)).isEqualTo(second);
            assertThat(run("find", id).out()).contains("invalid-request");
        }
        assertThat(run("dead-letters", "show", "ID%").code()).isEqualTo(1);
        BRIDGE.broker().locateQueue(DEADLETTERS).deleteAllReferences();
    }

    /** The JMSMessageID of the one letter that is shown; empty where there is none. */
    private String shown(String id) {
        await().until(() -> run("dead-letters", "show", id).code() == 0);
        return run("dead-letters", "show", id)
                .out()
                .lines()
                .findFirst()
                .orElseThrow()
                .replaceFirst("JMSMessageID +", "");
    }

    @Test
    void listensWithoutTaking() throws Exception {
        StringWriter out = new StringWriter();
        Thread listening = new Thread(() -> BRIDGE.withSystemProperties(
                Map.of(),
                () -> LiveBridge.commandLine().setOut(new PrintWriter(out)).execute("listen")));
        listening.start();
        try {
            BRIDGE.postEvent("""
                    {"name": "message", "roomId": "%s", "timestamp": 1, "botId": 1000, "eventTime": 1,
                     "data": {"text": "How can I\\nhelp?"}}
                    """.formatted(conversation));

            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(out.toString())
                    .containsPattern(
                            "20\\S+Z  message  conversation " + conversation + "\n  How can I\n  help\\?\n\n"));
            assertThat(BRIDGE.receive(EVENTS).getStringProperty("eventName")).isEqualTo("message");
        } finally {
            listening.interrupt();
            listening.join();
        }
    }

    private String message() {
        try {
            return Files.writeString(
                            folder.resolve("message.json"),
                            "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation))
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A queue that is there, and that nobody reads. */
    private static String unread() throws Exception {
        String queue = unique("unread");
        BRIDGE.send(queue, "{}");
        BRIDGE.receive(queue);
        return queue;
    }

    private static Said run(String... arguments) {
        return BRIDGE.withSystemProperties(Map.of(), () -> execute(arguments));
    }

    private static Said execute(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = LiveBridge.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        return new Said(code, out.toString(), err.toString());
    }
}
