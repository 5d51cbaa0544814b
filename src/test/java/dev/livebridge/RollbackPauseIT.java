package dev.livebridge;

import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.camel.util.FileUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A message that rolls back each time takes no consumer for itself, nor the log: also in a route of the integrator's. */
class RollbackPauseIT {
    private static final String POISON = "poison";
    private static final String PUT_BACK = "put.back";
    private static final Duration LOOP = Duration.ofSeconds(5);

    private static final String ROUTES = """
            - route:
                id: poisoned
                from:
                  uri: jms
                  parameters:
                    destinationName: poison
                  steps:
                    - throwException:
                        id: fails-each-time
                        exceptionType: java.lang.IllegalStateException
                        message: the poison
            - route:
                id: always-put-back
                from:
                  uri: jms
                  parameters:
                    destinationName: put.back
                  steps:
                    - filter:
                        id: first-time
                        expression:
                          simple:
                            expression: ${header.JMSXDeliveryCount} == 1
                        steps:
                          - rollback:
                              id: put-it-back
                              markRollbackOnly: true
                    - log:
                        id: passes
                        message: passes
            """;

    private static final Path HOME = home();

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().at(HOME);

    @AfterAll
    static void removeHome() {
        FileUtil.removeDir(HOME.toFile());
    }

    @Test
    void slowsDownAMessageThatFailsEachTime() throws Exception {
        try (Log log = Log.listen()) {
            String id = BRIDGE.send(POISON, unique("poison"));
            await().pollDelay(LOOP).atMost(LOOP.multipliedBy(2)).until(() -> true);

            // after 0, 50, 150, 350, 750, 1,550, 3,150 ms; then each 2 s
            assertThat(BRIDGE.passes("fails-each-time")).isBetween(3, 8);
            assertThat(lines(log, id))
                    .hasSizeBetween(2, 5)
                    .allMatch(line -> line.endsWith("ms: java.lang.IllegalStateException: the poison"));
            assertThat(lines(log, id).get(0))
                    .isEqualTo(
                            id
                                    + ": back to poison after delivery 1, next one in 50 ms: java.lang.IllegalStateException: the poison");
        }
    }

    @Test
    void putsAMessageBackForAMomentAndSaysNothing() throws Exception {
        try (Log log = Log.listen()) {
            long began = System.nanoTime();
            String id = BRIDGE.send(PUT_BACK, unique("early"));

            await().pollInterval(Duration.ofMillis(10)).until(() -> BRIDGE.passes("passes") == 1);
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isBetween(Duration.ofMillis(50), Duration.ofSeconds(1));
            assertThat(lines(log, id)).isEmpty();
        }
    }

    /** What the consumers say of it. */
    private static List<String> lines(Log log, String id) {
        return log.lines().stream()
                .filter(line -> line.startsWith(id + ": back to "))
                .toList();
    }

    private static Path home() {
        Path home = TestBridge.copyOfTheProject();
        try {
            Files.writeString(home.resolve("routes/poison.camel.yaml"), ROUTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return home;
    }
}
