package dev.livebridge;

import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.freePort;
import static dev.livebridge.TestBridge.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.livebridge.sandbox.SandboxBridge;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.Reader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole dialogue between an application that knows only JMS and the agent whom the sandbox plays. */
class DialogueIT {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String TOKEN = "s3cr3t-t0ken";
    private static final String REFUSAL = "the sandbox is for this host only";

    @TempDir
    private static Path folder;

    private static int jmsPort;
    private static int livePort;
    private static int s3Port;
    private static int managementPort;
    private static int webhookPort;
    private static Bridge sandbox;

    @BeforeAll
    static void startTheSandbox() throws Exception {
        jmsPort = freePort();
        livePort = freePort();
        s3Port = freePort();
        managementPort = freePort();
        webhookPort = freePort();
        sandbox = SandboxBridge.bridge(Path.of("").toAbsolutePath());
        Map.of(
                        "live.sandbox.jms-port",
                        jmsPort,
                        "live.sandbox.live-port",
                        livePort,
                        "live.sandbox.s3-port",
                        s3Port,
                        "live.management.port",
                        managementPort,
                        "live.webhook.port",
                        webhookPort,
                        "live.bot.token",
                        TOKEN,
                        "live.data-directory",
                        folder,
                        "live.sandbox.demo",
                        false,
                        "live.routes.reload",
                        false)
                .forEach((name, value) -> sandbox.addOverrideProperty(name, value.toString()));
        sandbox.start();
    }

    @AfterAll
    static void stopTheSandbox() throws Exception {
        sandbox.stop();
    }

    @AfterEach
    void leaveNoEvents() throws Exception {
        try (Connection connection = new ActiveMQConnectionFactory("tcp://127.0.0.1:" + jmsPort).createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer events = session.createConsumer(session.createQueue(EVENTS))) {
            connection.start();
            await().until(() -> events.receive(500) == null);
        }
    }

    @Test
    void isHeldOverJmsAlone() throws Exception {
        try (Connection connection = new ActiveMQConnectionFactory("tcp://127.0.0.1:" + jmsPort).createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer events = session.createConsumer(session.createQueue(EVENTS))) {
            connection.start();
            String id = request(session, CONVERSATIONS, "{\"user\": {\"hash\": \"ana-1\", \"firstname\": \"Ana\"}}")
                    .at("/conversationId")
                    .textValue();
            assertThat(next(events).at("/name").textValue()).isEqualTo("queued");

            agent(id, "attend", "{}");
            assertThat(next(events, id).at("/name").textValue()).isEqualTo("attended");

            assertThat(request(session, MESSAGES, "{\"userHash\": \"ana-1\", \"text\": \"Hello\"}")
                            .at("/conversationId")
                            .textValue())
                    .isEqualTo(id);

            agent(id, "reply", "{\"text\": \"How can I help?\"}");
            assertThat(next(events, id).at("/data/text").textValue()).isEqualTo("How can I help?");

            agent(id, "transfer", "{\"target\": 7}");
            JsonNode transfer = next(events, id);
            assertThat(transfer.at("/name").textValue()).isEqualTo("transfer");
            assertThat(transfer.at("/data/hash").textValue()).isEqualTo("ana-1");
            assertThat(transfer.at("/data/originGroup").intValue()).isEqualTo(2179);
            assertThat(transfer.at("/data/target").intValue()).isEqualTo(7);

            agent(id, "close", "{}");
            assertThat(next(events, id).at("/name").textValue()).isEqualTo("close");
            assertThat(request(session, MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Bye\"}".formatted(id))
                            .at("/error/code")
                            .textValue())
                    .isEqualTo("conversation-closed");
        }
    }

    @Test
    void isAnExampleToo(@TempDir Path output) throws Exception {
        Path log = output.resolve("chat");
        Process example = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "examples/Dialogue.java",
                        "tcp://127.0.0.1:" + jmsPort,
                        "http://127.0.0.1:" + livePort)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(example.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
        } finally {
            example.destroyForcibly();
        }

        assertThat(log)
                .content()
                .doesNotContain(TOKEN)
                .containsSubsequence(
                        "Ana is queued",
                        "has taken it",
                        "Ana | Hello",
                        "Agent | Hello Ana",
                        "Ana | Then",
                        "moved to group 7",
                        "Agent | Done",
                        "closed",
                        "too late: conversation-closed");
        assertThat(example.exitValue()).isZero();
    }

    @Test
    void answersNoPageOfAnotherSite() throws Exception {
        for (int port : List.of(livePort, s3Port, managementPort, webhookPort)) {
            for (String local : List.of("localhost", "LocalHost:" + port, "127.0.0.1:" + port, "[::1]")) {
                assertThat(post(port, "Host: " + local)).doesNotContain(REFUSAL);
                assertThat(post(port, "Host: " + local + "\r\nOrigin: http://localhost:3000"))
                        .doesNotContain(REFUSAL);
            }
            for (String foreign : List.of(
                    "Host: evil.example",
                    "Host: localhost.evil.example:" + port,
                    "X-Host: localhost",
                    "Host: localhost\r\nOrigin: http://evil.example",
                    "Host: localhost\r\nOrigin: null")) {
                assertThat(post(port, foreign)).as("%s", foreign).containsAnyOf(REFUSAL, " 400 ");
            }
        }
    }

    @Test
    void hasAWebhookThatNobodyKnowsTheSecretOf() throws Exception {
        for (String secret : List.of("sandbox-webhook-secret", "random", "")) {
            assertThat(post(webhookPort, "Host: localhost\r\nX-Live-Secret: " + secret))
                    .startsWith("HTTP/1.1 401 ");
        }
        assertThat(post(webhookPort, "Host: localhost\r\nX-Live-Secret: " + secret("live.webhook.secret")))
                .startsWith("HTTP/1.1 400 ");
        // one of one's own is not replaced
        assertThat(new Settings(sandbox.getCamelContext().getPropertiesComponent()).text("live.bot.token"))
                .isEqualTo(TOKEN);
    }

    private static String secret(String name) throws Exception {
        Properties secrets = new Properties();
        try (Reader reader = Files.newBufferedReader(folder.resolve("sandbox.properties"))) {
            secrets.load(reader);
        }
        return secrets.getProperty(name);
    }

    private static String post(int port, String headers) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write(("POST /live/events HTTP/1.1\r\n" + headers
                                    + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static JsonNode request(Session session, String queue, String body) throws Exception {
        Queue replies = session.createTemporaryQueue();
        TextMessage message = session.createTextMessage(body);
        message.setJMSReplyTo(replies);
        session.createProducer(session.createQueue(queue)).send(message);
        try (MessageConsumer consumer = session.createConsumer(replies)) {
            return json(consumer.receive(PATIENCE.toMillis()));
        }
    }

    private static JsonNode next(MessageConsumer events) throws Exception {
        Message event = events.receive(PATIENCE.toMillis());
        assertThat(event).as("an event").isNotNull();
        assertThat(((TextMessage) event).getText()).doesNotContain(TOKEN);
        return json(event);
    }

    /** The next event, which comes from Live. */
    private static JsonNode next(MessageConsumer events, String conversation) throws Exception {
        JsonNode event = next(events);
        assertThat(event.at("/roomId").textValue()).isEqualTo(conversation);
        assertThat(event.at("/userHash").textValue()).isEqualTo("ana-1");
        return event;
    }

    private static void agent(String conversation, String act, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:" + livePort + "/sandbox/conversations/" + conversation + "/" + act))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }
}
