package dev.livebridge;

import static dev.livebridge.TestBridge.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** bin/live-bridge as its user types it: processes of their own, and a plain JMS client that knows nothing of the project. */
@Tag("slow")
class LauncherIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    private static Path folder;

    private static Launcher launcher;
    private static Process sandbox;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void startTheSandbox() throws IOException {
        // these processes live for seconds
        launcher = new Launcher(folder, "-XX:TieredStopAtLevel=1");
        sandbox = launcher.sandbox();
    }

    @AfterEach
    void leaveASandboxToTheNext() throws IOException {
        if (!sandbox.isAlive()) {
            sandbox = launcher.sandbox();
        }
    }

    @AfterAll
    static void leaveNoProcessBehind() {
        launcher.close();
    }

    @Test
    void showsTheDemo() throws Exception {
        assertThat(launcher.sandboxLog())
                .contains("examples/conversation.json on live.conversations: {\"status\":\"queued\"")
                .contains("examples/message.json on live.messages: {\"status\":\"sent\"");
        JsonNode conversation = liveConversations().get(0);
        assertThat(conversation.at("/status").asText()).isEqualTo("queued");
        assertThat(conversation.at("/user/hash").asText()).isEqualTo("7f3c9a1e55d0");
        assertThat(conversation.at("/user/extra")).isEqualTo(json("[{'Ticket': 2024}, {'Plan': 'gold'}]"));
        assertThat(conversation.at("/messages/0/value").asText()).isEqualTo("Hello, what is my balance?");
    }

    @Test
    void retriesWhatLiveRefusesForAWhile() throws Exception {
        try (Connection connection = connect()) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            String id = request(session, "live.conversations", "{\"user\": {\"hash\": \"u1\", \"firstname\": \"Ana\"}}")
                    .at("/conversationId")
                    .asText();
            put("/sandbox/faults", "{\"status\": 503, \"retryAfter\": 1}");
            Queue replies = session.createTemporaryQueue();
            TextMessage message = session.createTextMessage("{\"userHash\": \"u1\", \"text\": \"Hi\"}");
            message.setJMSReplyTo(replies);
            session.createProducer(session.createQueue("live.messages")).send(message);
            await().atMost(PATIENCE)
                    .until(() -> launcher.sandboxLog().contains("Live is away, messages wait: Live answered 503"));
            put("/sandbox/faults", "{}");

            JsonNode reply = json(session.createConsumer(replies).receive(PATIENCE.toMillis()));
            assertThat(reply.at("/status").asText()).isEqualTo("sent");
            assertThat(reply.at("/conversationId").asText()).isEqualTo(id);
            await().atMost(PATIENCE).until(() -> launcher.sandboxLog().contains("Live is back"));
            assertThat(liveConversations()).anySatisfy(conversation -> {
                assertThat(conversation.at("/conversationId").asText()).isEqualTo(id);
                assertThat(conversation.at("/messages/0/value").asText()).isEqualTo("Hi");
            });
        }
    }

    @Test
    void losesNeitherMessageNorConversationWhenItIsKilledAndEndsQuietly() throws Exception {
        try (Connection connection = connect()) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            String id = request(session, "live.conversations", "{\"user\": {\"hash\": \"u2\", \"firstname\": \"Bob\"}}")
                    .at("/conversationId")
                    .asText();
            put("/sandbox/faults", "{\"status\": 503, \"retryAfter\": 10}");
            session.createProducer(session.createQueue("live.messages"))
                    .send(session.createTextMessage("{\"userHash\": \"u2\", \"text\": \"Hi\"}"));
            await().atMost(PATIENCE).until(() -> launcher.sandboxLog()
                    .contains("Live answered 503 to the message call of conversation " + id));
        }
        sandbox.destroyForcibly().waitFor();

        sandbox = launcher.sandbox();
        try (Connection connection = connect();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer dead =
                        session.createConsumer(session.createQueue("live.deadletters"), "liveHttpStatus = 404")) {
            // the bridge remembers the conversation; the sandbox's Live, whose conversations end with it, does not
            Message message = dead.receive(PATIENCE.toMillis());
            assertThat(((TextMessage) message).getText()).contains("u2");
            assertThat(message.getStringProperty("liveErrorCode")).isEqualTo("unknown-conversation");
        }

        sandbox.destroy();
        assertThat(sandbox.waitFor(10, TimeUnit.SECONDS)).isTrue();
        List<String> secrets = launcher.secrets();
        // the journal warns of a transaction that the kill cut off, where it fell into one
        assertThat(launcher.sandboxLog()
                        .lines()
                        .filter(line -> !line.contains(" dead-letter ") && !line.contains("AMQ142015")))
                .hasSize(6)
                .noneMatch(line -> line.matches(".*(WARN|ERROR|Exception).*"))
                .noneMatch(line -> secrets.stream().anyMatch(line::contains));
    }

    @Test
    void sendsAFileAndShowsTheReply() throws Exception {
        Process queued = launcher.run("send", "live.conversations", "examples/conversation.json", "--wait");
        assertThat(launcher.output(queued)).contains("\"status\":\"queued\"");
        assertThat(queued.exitValue()).isZero();

        Process failed = launcher.run(
                "send", "live.messages", "examples/message.json", "--wait", "--property", "fileName=a.png");
        assertThat(launcher.output(failed)).contains("\"code\":\"invalid-request\"", "property:fileName");
        assertThat(failed.exitValue()).isEqualTo(1);

        Path photo = Path.of("examples/photo.png");
        Process binary = launcher.run(
                "send",
                "live.messages",
                photo.toString(),
                "--property",
                "userHash=7f3c9a1e55d0",
                "--property",
                "fileName=photo.png",
                "--wait");
        JsonNode entry = json(launcher.output(binary)).at("/entries/0");
        assertThat(entry.at("/action").asText()).isEqualTo("image");
        HttpRequest open =
                HttpRequest.newBuilder(URI.create(entry.at("/value").asText())).build();
        assertThat(http.send(open, HttpResponse.BodyHandlers.ofByteArray()).body())
                .isEqualTo(Files.readAllBytes(photo));
        assertThat(launcher.sandboxLog()).doesNotContain("X-Amz-Signature");
    }

    @Test
    void looksAfterDeadLetters() throws Exception {
        String text = "¿Qué tal?" + "x".repeat(200_000);
        String id;
        try (Connection connection = connect();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            TextMessage message =
                    session.createTextMessage("{\"conversationId\": \"nobody-has-it\", \"text\": \"" + text + "\"}");
            session.createProducer(session.createQueue("live.messages")).send(message);
            id = message.getJMSMessageID();
        }
        await().atMost(PATIENCE).until(() -> launcher.sandboxLog().contains(id + ": unknown-conversation"));

        Process list = launcher.run("dead-letters", "list", "--code", "unknown-conversation");
        assertThat(launcher.output(list))
                .startsWith("ID ")
                .containsPattern(
                        id + " +20[\\d:TZ-]+ +unknown-conversation +404 +nobody-has-it +1 +Live answered 404 to .*");
        Process show = launcher.run("dead-letters", "show", id);
        assertThat(launcher.output(show))
                .containsPattern("liveErrorCode +unknown-conversation\n")
                .contains("TextMessage, its beginning; all of it: --body:\n{\"conversationId\"", "¿Qué")
                .hasSizeLessThan(10_000);
        Process body = launcher.run("dead-letters", "show", id, "--body");
        assertThat(launcher.output(body))
                .isEqualTo("{\"conversationId\": \"nobody-has-it\", \"text\": \"" + text + "\"}");

        Process replay = launcher.run("dead-letters", "replay", id);
        assertThat(launcher.output(replay)).isEqualTo("Replayed 1 of 1 dead letter.\n");
        assertThat(replay.exitValue()).isZero();
        // it dies again, under the id of the replay
        await().atMost(PATIENCE)
                .until(() -> launcher.sandboxLog()
                                .lines()
                                .filter(line -> line.endsWith("conversation nobody-has-it"))
                                .count()
                        == 2);
        Process again = launcher.run("dead-letters", "list", "--code", "unknown-conversation");
        assertThat(launcher.output(again)).contains("nobody-has-it").doesNotContain(id);

        Process unasked = launcher.run("dead-letters", "purge", "--all");
        assertThat(launcher.output(unasked))
                .startsWith("live-bridge dead-letters purge: would purge ")
                .contains("--yes");
        assertThat(unasked.exitValue()).isEqualTo(1);
        Process purge = launcher.run("dead-letters", "purge", "--code", "unknown-conversation", "--yes");
        assertThat(launcher.output(purge)).startsWith("Purged ");
        Process empty = launcher.run("dead-letters", "list", "--code", "unknown-conversation");
        assertThat(launcher.output(empty)).isEqualTo("No dead letters with the code unknown-conversation.\n");
        assertThat(empty.exitValue()).isZero();
        Process gone = launcher.run("dead-letters", "show", id);
        assertThat(launcher.output(gone)).isEqualTo("live-bridge dead-letters show: no dead letter " + id + "\n");
        assertThat(gone.exitValue()).isEqualTo(1);
        Process both = launcher.run("dead-letters", "replay", "--all", "--code", "rejected");
        assertThat(both.exitValue()).isEqualTo(2);
    }

    @Test
    void checksWhatTheBridgeNeeds() throws Exception {
        Process unconfigured = launcher.run("check");
        assertThat(launcher.output(unconfigured))
                .containsPattern("configuration +failed")
                .containsPattern("broker +not checked");
        assertThat(unconfigured.exitValue()).isEqualTo(1);

        Process running = launcher.run("check", "--sandbox");
        assertThat(launcher.output(running))
                .containsPattern("configuration +ok")
                .containsPattern("routes/send-message.camel.yaml +ok")
                .containsPattern("broker +ok")
                .containsPattern("store +ok")
                .containsPattern("S3 +ok")
                .containsPattern("attachments +ok +up to 1GB of any type; the vendor names jpg, png, pdf")
                .containsPattern("Live API +ok")
                .containsPattern("bot's credentials +not checked")
                .doesNotContain("failed")
                .doesNotContain(launcher.secrets());
        assertThat(running.exitValue()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "xx_YY.UTF-8"})
    void keepsLettersWhateverTheLocale(String locale) throws Exception {
        String[] environment = {"LC_ALL=" + locale, "LANG=", "LIVE_BOT_ID=Señora 販売"};

        assertThat(launcher.output(launcher.runWith(environment, "check"))).contains("not 'Señora 販売'");
        Path file = Files.writeString(folder.resolve("Año.txt"), "Hi");
        try (Connection connection = connect();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer queue = session.createConsumer(session.createQueue("cola.añ"))) {
            Process sent =
                    launcher.runWith(environment, "send", "cola.añ", file.toString(), "--property", "país=España");
            assertThat(sent.exitValue()).as(launcher.output(sent)).isZero();
            assertThat(queue.receive(PATIENCE.toMillis()).getStringProperty("país"))
                    .isEqualTo("España");
        }
    }

    @Test
    void takesAnEmptyAddressForNone() throws Exception {
        Process sent = launcher.runWith(
                new String[] {"LIVE_JMS_URL="}, "send", "live.conversations", "examples/conversation.json", "--wait");

        assertThat(launcher.output(sent)).contains("\"status\":\"queued\"");
    }

    @Test
    void endsWithOneLineWhereAPortIsTaken() throws Exception {
        Process second = launcher.run("sandbox");

        assertThat(launcher.output(second).lines().toList())
                .singleElement()
                .asString()
                .contains("port " + launcher.jmsPort(), "live.sandbox.jms-port");
        assertThat(second.exitValue()).isEqualTo(1);
    }

    @Test
    void endsWithOneLineWhereItsLogCannotBeWritten() throws Exception {
        Process run = launcher.runWith(new String[] {"LIVE_LOG_FILE=README.md/bridge.log"}, "run");

        assertThat(launcher.output(run).lines().toList())
                .singleElement()
                .asString()
                .contains("live.log.file", "README.md");
        assertThat(run.exitValue()).isEqualTo(1);
    }

    @Test
    void namesAllThatIsMissingInOneLine() throws Exception {
        Process run = launcher.run("run");

        assertThat(launcher.output(run).lines().toList())
                .singleElement()
                .asString()
                .contains("live.bot.id", "live.bot.token", "live.jms.url", "live.webhook.secret");
        assertThat(run.exitValue()).isEqualTo(1);
    }

    private static Connection connect() throws Exception {
        Connection connection =
                new ActiveMQConnectionFactory("tcp://localhost:" + launcher.jmsPort()).createConnection();
        connection.start();
        return connection;
    }

    private static JsonNode request(Session session, String queue, String body) throws Exception {
        Queue replies = session.createTemporaryQueue();
        TextMessage message = session.createTextMessage(body);
        message.setJMSReplyTo(replies);
        session.createProducer(session.createQueue(queue)).send(message);
        return json(session.createConsumer(replies).receive(PATIENCE.toMillis()));
    }

    private JsonNode liveConversations() throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(live("/sandbox/conversations")).build();
        return json(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    private void put(String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(live(path))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body))
                .build();
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    private static URI live(String path) {
        return URI.create("http://localhost:" + launcher.livePort() + path);
    }
}
