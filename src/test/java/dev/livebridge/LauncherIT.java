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
import java.net.ServerSocket;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bin/live-bridge as its user types it: processes of their own, and a plain JMS client that knows nothing of the project. */
class LauncherIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    private Path folder;

    private final List<Process> processes = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private int jmsPort;
    private int livePort;

    @BeforeEach
    void findPorts() throws IOException {
        jmsPort = freePort();
        livePort = freePort();
    }

    @AfterEach
    void leaveNoProcessBehind() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void showsTheDemoAndEndsQuietly() throws Exception {
        Process sandbox = sandbox("true");
        await().atMost(PATIENCE).until(() -> log().contains("What the agent sees"));

        assertThat(log())
                .contains("examples/conversation.json on live.conversations: {\"status\":\"queued\"")
                .contains("examples/message.json on live.messages: {\"status\":\"sent\"");
        JsonNode conversation = liveConversations().get(0);
        assertThat(conversation.at("/status").asText()).isEqualTo("queued");
        assertThat(conversation.at("/user/hash").asText()).isEqualTo("7f3c9a1e55d0");
        assertThat(conversation.at("/user/extra")).isEqualTo(json("[{'Ticket': 2024}, {'Plan': 'gold'}]"));
        assertThat(conversation.at("/messages/0/value").asText()).isEqualTo("Hello, what is my balance?");

        sandbox.destroy();
        assertThat(sandbox.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(log()).doesNotContain("WARN", "ERROR", "Exception", "sandbox-token");
        assertThat(log().lines()).hasSize(3);
    }

    @Test
    void servesAnyJmsClientAndRetriesWhatLiveRefusesForAWhile() throws Exception {
        sandbox("false");
        await().atMost(PATIENCE).ignoreExceptions().until(() -> liveConversations()
                .isEmpty());
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
            assertThat(liveConversations().at("/0/messages/0/value").asText()).isEqualTo("Hi");
        }
    }

    @Test
    void losesNeitherMessageNorConversationWhenItIsKilled() throws Exception {
        Process sandbox = sandbox("false");
        await().atMost(PATIENCE).ignoreExceptions().until(() -> liveConversations()
                .isEmpty());
        try (Connection connection = connect()) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            request(session, "live.conversations", "{\"user\": {\"hash\": \"u1\", \"firstname\": \"Ana\"}}");
            put("/sandbox/faults", "{\"status\": 503}");
            session.createProducer(session.createQueue("live.messages"))
                    .send(session.createTextMessage("{\"userHash\": \"u1\", \"text\": \"Hi\"}"));
            await().atMost(PATIENCE).until(() -> log().contains("attempt 1 failed"));
        }
        sandbox.destroyForcibly().waitFor();

        sandbox("false");
        await().atMost(PATIENCE).ignoreExceptions().until(() -> liveConversations()
                .isEmpty());
        try (Connection connection = connect();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer dead = session.createConsumer(session.createQueue("live.deadletters"))) {
            // the bridge remembers the conversation; the sandbox's Live, whose conversations end with it, does not
            Message message = dead.receive(PATIENCE.toMillis());
            assertThat(message.getStringProperty("liveErrorCode")).isEqualTo("unknown-conversation");
            assertThat(message.getIntProperty("liveHttpStatus")).isEqualTo(404);
        }
    }

    @Test
    void sendsAFileAndShowsTheReply() throws Exception {
        sandbox("false");
        await().atMost(PATIENCE).ignoreExceptions().until(() -> liveConversations()
                .isEmpty());

        Process queued = run("send", "live.conversations", "examples/conversation.json", "--wait");
        assertThat(output(queued)).contains("\"status\":\"queued\"");
        assertThat(queued.exitValue()).isZero();

        Process failed =
                run("send", "live.messages", "examples/message.json", "--wait", "--property", "idempotencyKey=1");
        assertThat(output(failed)).contains("\"code\":\"invalid-request\"", "property:idempotencyKey");
        assertThat(failed.exitValue()).isEqualTo(1);

        Path bytes = Files.write(folder.resolve("photo.png"), new byte[] {1, 2, 3});
        Process binary = run("send", "some.queue", bytes.toString(), "--property", "fileName=photo.png");
        assertThat(output(binary)).isEmpty();
        try (Connection connection = connect();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer consumer = session.createConsumer(session.createQueue("some.queue"))) {
            Message message = consumer.receive(PATIENCE.toMillis());
            assertThat(message.getBody(byte[].class)).containsExactly(1, 2, 3);
            assertThat(message.getStringProperty("fileName")).isEqualTo("photo.png");
        }
    }

    @Test
    void endsWithOneLineWhereAPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(livePort, 1, java.net.InetAddress.getByName("127.0.0.1"))) {
            Process sandbox = run("sandbox");

            assertThat(output(sandbox).lines().toList())
                    .singleElement()
                    .asString()
                    .contains("port " + taken.getLocalPort())
                    .contains("live.sandbox.live-port");
            assertThat(sandbox.exitValue()).isEqualTo(1);
        }
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

    @Test
    void checksWhatTheBridgeNeeds() throws Exception {
        Process unconfigured = run("check");
        assertThat(output(unconfigured))
                .containsPattern("configuration +failed")
                .containsPattern("broker +not checked");
        assertThat(unconfigured.exitValue()).isEqualTo(1);

        Process alone = run("check", "--sandbox");
        assertThat(output(alone))
                .containsPattern("configuration +ok")
                .containsPattern("routes/send-message.camel.yaml +ok")
                .containsPattern("broker +failed")
                .containsPattern("store +not checked")
                .containsPattern("Live API +failed");
        assertThat(alone.exitValue()).isEqualTo(1);

        sandbox("false");
        await().atMost(PATIENCE).ignoreExceptions().until(() -> liveConversations()
                .isEmpty());
        Process running = run("check", "--sandbox");
        assertThat(output(running))
                .containsPattern("broker +ok")
                .containsPattern("Live API +ok")
                .containsPattern("bot's credentials +not checked")
                .doesNotContain("failed", "sandbox-token");
        assertThat(running.exitValue()).isZero();
    }

    private Process sandbox(String demo) throws IOException {
        Files.deleteIfExists(folder.resolve("log"));
        return start(Map.of("LIVE_SANDBOX_DEMO", demo), folder.resolve("log"), "sandbox");
    }

    private Process run(String... arguments) throws IOException, InterruptedException {
        Process process = start(Map.of(), folder.resolve("output-" + processes.size()), arguments);
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process;
    }

    private Process start(Map<String, String> environment, Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("bin/live-bridge"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LIVE_"));
        builder.environment().put("LIVE_SANDBOX_JMS_PORT", Integer.toString(jmsPort));
        builder.environment().put("LIVE_SANDBOX_LIVE_PORT", Integer.toString(livePort));
        builder.environment().put("LIVE_DATA_DIRECTORY", folder.resolve("data").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private String output(Process process) throws IOException {
        return Files.readString(folder.resolve("output-" + processes.indexOf(process)));
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    private Connection connect() throws Exception {
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
        return json(
                http.send(request, HttpResponse.BodyHandlers.ofString()).body().replace('\'', ' '));
    }

    private void put(String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(live(path))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body))
                .build();
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(200);
    }

    private URI live(String path) {
        return URI.create("http://localhost:" + livePort + path);
    }
}
