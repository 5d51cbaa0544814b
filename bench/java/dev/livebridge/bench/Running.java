package dev.livebridge.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A process of the benchmark, from its line "Up: …" on, and what it takes of the machine. It ends with this one. */
final class Running implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Of a core: timers, and sockets that are looked at. */
    private static final double AT_REST = 0.1;
    /** The unit of times in /proc: USER_HZ, which Linux shows as 100 everywhere. */
    private static final double TICKS_PER_SECOND = 100;

    private final Process process;
    private final Thread lastResort;

    /**
     * Starts it.
     *
     * @param log where its output goes
     */
    Running(List<String> command, Map<String, String> environment, Path log)
            throws IOException, InterruptedException, TimeoutException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LIVE_") || name.equals("JAVA_OPTS"));
        builder.environment().putAll(environment);
        process = builder.start();
        lastResort = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(lastResort);
        try {
            Queues.await(PATIENCE, log + " says that it is up", () -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException(command.get(0) + " has ended, see " + log);
                }
                return says(log, "Up: ");
            });
        } catch (TimeoutException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private static boolean says(Path log, String text) {
        try {
            return Files.readString(log).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it has used so far, of all cores. */
    double cpuSeconds() throws IOException {
        String stat = Files.readString(proc("stat"));
        // behind the name in parentheses; user and system time are fields 14 and 15 of all
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    /** Waits until it has nothing to do: without work, that is its compiler's, which needs longer than the work did. */
    void awaitRest() throws IOException, InterruptedException, TimeoutException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        double used;
        do {
            if (System.nanoTime() > end) {
                throw new TimeoutException("not at rest within " + PATIENCE.toSeconds() + " s: " + process.info());
            }
            double before = cpuSeconds();
            Thread.sleep(1000);
            used = cpuSeconds() - before;
        } while (used > AT_REST);
    }

    /** Memory that it holds now. */
    int rssMegabytes() throws IOException {
        return status("VmRSS:") / 1024;
    }

    int threads() throws IOException {
        return status("Threads:");
    }

    /** Sockets count as files. */
    int openFiles() throws IOException {
        try (Stream<Path> files = Files.list(proc("fd"))) {
            return (int) files.count();
        }
    }

    private int status(String name) throws IOException {
        return Files.readAllLines(proc("status")).stream()
                .filter(line -> line.startsWith(name))
                .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")))
                .sum();
    }

    private Path proc(String file) {
        return Path.of("/proc", Long.toString(process.pid()), file);
    }

    /** Ends it, in order where it can within 15 seconds. */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(15, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(lastResort);
        } catch (IllegalStateException e) {
            // the hooks run already
        }
    }
}
