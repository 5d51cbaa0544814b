package dev.livebridge;

import static dev.livebridge.TestBridge.freePort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** README.md from top to bottom, in a copy of the project: its commands in their order, and its change of a route. */
@Tag("slow")
class ReadmeIT {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Set<String> NOT_THE_PROJECT = Set.of(".git", "target", "data");

    @TempDir
    private Path folder;

    private int jmsPort;
    private int livePort;
    private int s3Port;
    private int webhookPort;
    private Process sandbox;

    @AfterEach
    void leaveNoProcessBehind() {
        if (sandbox != null) {
            sandbox.descendants().forEach(ProcessHandle::destroyForcibly);
            sandbox.destroyForcibly();
        }
    }

    @Test
    void doesWhatItSays() throws Exception {
        copyTheProject();
        jmsPort = freePort();
        livePort = freePort();
        s3Port = freePort();
        webhookPort = freePort();
        List<String> commands = Readme.commands();
        assertThat(commands).startsWith("mvn compile camel:run", "mvn verify", "mvn package -DskipTests");
        // what would run this test again
        assertThat(Files.readString(Path.of(".ci/run"))).containsPattern("mvn .*verify");

        sandbox = start("mvn -B -ntp compile camel:run", folder.resolve("sandbox.log"));
        await().atMost(PATIENCE).until(() -> log().contains("What the agent sees"));
        for (String command : commands.subList(2, commands.size())) {
            String output = run(command);
            if (command.contains("--wait")) {
                assertThat(output).containsAnyOf("\"status\":\"queued\"", "\"status\":\"sent\"");
            }
            if (command.endsWith("/sandbox/conversations")) {
                assertThat(output).contains("Hello, what is my balance?").contains("Ticket");
            }
        }

        Path route = folder.resolve("routes/enrich-user.camel.yaml");
        Path draft = Files.writeString(
                folder.resolve("draft"),
                Files.readString(route)
                        .replaceFirst(
                                "(?m)^      steps:\n",
                                Matcher.quoteReplacement("      steps:\n" + Readme.yaml("conversations-so-far"))));
        Files.move(draft, route, StandardCopyOption.REPLACE_EXISTING);
        await().atMost(PATIENCE).untilAsserted(() -> {
            run("bin/live-bridge send live.conversations examples/conversation.json --wait");
            assertThat(run("curl -s localhost:8090/sandbox/conversations")).contains("{\"Before\":");
        });

        sandbox.descendants().forEach(ProcessHandle::destroy);
        sandbox.destroy();
        assertThat(sandbox.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(log()).doesNotContain("ERROR", "Exception");
    }

    private String run(String command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = start(command, output);
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as(command)
                .isTrue();
        String text = Files.readString(output);
        assertThat(process.exitValue()).as(command + "\n" + text).isZero();
        return text;
    }

    private Process start(String command, Path output) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        "sh", "-c", "exec " + command.replace("localhost:8090", "localhost:" + livePort))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LIVE_"));
        builder.environment().put("LIVE_SANDBOX_JMS_PORT", Integer.toString(jmsPort));
        builder.environment().put("LIVE_SANDBOX_LIVE_PORT", Integer.toString(livePort));
        builder.environment().put("LIVE_SANDBOX_S3_PORT", Integer.toString(s3Port));
        builder.environment().put("LIVE_WEBHOOK_PORT", Integer.toString(webhookPort));
        // these processes live for seconds
        builder.environment().put("JAVA_OPTS", "-XX:TieredStopAtLevel=1");
        builder.environment().put("MAVEN_OPTS", "-XX:TieredStopAtLevel=1");
        return builder.start();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("sandbox.log"));
    }

    private void copyTheProject() throws IOException {
        Path project = Path.of("").toAbsolutePath();
        try (Stream<Path> files = Files.walk(project)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path relative = project.relativize(file);
                if (!NOT_THE_PROJECT.contains(relative.getName(0).toString())) {
                    Path copy = folder.resolve(relative);
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }
}
