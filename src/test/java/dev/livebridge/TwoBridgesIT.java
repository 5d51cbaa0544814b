package dev.livebridge;

import static dev.livebridge.TestBridge.GROUPED;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.freePort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.livebridge.sandbox.Broker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two bridges with an embedded store each, on one broker: one of them must not run. */
@Tag("slow")
class TwoBridgesIT {
    private static final String LINE =
            "another bridge reads live.messages from this broker, and does not share this one's"
                    + " store: give both the same PostgreSQL (live.store.url), or run one instance";

    @TempDir
    private Path folder;

    private final List<RunProcess> bridges = new ArrayList<>();
    private int port;
    private Broker broker;

    @BeforeEach
    void start() throws Exception {
        port = freePort();
        broker = new Broker("127.0.0.1", port, folder.resolve("broker"), MESSAGES, GROUPED);
    }

    @AfterEach
    void leaveNoProcessBehind() throws Exception {
        for (RunProcess bridge : bridges) {
            bridge.close();
        }
        broker.close();
    }

    @Test
    void theSecondRefusesToStart() throws Exception {
        RunProcess first = bridge("one").up();

        RunProcess second = bridge("two");

        assertThat(second.end()).isEqualTo(1);
        assertThat(second.log()).containsExactly("live-bridge run: " + LINE);
        assertThat(first.isAlive()).isTrue();
        assertThat(first.log()).noneMatch(line -> line.contains("WARN") || line.contains("ERROR"));
    }

    @Test
    void theSameStartsAgainAtOnceWhenItWasKilled() throws Exception {
        bridge("one").up().signal("KILL");

        assertThat(bridge("one").up().isAlive()).isTrue();
    }

    @Test
    void theOneThatComesBackEndsItself() throws Exception {
        // the broker gives a connection up after so much silence
        String quick = "?connectionTTL=4000&clientFailureCheckPeriod=1000";
        for (String url : List.of("tcp://127.0.0.1:%d", "(tcp://127.0.0.1:%d,tcp://127.0.0.1:1)")) {
            RunProcess first = bridge("first of " + bridges.size(), url + quick + "&reconnectAttempts=-1")
                    .up();
            first.signal("STOP");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> broker.server().getSessions().isEmpty());
            RunProcess second =
                    bridge("second of " + bridges.size(), url + quick).up();

            first.signal("CONT");

            assertThat(first.end()).isEqualTo(1);
            assertThat(first.log()).anyMatch(line -> line.contains("ERROR") && line.endsWith(LINE));
            assertThat(second.isAlive()).isTrue();
            second.signal("TERM");
            second.end();
        }
    }

    private RunProcess bridge(String name) throws IOException {
        return bridge(name, "tcp://127.0.0.1:%d");
    }

    private RunProcess bridge(String name, String url) throws IOException {
        RunProcess bridge = new RunProcess(folder.resolve(name), Map.of("live.jms.url", url.formatted(port)));
        bridges.add(bridge);
        return bridge;
    }
}
