package dev.livebridge.spool;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.springframework.util.FileSystemUtils;

/**
 * The spool directory ({@code live.attachments.spool-directory}). Each process has a folder of its own in it, and a lock
 * on that; what a killed one left, whose lock is gone, the next to start removes.
 */
public final class Spool implements AutoCloseable {
    private static final String LOCK = "lock";

    private final Path directory;
    private final Path own;
    private FileChannel lock;

    /** Touches nothing yet. */
    public Spool(Path directory) {
        this.directory = directory;
        this.own = directory.resolve(UUID.randomUUID().toString());
    }

    /** Takes a folder, and removes what others left behind. */
    public void open() throws IOException {
        OwnerOnly.createFolder(own);
        lock = FileChannel.open(own.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        OwnerOnly.restrict(own.resolve(LOCK));
        lock.lock();
        List<Path> others;
        try (Stream<Path> folders = Files.list(directory)) {
            others = folders.filter(folder -> !folder.equals(own)).toList();
        }
        boolean isShared = false;
        for (Path folder : others) {
            if (!Files.isRegularFile(folder.resolve(LOCK))) {
                isShared = true;
            } else if (isLeft(folder)) {
                FileSystemUtils.deleteRecursively(folder.toFile());
            }
        }
        if (!isShared) {
            // not where it is somebody else's as well, such as /tmp
            OwnerOnly.restrict(directory);
        }
    }

    private static boolean isLeft(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE);
                FileLock free = channel.tryLock()) {
            return free != null;
        } catch (OverlappingFileLockException e) {
            // another bridge in this process
            return false;
        }
    }

    /** A folder for whoever deletes it. */
    public SpoolFolder folder() {
        return new SpoolFolder(own.resolve(UUID.randomUUID().toString()));
    }

    /** The folder of the message that this exchange carries; it goes when the exchange is done, however that ends. */
    public SpoolFolder folder(Exchange exchange) {
        SpoolFolder folder = new SpoolFolder(own.resolve(exchange.getExchangeId()));
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                folder.close();
            }
        });
        return folder;
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.close();
            FileSystemUtils.deleteRecursively(own.toFile());
        }
    }
}
