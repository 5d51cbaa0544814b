package dev.livebridge.spool;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Writes bytes into the spool, counts and digests them, and stops at the limit. */
public final class ContentStream extends OutputStream {
    private final Path file;
    private final long limit;
    private final OutputStream out;
    private final MessageDigest digest;
    private long size;

    ContentStream(Path file, long limit) throws IOException {
        this.file = file;
        this.limit = limit;
        this.out = Files.newOutputStream(file);
        OwnerOnly.restrict(file);
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** @throws TooLargeException beyond the limit; nothing is written then */
    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (size + length > limit) {
            throw new TooLargeException(limit);
        }
        out.write(bytes, offset, length);
        digest.update(bytes, offset, length);
        size += length;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /** What was written, once this is closed. */
    public Content content() {
        return new Content(file, size, HexFormat.of().formatHex(digest.digest()));
    }
}
