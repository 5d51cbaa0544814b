package dev.livebridge.delivery;

import dev.livebridge.spool.OwnerOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * Whether the process before this one ended without a word, maybe by a message that ends each process which takes it up. A file
 * is there while a process runs. After such an end each message is recorded before it is read, for some minutes: a message that
 * ends processes comes first again, and is counted whatever the broker remembers.
 */
public final class LastRun implements AutoCloseable {
    private static final Duration SUSPECT = Duration.ofMinutes(10);

    private final Path file;
    private volatile Instant until = Instant.EPOCH;

    /** @param dataDirectory {@code live.data-directory} */
    public LastRun(Path dataDirectory) {
        file = dataDirectory.resolve("running");
    }

    /** This process runs. */
    public void begin() throws IOException {
        until = Files.exists(file) ? Instant.now().plus(SUSPECT) : Instant.EPOCH;
        OwnerOnly.createFolder(file.getParent());
        Files.writeString(file, Long.toString(ProcessHandle.current().pid()));
    }

    boolean isSuspect() {
        return Instant.now().isBefore(until);
    }

    /** This one ends in order. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
