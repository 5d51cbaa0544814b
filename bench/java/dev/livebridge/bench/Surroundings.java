package dev.livebridge.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.camel.util.FileUtil;

/** What is the same for all contenders: a broker in a process of its own, its queues, who writes to them, and Live. */
final class Surroundings implements AutoCloseable {
    /** For what should take some seconds. */
    static final Duration PATIENCE = Duration.ofSeconds(120);
    /** In milliseconds. */
    private static final int WARM_UP_LATENCY = 20;

    private final Options options;
    private final Path folder;
    private final String jmsUrl;
    private final Running broker;
    private final Queues queues;
    private final Producer producer;
    private final LiveStub live;
    private int started;
    private int measurements;

    /** @param folder for journals, stores and logs; what is there from a run before goes */
    Surroundings(Options options, Path folder) throws Exception {
        this.options = options;
        this.folder = folder;
        FileUtil.removeDir(folder.toFile());
        Files.createDirectories(folder);
        int port = freePort();
        jmsUrl = "tcp://127.0.0.1:" + port;
        broker = new Running(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx1g",
                        "-Dlog4j2.configurationFile=config/log4j2.properties",
                        "-cp",
                        "target/test-classes:target/live-bridge.jar:target/lib/*:target/lib/sandbox/*",
                        BrokerServer.class.getName(),
                        Integer.toString(port),
                        folder.resolve("broker").toString()),
                Map.of(),
                folder.resolve("broker.log"));
        queues = new Queues(jmsUrl);
        producer = new Producer(jmsUrl);
        live = new LiveStub();
    }

    /** Waits until all messages have reached Live or the dead letters; the tables show what is missing after {@link #PATIENCE}. */
    void awaitArrival(Arrivals work) throws Exception {
        try {
            Queues.await(
                    PATIENCE,
                    "all messages reach Live or the dead letters",
                    () -> work.missing() <= queues.messages(Queues.DEADLETTERS));
        } catch (TimeoutException e) {
            Benchmark.say("  %d messages are missing", work.missing());
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Starts a contender on empty queues, and answers once its consumers are there. */
    Running start(Contender contender) throws Exception {
        queues.renew(contender.isReader());
        live.setLatency(0);
        String name = contender.name() + "-" + ++started;
        Map<String, String> environment = new HashMap<>(contender.environment());
        environment.put(Work.JMS_URL, jmsUrl);
        environment.put(Work.LIVE_URL, live.url());
        environment.put(Work.CONSUMERS, Integer.toString(options.consumers()));
        environment.put("LIVE_DATA_DIRECTORY", folder.resolve(name).toString());
        // another bridge on this machine may have the ports that are the defaults
        environment.put("LIVE_MANAGEMENT_PORT", Integer.toString(freePort()));
        environment.put("LIVE_WEBHOOK_PORT", Integer.toString(freePort()));
        Running running = new Running(contender.command(), environment, folder.resolve(name + ".log"));
        try {
            // those of the bridge's reader count as well, where it has one
            Queues.await(
                    PATIENCE,
                    "the consumers of " + contender.name(),
                    () -> queues.consumers(Queues.MESSAGES) + queues.consumers(Queues.GROUPED) >= options.consumers());
        } catch (TimeoutException | RuntimeException e) {
            running.close();
            throw e;
        }
        return running;
    }

    Queues queues() {
        return queues;
    }

    Producer producer() {
        return producer;
    }

    LiveStub live() {
        return live;
    }

    /** Messages to be sent, and Live ready for them. */
    Arrivals work(int messages) {
        Arrivals work = new Arrivals(measurements++, messages, options.conversations());
        live.expect(work);
        return work;
    }

    /** Lays messages on a queue that delivers none. The contender's consumers stay: none begins before the others. */
    void preload(Arrivals work) throws Exception {
        queues.pause(Queues.MESSAGES);
        producer.preload(work);
    }

    /**
     * The first messages of a process, which are slow. The broker gives each group to a consumer for good: Live takes its
     * time, so that all consumers get some, rather than the few that are the quickest to ask for more.
     */
    void warmUp(Running contender) throws Exception {
        live.setLatency(WARM_UP_LATENCY);
        Arrivals work = work(options.warmUp());
        preload(work);
        release();
        finish(work);
        live.setLatency(0);
        contender.awaitRest();
        broker.awaitRest();
    }

    /** Lets the queue deliver. */
    void release() throws Exception {
        queues.resume(Queues.MESSAGES);
    }

    /** Waits for the last call, and for the last commit. */
    void finish(Arrivals work) throws InterruptedException, TimeoutException {
        Queues.await(PATIENCE, work.messages() + " messages reach Live", () -> {
            live.check();
            return work.missing() == 0;
        });
        settle();
    }

    /** Waits until nothing is under way. */
    void settle() throws InterruptedException, TimeoutException {
        Queues.await(
                PATIENCE,
                "empty queues",
                () -> queues.messages(Queues.MESSAGES) + queues.messages(Queues.GROUPED) == 0);
    }

    @Override
    public void close() throws Exception {
        producer.close();
        queues.close();
        live.close();
        broker.close();
        FileUtil.removeDir(folder.resolve("broker").toFile());
    }
}
