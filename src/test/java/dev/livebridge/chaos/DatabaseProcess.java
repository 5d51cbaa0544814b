package dev.livebridge.chaos;

import static org.awaitility.Awaitility.await;

import dev.livebridge.TestBridge;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A PostgreSQL on a free port, in processes of its own that may be killed and started again on the same data. */
public final class DatabaseProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final int port = TestBridge.freePort();
    private final Path data;
    private final Path log;
    private EmbeddedPostgres postgres;

    /** @param folder for its files, {@code database} and {@code database.log} */
    public DatabaseProcess(Path folder) throws IOException {
        data = folder.resolve("database").toAbsolutePath();
        log = folder.resolve("database.log").toAbsolutePath();
    }

    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    /** Its password is whatever you like. */
    public String username() {
        return "postgres";
    }

    /** Starts it, and waits until it answers: 1 to 4 s. */
    public void start() throws IOException {
        postgres = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                // EmbeddedPostgres turns it off, and then a kill takes the last commits with it
                .setServerConfig("synchronous_commit", "on")
                .setPGStartupWait(PATIENCE)
                .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    /** kill -9 of the postmaster; its children see that and end. */
    public void kill() throws IOException {
        ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(
                        Files.readAllLines(data.resolve("postmaster.pid")).get(0)))
                .orElseThrow();
        List<ProcessHandle> children = postmaster.descendants().toList();
        postmaster.destroyForcibly();
        await().atMost(PATIENCE)
                .until(() -> !postmaster.isAlive() && children.stream().noneMatch(ProcessHandle::isAlive));
        // lets go of its lock; there is nothing left to stop
        postgres.close();
    }

    @Override
    public void close() throws IOException {
        if (postgres != null) {
            postgres.close();
        }
    }
}
