package dev.livebridge.chaos;

import dev.livebridge.TestBridge;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** bin/live-bridge run, as a service: whenever it ends, killed or by itself, it is started again. */
final class BridgeProcess implements AutoCloseable {
    /** Ports that two bridges on one machine can't share; only a bridge that has them is told. */
    private static final String[] PORTS = {"live.management.port", "live.webhook.port"};

    private static final String UP = "Up: live-bridge ";

    private final Path log;
    private final ProcessBuilder command;
    private final AtomicInteger ends = new AtomicInteger();
    private final Thread service;
    private volatile Process process;
    /** Where in the log the running one begins. */
    private volatile long begin;

    private volatile boolean closing;

    /**
     * @param log        where its output is appended
     * @param properties by their names, such as {@code live.jms.url}
     */
    BridgeProcess(Path log, Map<String, String> properties) throws IOException {
        this.log = log;
        command = new ProcessBuilder("bin/live-bridge", "run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        Map<String, String> environment = command.environment();
        environment.keySet().removeIf(name -> name.startsWith("LIVE_"));
        properties.forEach(
                (name, value) -> environment.put(name.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"), value));
        environment.put("JAVA_OPTS", "-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1" + ports());
        service = new Thread(this::serve, "bridge");
    }

    void start() {
        service.start();
    }

    /** The running one, to be signalled; empty between two. */
    List<ProcessHandle> running() {
        Process running = process;
        return running != null && running.isAlive() ? List.of(running.toHandle()) : List.of();
    }

    /** kill -9. The next start follows at once. */
    void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
        }
    }

    /** Its routes have started. */
    boolean isUp() throws IOException {
        if (process == null || !process.isAlive()) {
            return false;
        }
        try (InputStream lines = Files.newInputStream(log)) {
            lines.skipNBytes(begin);
            return new String(lines.readAllBytes(), StandardCharsets.UTF_8).contains(UP);
        }
    }

    /** How often it has ended, killed or not. */
    int ends() {
        return ends.get();
    }

    /** Lets it end in its own time, at most 10 s. */
    void stop() throws InterruptedException {
        closing = true;
        process.destroy();
        process.waitFor(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws InterruptedException {
        closing = true;
        kill();
        service.join(5_000);
    }

    private void serve() {
        try {
            while (!closing) {
                begin = Files.exists(log) ? Files.size(log) : 0;
                process = command.start();
                if (closing) {
                    process.destroyForcibly();
                }
                process.waitFor();
                ends.incrementAndGet();
                Thread.sleep(200);
            }
        } catch (IOException e) {
            throw new IllegalStateException("could not start a bridge", e);
        } catch (InterruptedException e) {
            kill();
        }
    }

    private static String ports() throws IOException {
        String manual = Files.readString(Path.of("config/application.properties"));
        StringBuilder options = new StringBuilder();
        for (String port : PORTS) {
            if (manual.contains(port.substring(0, port.lastIndexOf('.') + 1))) {
                options.append(" -D").append(port).append('=').append(TestBridge.freePort());
            }
        }
        return options.toString();
    }
}
