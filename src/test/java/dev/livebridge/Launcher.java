package dev.livebridge;

import static dev.livebridge.TestBridge.freePort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/** bin/live-bridge in processes of its own, on free ports and in a folder of the test's. */
final class Launcher implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final List<Process> processes = new ArrayList<>();
    private final Path folder;
    private final String javaOptions;
    private final int jmsPort = freePort();
    private final int livePort = freePort();
    private final int s3Port = freePort();
    private final int managementPort = freePort();
    private final int webhookPort = freePort();

    Launcher(Path folder, String javaOptions) throws IOException {
        this.folder = folder;
        this.javaOptions = javaOptions;
    }

    int jmsPort() {
        return jmsPort;
    }

    int livePort() {
        return livePort;
    }

    /** The sandbox, once its demo is through. */
    Process sandbox(String... environment) throws IOException {
        Process sandbox = start(folder.resolve("sandbox.log"), environment, "sandbox");
        await().atMost(PATIENCE).until(() -> sandboxLog().contains("What the agent sees"));
        return sandbox;
    }

    String sandboxLog() throws IOException {
        return Files.readString(folder.resolve("sandbox.log"));
    }

    /** Those that the sandbox has made. */
    List<String> secrets() throws IOException {
        Properties secrets = new Properties();
        try (Reader reader = Files.newBufferedReader(folder.resolve("data/sandbox.properties"))) {
            secrets.load(reader);
        }
        return secrets.values().stream().map(Object::toString).toList();
    }

    /** A command, once it has ended. */
    Process run(String... arguments) throws IOException, InterruptedException {
        return runWith(new String[0], arguments);
    }

    /** The same, with variables of the environment. */
    Process runWith(String[] environment, String... arguments) throws IOException, InterruptedException {
        Process process = start(folder.resolve("output-" + processes.size()), environment, arguments);
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process;
    }

    /** What it wrote. */
    String output(Process process) throws IOException {
        return Files.readString(folder.resolve("output-" + processes.indexOf(process)));
    }

    private Process start(Path output, String[] names, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("bin/live-bridge"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("LIVE_"));
        environment.put("LIVE_SANDBOX_JMS_PORT", Integer.toString(jmsPort));
        environment.put("LIVE_SANDBOX_LIVE_PORT", Integer.toString(livePort));
        environment.put("LIVE_SANDBOX_S3_PORT", Integer.toString(s3Port));
        environment.put("LIVE_MANAGEMENT_PORT", Integer.toString(managementPort));
        environment.put("LIVE_WEBHOOK_PORT", Integer.toString(webhookPort));
        environment.put("LIVE_DATA_DIRECTORY", folder.resolve("data").toString());
        environment.put("JAVA_OPTS", javaOptions);
        for (String name : names) {
            String[] parts = name.split("=", 2);
            environment.put(parts[0], parts[1]);
        }
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
    }
}
