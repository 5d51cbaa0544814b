package dev.livebridge.spool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Bytes in the spool.
 *
 * @param file   where they are, as long as their message is under way
 * @param size   how many
 * @param sha256 of them, 64 hexadecimal digits
 */
public record Content(Path file, long size, String sha256) {
    public InputStream open() throws IOException {
        return Files.newInputStream(file);
    }

    /** The first bytes, at most so many. */
    public byte[] head(int length) throws IOException {
        try (InputStream stream = open()) {
            return stream.readNBytes(length);
        }
    }
}
