package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.QUEUE_PATH;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.chaos.DatabaseProcess;
import dev.livebridge.command.LiveBridge;
import dev.livebridge.store.Store;
import jakarta.jms.BytesMessage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.util.FileUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** bin/live-bridge forget, beside a bridge on PostgreSQL and S3. */
@Tag("slow")
class ForgetIT {
    private static final Path FOLDER = folder();
    private static final DatabaseProcess POSTGRES = postgres();
    private static final List<String> TABLES = List.of("conversation", "delivery", "hold");

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .withS3()
            .with("live.retry.max-attempts", "1")
            .with("live.store.url", POSTGRES.url())
            .with("live.store.username", POSTGRES.username());

    private final String user = unique("ana");
    private final String other = unique("bob");
    private final String conversation = unique("c");
    private final String second = conversation + "-2";
    private final String others = conversation + "x";
    private final Store store = new Store(POSTGRES.url(), POSTGRES.username(), null, 2, FOLDER);
    private final JdbcClient rows = JdbcClient.create(store.dataSource());

    @AfterAll
    static void removeFolder() throws IOException {
        POSTGRES.close();
        FileUtil.removeDir(FOLDER.toFile());
    }

    @BeforeEach
    void twoUsersTalk() throws Exception {
        begin(conversation, user);
        begin(second, user);
        begin(others, other);
        attach(conversation, "a.txt", "one");
        attach(conversation, "b.txt", "two");
        attach(second, "a.txt", "one");
        attach(others, "a.txt", "one");
        BRIDGE.live()
                .stubFor(post("/" + second + "/client/message")
                        .willReturn(status(400).withBody("no, Ana Suárez")));
        BRIDGE.request(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(second));
        hold(user);
        hold(other);
    }

    @AfterEach
    void close() throws Exception {
        for (String table : TABLES) {
            rows.sql("delete from " + table).update();
        }
        store.close();
    }

    @Test
    void leavesNothingOfTheUserAndAllOfTheOthers() throws Exception {
        Map<String, String> dumped = Map.of("user", user, "conversation", conversation, "second", second);
        assertThat(forget("--dry-run", user))
                .isEqualTo("0: Would be removed: 2 conversations, 3 attachments in S3, 6 records of messages,"
                        + " 1 record of conversations that wait");
        assertThat(dump()).contains(dumped.values()).contains("Ana Suárez");
        assertThat(objects(conversation)).isEqualTo(2);

        assertThat(forget(user))
                .isEqualTo("0: Removed: 2 conversations, 3 attachments in S3, 6 records of messages,"
                        + " 1 record of conversations that wait");

        assertThat(dump())
                .doesNotContain(user, "\"" + conversation + "\"", second, "Suárez")
                .contains(other, others);
        assertThat(objects(conversation) + objects(second)).isZero();
        assertThat(objects(others)).isEqualTo(1);
        assertThat(forget(user)).startsWith("0: Removed: 0 conversations, 0 attachments in S3, 0 records of messages");
    }

    @Test
    void removesNothingFromTheStoreWhileS3IsAway() throws Exception {
        String before = dump();
        BRIDGE.stopS3();
        try {
            assertThat(forget(user)).startsWith("1: ").contains("nothing was removed from the store");
        } finally {
            BRIDGE.startS3();
        }
        assertThat(dump()).isEqualTo(before);

        assertThat(forget(user)).startsWith("0: Removed: 2 conversations, 3 attachments");
    }

    @Test
    void removesMoreThanAPageOfS3() throws Exception {
        Path folder = BRIDGE.s3Folder().resolve("attachments").resolve(conversation);
        for (int i = 0; i < 2100; i++) {
            Path file = folder.resolve("%064x".formatted(i)).resolve("a.txt");
            Files.createDirectories(file.getParent());
            Files.writeString(file, "x");
        }

        assertThat(forget(user)).contains("2103 attachments");
        assertThat(objects(conversation)).isZero();
    }

    @Test
    void removesFromTheStoreOfARunningBridge() throws Exception {
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        FOLDER.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("open");
            Map<String, String> embedded = Map.of("live.store.url", "", "live.data-directory", FOLDER.toString());
            assertThat(forget(embedded, user)).startsWith("0: Removed: 0 conversations");
        } finally {
            holder.destroyForcibly().waitFor();
        }
    }

    /** Another process: keeps a store open. */
    static final class Holder {
        public static void main(String[] args) throws Exception {
            Store held = new Store(null, null, null, 1, Path.of(args[0]));
            held.open();
            System.out.println("open");
            Thread.currentThread().join();
        }
    }

    private static void begin(String id, String hash) throws Exception {
        BRIDGE.live().stubFor(post(QUEUE_PATH).willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(id))));
        BRIDGE.request(CONVERSATIONS, "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}}".formatted(hash));
    }

    private static void attach(String id, String name, String content) throws Exception {
        BytesMessage message = BRIDGE.bytes(content.getBytes(StandardCharsets.UTF_8));
        message.setStringProperty("fileName", name);
        message.setStringProperty("conversationId", id);
        assertThat(BRIDGE.request(MESSAGES, message).at("/status").asText()).isEqualTo("sent");
    }

    private void hold(String key) {
        long now = System.currentTimeMillis();
        rows.sql("""
                        insert into hold (bot_id, queue, group_id, cause, asked, reason, began_at, due_at, marked_until,
                          empty_looks)
                        values (1000, 'live.messages', ?, 'Live', false, 'Live answered 503', ?, ?, ?, 0)
                        """).params(key, now, now + 86_400_000, now).update();
    }

    private String dump() {
        StringBuilder dump = new StringBuilder();
        for (String table : TABLES) {
            rows.sql("select * from " + table).query().listOfRows().stream()
                    .map(row -> row.values().stream()
                            .map(value -> "\"" + value + "\"")
                            .toList())
                    .map(Object::toString)
                    .sorted()
                    .forEach(row -> dump.append(row).append('\n'));
        }
        return dump.toString();
    }

    private static long objects(String id) throws IOException {
        Path folder = BRIDGE.s3Folder().resolve("attachments").resolve(id);
        if (!Files.exists(folder)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    /** The command's exit code and what it said. */
    private static String forget(String... arguments) {
        return forget(Map.of(), arguments);
    }

    private static String forget(Map<String, String> differently, String... arguments) {
        return BRIDGE.withSystemProperties(differently, () -> {
            StringWriter out = new StringWriter();
            int code = LiveBridge.commandLine()
                    .setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(out, true))
                    .execute(Stream.concat(Stream.of("forget"), Stream.of(arguments))
                            .toArray(String[]::new));
            return code + ": " + out.toString().lines().findFirst().orElse("");
        });
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("live-bridge-forget");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

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
