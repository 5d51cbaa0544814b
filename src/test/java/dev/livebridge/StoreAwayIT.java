package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathTemplate;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.livebridge.chaos.DatabaseProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.camel.util.FileUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A PostgreSQL that goes away and comes back: the store being away is the service being away. */
@Tag("slow")
class StoreAwayIT {
    private static final Path FOLDER = folder();
    private static final DatabaseProcess POSTGRES = postgres();
    private static final String PASSWORD = "st0re-s3cret";

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("live.store.url", POSTGRES.url())
            .with("live.store.username", POSTGRES.username())
            .with("live.store.password", PASSWORD);

    @AfterAll
    static void removeFolder() throws IOException {
        POSTGRES.close();
        FileUtil.removeDir(FOLDER.toFile());
    }

    @Test
    void waitsForItAndGoesOnByItself() throws Exception {
        int before = calls().size();
        String conversation = unique("conversation");
        assertThat(BRIDGE.request(MESSAGES, text(conversation, -1))
                        .at("/status")
                        .asText())
                .isEqualTo("sent");
        try (Log log = Log.listen()) {
            POSTGRES.kill();
            for (int i = 0; i < 20; i++) {
                BRIDGE.send(MESSAGES, text(conversation, i));
                BRIDGE.send(MESSAGES, text(unique("other"), i));
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> count(log, "the store is away") > 0);
            // long enough for each consumer to have tried more than once
            await().pollDelay(Duration.ofSeconds(12))
                    .atMost(Duration.ofSeconds(14))
                    .until(() -> true);
            assertThat(texts(conversation)).isEqualTo(numbers(-1, 0));
            assertThat(BRIDGE.peek(DEADLETTERS)).isNull();

            POSTGRES.start();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> texts(conversation).size() == 21);
            await().until(() -> calls().size() == 41 + before);
            assertThat(texts(conversation)).isEqualTo(numbers(-1, 20));
            assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
            await().until(() -> count(log, "the store is back") == 1);
            assertThat(count(log, "the store is away")).isEqualTo(1);
            assertThat(
                            log.lines().stream()
                                    // of the test's own kill
                                    .filter(line -> !line.contains("pg_ctl"))
                                    .filter(
                                            line -> line.matches(
                                                    "(?s).*(Exception|refused|terminating|I/O error|connection has been closed|attempting to connect).*")))
                    .as("what the log says of it: once, why")
                    .hasSize(1);
            assertThat(log.lines())
                    .noneMatch(line -> line.contains(PASSWORD) || line.contains("\"" + POSTGRES.username() + "\""));
        }
    }

    @Test
    void countsAsAwayWhenItFallsSilent() throws Exception {
        String conversation = unique("conversation");
        POSTGRES.freeze();
        try {
            BRIDGE.send(MESSAGES, text(conversation, 0));
            // an answer is waited for for 10 s
            await().atMost(Duration.ofSeconds(25)).until(() -> health().equals("DOWN"));
            assertThat(texts(conversation)).isEmpty();
        } finally {
            POSTGRES.goOn();
        }

        await().atMost(Duration.ofSeconds(30)).until(() -> texts(conversation).equals(numbers(0, 1)));
        await().atMost(Duration.ofSeconds(30)).until(() -> health().equals("UP"));
    }

    private static String health() throws Exception {
        return BRIDGE.health("").at("/status").asText();
    }

    private static long count(Log log, String text) {
        return log.lines().stream().filter(line -> line.contains(text)).count();
    }

    private static String text(String conversation, int number) {
        return "{\"conversationId\": \"%s\", \"text\": \"%d\"}".formatted(conversation, number);
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private static List<LoggedRequest> calls() {
        return BRIDGE.live().findAll(postRequestedFor(urlPathTemplate("/{conversation}/client/message")));
    }

    private static List<String> texts(String conversation) {
        return calls().stream()
                .filter(call -> call.getUrl().startsWith("/" + conversation + "/"))
                .map(call -> {
                    try {
                        return json(call.getBodyAsString())
                                .at("/message/0/value")
                                .asText();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("live-bridge-database");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Before the bridge, which needs it to start. */
    private static DatabaseProcess postgres() {
        try {
            DatabaseProcess postgres = new DatabaseProcess(FOLDER);
            postgres.start();
            return postgres;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
