package dev.livebridge;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code live-bridge run} in a process of its own, on free ports, with a folder for its data and its log. */
final class RunProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Map<String, String> PROPERTIES = Map.of(
            "live.bot.id", "1000",
            "live.bot.token", TestBridge.TOKEN,
            "live.webhook.secret", TestBridge.WEBHOOK_SECRET,
            "live.default-groups-id", "2179",
            "live.api.base-url", "http://127.0.0.1:9");

    private final Process process;
    private final Path log;

    /**
     * Starts it.
     *
     * @param folder     for {@code data} and {@code bridge.log}
     * @param properties such as {@code live.jms.url}
     */
    RunProcess(Path folder, Map<String, String> properties) throws IOException {
        Files.createDirectories(folder);
        log = folder.resolve("bridge.log");
        ProcessBuilder command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dlive.home=" + Path.of("").toAbsolutePath(),
                        "-cp",
                        classPath(),
                        "dev.livebridge.command.LiveBridge",
                        "run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        Map<String, String> environment = command.environment();
        environment.keySet().removeIf(name -> name.startsWith("LIVE_"));
        PROPERTIES.forEach((name, value) -> environment.put(variable(name), value));
        environment.put("LIVE_DATA_DIRECTORY", folder.resolve("data").toString());
        environment.put("LIVE_WEBHOOK_PORT", Integer.toString(TestBridge.freePort()));
        environment.put("LIVE_MANAGEMENT_PORT", Integer.toString(TestBridge.freePort()));
        properties.forEach((name, value) -> environment.put(variable(name), value));
        process = command.start();
    }

    private static String classPath() {
        String own = System.getProperty("java.class.path", "");
        return own.isEmpty() ? "target/classes" + File.pathSeparator + "target/lib/*" : own;
    }

    private static String variable(String property) {
        return property.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
    }

    /** Once its routes have started. */
    RunProcess up() {
        await().atMost(PATIENCE)
                .until(() ->
                        !process.isAlive() || log().stream().anyMatch(line -> line.contains("  Up: live-bridge ")));
        return this;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** kill, by the signal's name, such as TERM. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    /** Its exit status, once it has ended. */
    int end() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("it still runs: " + log);
        }
        return process.exitValue();
    }

    List<String> log() throws IOException {
        return Files.readAllLines(log);
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
