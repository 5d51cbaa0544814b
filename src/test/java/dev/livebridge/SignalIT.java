package dev.livebridge;

import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.GROUPED;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.freePort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.livebridge.sandbox.Broker;
import jakarta.jms.Connection;
import jakarta.jms.Session;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM ends the process in time, whatever it waits for. */
@Tag("slow")
class SignalIT {
    private static final Duration IN_TIME = Duration.ofSeconds(10);
    private static final int LARGE = 4 << 20;

    @TempDir
    private Path folder;

    private Broker broker;
    private TcpProxy proxy;
    private RunProcess bridge;
    private int port;

    @BeforeEach
    void start() throws Exception {
        port = freePort();
        broker = new Broker("127.0.0.1", port, folder.resolve("broker"), MESSAGES, GROUPED);
        proxy = new TcpProxy(port);
        bridge = new RunProcess(folder, Map.of("live.jms.url", "tcp://127.0.0.1:" + proxy.port())).up();
    }

    @AfterEach
    void leaveNothingBehind() throws Exception {
        bridge.close();
        proxy.close();
        broker.close();
    }

    @Test
    void withAnIdleBroker() throws Exception {
        assertThat(terminate()).isLessThan(IN_TIME);
    }

    @Test
    void withASilentBrokerInTheMiddleOfALargeMessage() throws Exception {
        proxy.fallSilentAfter(LARGE / 4);
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port);
                Connection connection = factory.createConnection();
                Session session = connection.createSession()) {
            session.createProducer(session.createQueue(CONVERSATIONS))
                    .send(session.createTextMessage("x".repeat(LARGE)));
        }
        await().until(proxy::isSilent);

        assertThat(terminate()).isLessThan(IN_TIME);
    }

    private Duration terminate() throws Exception {
        long began = System.nanoTime();
        bridge.signal("TERM");
        // 128 and the number of the signal
        assertThat(bridge.end()).isEqualTo(143);
        return Duration.ofNanos(System.nanoTime() - began);
    }
}
