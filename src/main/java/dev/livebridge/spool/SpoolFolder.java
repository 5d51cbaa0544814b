package dev.livebridge.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.util.FileSystemUtils;

/** The files of one message: the folder is made for the first of them, and goes with all when the message is done. */
public final class SpoolFolder implements AutoCloseable {
    private final Path directory;
    private int files;

    SpoolFolder(Path directory) {
        this.directory = directory;
    }

    /** A new file to write to, with at most so many bytes. */
    public ContentStream create(long limit) throws IOException {
        OwnerOnly.createFolder(directory);
        return new ContentStream(directory.resolve(Integer.toString(files++)), limit);
    }

    /** Removes a file before its time: one that could not be filled, and will be tried again. */
    public void remove(Content content) throws IOException {
        Files.deleteIfExists(content.file());
    }

    /** Removes all that was made after the first so many files. */
    public void removeAfter(int first) throws IOException {
        for (int file = first; file < files; file++) {
            Files.deleteIfExists(directory.resolve(Integer.toString(file)));
        }
    }

    /** How many files have been made. */
    public int files() {
        return files;
    }

    /** Where files can't be removed, the next start of a bridge does it. */
    @Override
    public void close() {
        // most messages have none
        if (files > 0) {
            FileSystemUtils.deleteRecursively(directory.toFile());
        }
    }
}
