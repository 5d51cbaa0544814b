package dev.livebridge.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;

/** What happened when, as it happens: a file with a line for each event, which begins with the second. */
final class Diary {
    private final Path file;
    private final Instant start = Instant.now();

    Diary(Path file) {
        this.file = file;
    }

    synchronized void note(String what) {
        try {
            Files.writeString(
                    file,
                    "%4d s  %s%n"
                            .formatted(Duration.between(start, Instant.now()).toSeconds(), what),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized String text() throws IOException {
        return Files.readString(file);
    }
}
