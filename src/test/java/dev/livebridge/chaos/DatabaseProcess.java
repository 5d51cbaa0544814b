package dev.livebridge.chaos;

import static org.awaitility.Awaitility.await;

import dev.livebridge.TestBridge;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

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
        return url(port);
    }

    /** @param port of a proxy that leads to it */
    String url(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    int port() {
        return port;
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

    /** None of its processes does anything until {@link #goOn}; connections to it stay, and are taken. */
    public void freeze() throws IOException, InterruptedException {
        ProcessHandle postmaster = postmaster();
        // first, so that it makes no further ones
        Signals.stop(List.of(postmaster));
        Signals.stop(postmaster.descendants().toList());
    }

    /** It goes on where it was. */
    public void goOn() throws IOException, InterruptedException {
        ProcessHandle postmaster = postmaster();
        Signals.goOn(
                Stream.concat(postmaster.descendants(), Stream.of(postmaster)).toList());
    }

    /** kill -9 of the postmaster; its children see that and end. */
    public void kill() throws IOException {
        ProcessHandle postmaster = postmaster();
        List<ProcessHandle> children = postmaster.descendants().toList();
        postmaster.destroyForcibly();
        await().atMost(PATIENCE)
                .until(() -> !postmaster.isAlive() && children.stream().noneMatch(ProcessHandle::isAlive));
        // lets go of its lock; there is nothing left to stop
        postgres.close();
    }

    private ProcessHandle postmaster() throws IOException {
        return ProcessHandle.of(Long.parseLong(
                        Files.readAllLines(data.resolve("postmaster.pid")).get(0)))
                .orElseThrow();
    }

    @Override
    public void close() throws IOException {
        if (postgres != null) {
            postgres.close();
        }
    }
}
