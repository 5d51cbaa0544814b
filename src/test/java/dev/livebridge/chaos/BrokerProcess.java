package dev.livebridge.chaos;

import static org.awaitility.Awaitility.await;

import dev.livebridge.TestBridge;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * A standalone Artemis on a free port of 127.0.0.1, in a process of its own that may be killed and started again on the same
 * journal. The build unpacks its archive into {@code target/artemis} (profile chaos).
 */
public final class BrokerProcess implements AutoCloseable {
    private static final Path UNPACKED = Path.of("target/artemis");
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final Pattern ADDRESS = Pattern.compile("<address\\s.*?</address>", Pattern.DOTALL);
    private static final Pattern ADDRESS_SETTING =
            Pattern.compile("<address-setting\\s.*?</address-setting>", Pattern.DOTALL);

    private final int port = TestBridge.freePort();
    private final Path instance;
    private final Path log;
    private Process process;

    private BrokerProcess(Path folder, String addresses, String addressSettings)
            throws IOException, InterruptedException {
        instance = folder.resolve("broker").toAbsolutePath();
        log = folder.resolve("broker.log").toAbsolutePath();
        create();
        Path configuration = instance.resolve("etc/broker.xml");
        Files.writeString(
                configuration,
                Files.readString(configuration)
                        .replaceFirst("<addresses>", "<addresses>\n" + addresses)
                        .replaceFirst("<address-settings>", "<address-settings>\n" + addressSettings));
    }

    /**
     * Makes one as it comes out of the box; {@link #start} starts it.
     *
     * @param folder for its files, {@code broker} and {@code broker.log}
     */
    public static BrokerProcess in(Path folder) throws IOException, InterruptedException {
        return new BrokerProcess(folder, "", "");
    }

    /** As {@link #in}, with the addresses and address-settings of this file, a whole broker.xml or a part of one. */
    public static BrokerProcess in(Path folder, Path configuration) throws IOException, InterruptedException {
        String text = Files.readString(configuration);
        return new BrokerProcess(folder, all(ADDRESS, text), all(ADDRESS_SETTING, text));
    }

    private static String all(Pattern element, String text) {
        return element.matcher(text).results().map(MatchResult::group).collect(Collectors.joining("\n"));
    }

    /** For Core clients; it speaks AMQP and OpenWire on the same port. */
    public String url() {
        return "tcp://127.0.0.1:" + port;
    }

    int port() {
        return port;
    }

    /** Starts it, and waits until it takes connections: 4 to 8 s. */
    public void start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        instance.resolve("bin/artemis").toString(), "run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment()
                .put(
                        "JAVA_ARGS",
                        "-Xms128m -Xmx768m -XX:+UseParallelGC -Dlog4j2.disableJmx=true"
                                + " --add-opens java.base/jdk.internal.misc=ALL-UNNAMED");
        process = builder.start();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(this::takesConnections);
    }

    /** The running one, its script too, to be signalled. */
    List<ProcessHandle> running() {
        return Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
    }

    /** kill -9, of the script's java too. */
    public void kill() throws InterruptedException {
        running().forEach(ProcessHandle::destroyForcibly);
        process.waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) {
            kill();
        }
    }

    private boolean takesConnections() throws IOException {
        if (!process.isAlive()) {
            throw new IOException("the broker has ended: " + log);
        }
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url());
                Connection connection = factory.createConnection()) {
            connection.start();
            return true;
        } catch (JMSException e) {
            return false;
        }
    }

    private void create() throws IOException, InterruptedException {
        Files.createDirectories(instance.getParent());
        Process create = new ProcessBuilder(
                        unpacked().resolve("bin/artemis").toString(),
                        "create",
                        instance.toString(),
                        "--silent",
                        "--force",
                        "--user",
                        "admin",
                        "--password",
                        "admin",
                        "--allow-anonymous",
                        "--no-web",
                        "--no-amqp-acceptor",
                        "--no-mqtt-acceptor",
                        "--no-stomp-acceptor",
                        "--no-hornetq-acceptor",
                        "--host",
                        "127.0.0.1",
                        "--default-port",
                        Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (create.waitFor() != 0) {
            throw new IOException("could not make a broker: " + log);
        }
    }

    /** The one version that is there. */
    private static Path unpacked() throws IOException {
        if (!Files.isDirectory(UNPACKED)) {
            throw new IOException("no " + UNPACKED + ": run Maven with -Pchaos");
        }
        try (Stream<Path> versions = Files.list(UNPACKED)) {
            return versions.filter(Files::isDirectory).findFirst().orElseThrow().toAbsolutePath();
        }
    }
}
