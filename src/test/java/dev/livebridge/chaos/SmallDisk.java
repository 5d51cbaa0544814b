package dev.livebridge.chaos;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * A folder on a disk that can be full: a small tmpfs where this user may mount one. Elsewhere it stands in an ordinary folder,
 * which for the time makes way for a file, so that nothing can be created below it.
 */
final class SmallDisk implements AutoCloseable {
    private final Path disk = Files.createTempDirectory("live-bridge-disk");
    private final Path folder = disk.resolve("folder");
    private final int megabytes;
    private final boolean mounted;

    SmallDisk(int megabytes) throws IOException, InterruptedException {
        this.megabytes = megabytes;
        mounted = run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", disk.toString());
        Files.createDirectory(folder);
    }

    Path folder() {
        return folder;
    }

    /** Nothing can be written for so long. */
    void fillFor(Duration time) throws IOException, InterruptedException {
        if (mounted) {
            Path ballast = disk.resolve("ballast");
            Instant end = Instant.now().plus(time);
            try {
                // what is given free meanwhile is taken as well
                await().forever()
                        .pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> {
                            fill(ballast);
                            return Instant.now().isAfter(end);
                        });
            } finally {
                Files.delete(ballast);
            }
        } else {
            Path away = disk.resolve("away");
            Files.move(folder, away);
            Files.createFile(folder);
            Faults.last(time);
            Files.delete(folder);
            Files.move(away, folder);
        }
    }

    /** How it becomes full. */
    @Override
    public String toString() {
        return mounted ? "tmpfs of " + megabytes + " MB, filled" : "folder replaced by a file";
    }

    @Override
    public void close() throws IOException, InterruptedException {
        if (mounted) {
            run("umount", "--lazy", disk.toString());
        }
        run("rm", "-rf", disk.toString());
    }

    private static void fill(Path ballast) {
        // a large block for the most, and small ones for the rest
        for (int size : new int[] {1024 * 1024, 4096}) {
            byte[] block = new byte[size];
            try (OutputStream out =
                    Files.newOutputStream(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                while (true) {
                    out.write(block);
                }
            } catch (IOException e) {
                // full
            }
        }
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}
