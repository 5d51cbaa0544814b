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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
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
    private ServerSocket live;
    private RunProcess bridge;
    private int port;

    @BeforeEach
    void start() throws Exception {
        port = freePort();
        broker = new Broker("127.0.0.1", port, folder.resolve("broker"), MESSAGES, GROUPED);
        proxy = new TcpProxy(port);
        live = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        live.setSoTimeout(20_000);
        bridge = new RunProcess(
                        folder,
                        Map.of(
                                "live.jms.url", "tcp://127.0.0.1:" + proxy.port(),
                                "live.api.base-url", "http://127.0.0.1:" + live.getLocalPort()))
                .up();
    }

    @AfterEach
    void leaveNothingBehind() throws Exception {
        bridge.close();
        live.close();
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
        send(CONVERSATIONS, "x".repeat(LARGE));
        await().until(proxy::isSilent);

        assertThat(terminate()).isLessThan(IN_TIME);
    }

    /** No answer ever comes: its message goes back to its queue. */
    @Test
    void withoutAWordOfFailureWhileACallIsUnderWay() throws Exception {
        for (String conversation : new String[] {"c1", "c2", "c3"}) {
            send(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation));
        }
        try (Socket first = live.accept();
                Socket second = live.accept()) {
            assertThat(terminate()).isLessThan(IN_TIME);
        }

        assertThat(bridge.log()).noneMatch(line -> line.matches(".*( ERROR |Exception|^\\s+at | is away).*"));
    }

    private void send(String queue, String text) throws Exception {
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory("tcp://127.0.0.1:" + port);
                Connection connection = factory.createConnection();
                Session session = connection.createSession()) {
            session.createProducer(session.createQueue(queue)).send(session.createTextMessage(text));
        }
    }

    private Duration terminate() throws Exception {
        long began = System.nanoTime();
        bridge.signal("TERM");
        // 128 and the number of the signal
        assertThat(bridge.end()).isEqualTo(143);
        return Duration.ofNanos(System.nanoTime() - began);
    }
}
