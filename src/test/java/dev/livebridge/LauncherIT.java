package dev.livebridge;

import static dev.livebridge.TestBridge.freePort;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bin/live-bridge as its user types it: processes of their own, and a plain JMS client that knows nothing of the project. */
class LauncherIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    private static Path folder;

    private static final List<Process> PROCESSES = new ArrayList<>();
    private static int jmsPort;
    private static int livePort;
    private static int s3Port;
    private static Process sandbox;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void startTheSandbox() throws IOException {
        jmsPort = freePort();
        livePort = freePort();
        s3Port = freePort();
        sandbox = start(folder.resolve("sandbox.log"), "sandbox");
        awaitTheSandbox();
    }

    @AfterEach
    void leaveASandboxToTheNext() throws IOException {
        if (!sandbox.isAlive()) {
            startTheSandbox();
        }
    }

    @AfterAll
    static void leaveNoProcessBehind() {
        PROCESSES.forEach(Process::destroyForcibly);
    }

    private static void awaitTheSandbox() {
        await().atMost(PATIENCE).until(() -> log().contains("What the agent sees"));
    }

    @Test
    void showsTheDemo() throws Exception {
        assertThat(log())
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
            await().atMost(PATIENCE).until(() -> log().contains("attempt 1 failed: Live answered 503"));
            put("/sandbox/faults", "{}");

            JsonNode reply = json(session.createConsumer(replies).receive(PATIENCE.toMillis()));
            assertThat(reply.at("/status").asText()).isEqualTo("sent");
            assertThat(reply.at("/conversationId").asText()).isEqualTo(id);
            assertThat(log()).contains("asked to wait 1 s").containsPattern("sent after \\d+ failed attempts");
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
            request(session, "live.conversations", "{\"user\": {\"hash\": \"u2\", \"firstname\": \"Bob\"}}");
            put("/sandbox/faults", "{\"status\": 503, \"retryAfter\": 60}");
            session.createProducer(session.createQueue("live.messages"))
                    .send(session.createTextMessage("{\"userHash\": \"u2\", \"text\": \"Hi\"}"));
            await().atMost(PATIENCE).until(() -> log().contains("asked to wait 60 s"));
        }
        sandbox.destroyForcibly().waitFor();

        startTheSandbox();
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
        // the journal warns of a transaction that the kill cut off, where it fell into one
        assertThat(log().lines().filter(line -> !line.contains(" dead-letter ") && !line.contains("AMQ142015")))
                .hasSize(3)
                .noneMatch(line -> line.matches(".*(WARN|ERROR|Exception|sandbox-token).*"));
    }

    @Test
    void sendsAFileAndShowsTheReply() throws Exception {
        Process queued = run("send", "live.conversations", "examples/conversation.json", "--wait");
        assertThat(output(queued)).contains("\"status\":\"queued\"");
        assertThat(queued.exitValue()).isZero();

        Process failed =
                run("send", "live.messages", "examples/message.json", "--wait", "--property", "idempotencyKey=1");
        assertThat(output(failed)).contains("\"code\":\"invalid-request\"", "property:idempotencyKey");
        assertThat(failed.exitValue()).isEqualTo(1);

        Path photo = Path.of("examples/photo.png");
        Process binary = run(
                "send",
                "live.messages",
                photo.toString(),
                "--property",
                "userHash=7f3c9a1e55d0",
                "--property",
                "fileName=photo.png",
                "--wait");
        JsonNode entry = json(output(binary)).at("/entries/0");
        assertThat(entry.at("/action").asText()).isEqualTo("image");
        HttpRequest open =
                HttpRequest.newBuilder(URI.create(entry.at("/value").asText())).build();
        assertThat(http.send(open, HttpResponse.BodyHandlers.ofByteArray()).body())
                .isEqualTo(Files.readAllBytes(photo));
        assertThat(log()).doesNotContain("X-Amz-Signature");
    }

    @Test
    void checksWhatTheBridgeNeeds() throws Exception {
        Process unconfigured = run("check");
        assertThat(output(unconfigured))
                .containsPattern("configuration +failed")
                .containsPattern("broker +not checked");
        assertThat(unconfigured.exitValue()).isEqualTo(1);

        Process running = run("check", "--sandbox");
        assertThat(output(running))
                .containsPattern("configuration +ok")
                .containsPattern("routes/send-message.camel.yaml +ok")
                .containsPattern("broker +ok")
                .containsPattern("store +not checked")
                .containsPattern("S3 +ok")
                .containsPattern("Live API +ok")
                .containsPattern("bot's credentials +not checked")
                .doesNotContain("failed", "sandbox-token");
        assertThat(running.exitValue()).isZero();
    }

    @Test
    void endsWithOneLineWhereAPortIsTaken() throws Exception {
        Process second = run("sandbox");

        assertThat(output(second).lines().toList())
                .singleElement()
                .asString()
                .contains("port " + jmsPort, "live.sandbox.jms-port");
        assertThat(second.exitValue()).isEqualTo(1);
    }

    @Test
    void namesAllThatIsMissingInOneLine() throws Exception {
        Process run = run("run");

        assertThat(output(run).lines().toList())
                .singleElement()
                .asString()
                .contains("live.bot.id", "live.bot.token", "live.jms.url");
        assertThat(run.exitValue()).isEqualTo(1);
    }

    private static Process run(String... arguments) throws IOException, InterruptedException {
        Process process = start(folder.resolve("output-" + PROCESSES.size()), arguments);
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process;
    }

    private static Process start(Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("bin/live-bridge"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("LIVE_"));
        environment.put("LIVE_SANDBOX_JMS_PORT", Integer.toString(jmsPort));
        environment.put("LIVE_SANDBOX_LIVE_PORT", Integer.toString(livePort));
        environment.put("LIVE_SANDBOX_S3_PORT", Integer.toString(s3Port));
        environment.put("LIVE_DATA_DIRECTORY", folder.resolve("data").toString());
        // these processes live for seconds
        environment.put("JAVA_OPTS", "-XX:TieredStopAtLevel=1");
        Process process = builder.start();
        PROCESSES.add(process);
        return process;
    }

    private static String output(Process process) throws IOException {
        return Files.readString(folder.resolve("output-" + PROCESSES.indexOf(process)));
    }

    private static String log() throws IOException {
        return Files.readString(folder.resolve("sandbox.log"));
    }

    private static Connection connect() throws Exception {
        Connection connection = new ActiveMQConnectionFactory("tcp://localhost:" + jmsPort).createConnection();
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
        return URI.create("http://localhost:" + livePort + path);
    }
}
