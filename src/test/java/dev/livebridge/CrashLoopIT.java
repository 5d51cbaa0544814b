package dev.livebridge;

import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.freePort;
import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.sandbox.Broker;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.util.FileUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A message that ends the process each time ends as a dead letter, whoever starts the process again. */
@Tag("slow")
class CrashLoopIT {
    /** What a fault in a driver or a want of memory does, by a route of the integrator's. */
    private static final String DEADLY = """
            - route:
                id: enrich-user
                from:
                  uri: direct:enrich-user
                  steps:
                    - bean:
                        ref: runtime
                        method: halt(137)
            """;

    private final Path home = TestBridge.copyOfTheProject();

    @AfterEach
    void removeHome() {
        FileUtil.removeDir(home.toFile());
    }

    @Test
    void endsOnTheDeadLetterQueue(@TempDir Path folder) throws Exception {
        Files.writeString(home.resolve("routes/enrich-user.camel.yaml"), DEADLY);
        int port = freePort();
        String url = "tcp://127.0.0.1:" + port;
        try (Broker broker = new Broker(
                        "127.0.0.1", port, folder.resolve("broker"), TestBridge.MESSAGES, TestBridge.GROUPED);
                ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
                Connection connection = factory.createConnection();
                Session session = connection.createSession();
                MessageConsumer dead = session.createConsumer(session.createQueue(DEADLETTERS))) {
            connection.start();
            session.createProducer(session.createQueue(TestBridge.CONVERSATIONS))
                    .send(session.createTextMessage("{\"user\": {\"hash\": \"u1\", \"firstname\": \"Ana\"}}"));

            List<Integer> ends = new ArrayList<>();
            Message letter = null;
            while (letter == null && ends.size() < 6) {
                Process bridge = start(folder, url);
                try {
                    while (bridge.isAlive() && letter == null) {
                        letter = dead.receive(200);
                    }
                    if (letter == null) {
                        ends.add(bridge.waitFor());
                    }
                } finally {
                    bridge.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
                }
            }

            assertThat(ends).containsExactly(137, 137, 137);
            assertThat(letter.getStringProperty("liveErrorCode")).isEqualTo("internal-error");
            assertThat(letter.getStringProperty("liveErrorMessage")).contains("3");
        }
    }

    private Process start(Path folder, String url) throws Exception {
        ProcessBuilder command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dlive.home=" + home,
                        "-cp",
                        System.getProperty("java.class.path", "").isEmpty()
                                ? "target/classes" + File.pathSeparator + "target/lib/*"
                                : System.getProperty("java.class.path"),
                        "dev.livebridge.command.LiveBridge",
                        "run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("bridge.log").toFile()));
        command.environment().keySet().removeIf(name -> name.startsWith("LIVE_"));
        command.environment()
                .putAll(Map.ofEntries(
                        Map.entry("LIVE_WEBHOOK_SECRET", "any"),
                        Map.entry("LIVE_WEBHOOK_PORT", Integer.toString(freePort())),
                        Map.entry("LIVE_JMS_URL", url),
                        Map.entry("LIVE_JMS_MAX_CRASH_DELIVERIES", "3"),
                        Map.entry("LIVE_API_BASE_URL", "http://127.0.0.1:9"),
                        Map.entry("LIVE_BOT_ID", "1000"),
                        Map.entry("LIVE_BOT_TOKEN", "any"),
                        Map.entry("LIVE_DEFAULT_GROUPS_ID", "2179"),
                        Map.entry("LIVE_DATA_DIRECTORY", folder.resolve("data").toString()),
                        Map.entry("LIVE_MANAGEMENT_PORT", Integer.toString(freePort())),
                        Map.entry("CAMEL_BEANS_RUNTIME", "#class:java.lang.Runtime#getRuntime")));
        return command.start();
    }
}
