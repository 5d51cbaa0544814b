package dev.livebridge.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nothing is lost, nothing is out of order, nothing that was confirmed is sent again, and what may have been sent twice is
 * marked, while everything around the bridge and the bridge itself fails: one bridge with an embedded store, two with
 * PostgreSQL. The figures are in {@code target/chaos/<store>/report.md}, the logs of all processes beside it; {@link Scale}
 * tells how to run it smaller.
 */
@Tag("chaos")
class ChaosIT {
    private static final Path FOLDER = Path.of("target/chaos");
    /** Of the messages, so many are sent at once at the start: the queue that is full when Live goes away. */
    private static final double AT_ONCE = 0.3;

    private Scale scale = Scale.given();
    private final Instant end = Instant.now().plus(scale.patience());
    private final Ledger ledger = new Ledger();

    static Stream<StoreKind> stores() {
        return Scale.given().stores().stream();
    }

    @ParameterizedTest
    @MethodSource("stores")
    @Timeout(420)
    void keepsItsWordWhateverFails(StoreKind store) throws Exception {
        scale = scale.with(store);
        LiveStub live = LiveStub.unreliable(ledger, scale.seed());
        try (Installation installation = new Installation(
                FOLDER.resolve(store.toString()), store, scale.groupedBy(), ledger, live, scale.dataMegabytes())) {
            installation.startBridges(scale.bridges(), Map.of());
            run(installation);
        }
    }

    private void run(Installation installation) throws Exception {
        List<Conversation> conversations = IntStream.range(0, scale.conversations())
                .mapToObj(Conversation::new)
                .toList();
        // before anything is killed, by a Live that misbehaves already
        installation.queueKnown(conversations);

        Instant chaos = Instant.now();
        Diary diary = new Diary(installation.folder().resolve("diary.log"));
        Faults faults = new Faults(scale, installation, diary);
        List<Future<?>> busy = new ArrayList<>();
        producers(installation.broker(), conversations, faults)
                .forEach(producer -> busy.add(installation.submit(producer)));
        busy.add(installation.submit(faults.killing()));
        busy.add(installation.submit(faults.others()));
        installation.submit(() -> keep(diary, installation));
        boolean inTime = awaitAll(busy, diary);
        Duration stormy = Duration.between(chaos, Instant.now());
        installation.settle(end);
        Duration all = Duration.between(chaos, Instant.now());
        int ends = installation.bridges().stream().mapToInt(BridgeProcess::ends).sum();
        installation.stopBridges();

        Report report = new Report(ledger.judge(), installation.left())
                .with("calls to Live, by its answer", installation.live().answers())
                .with("kill -9 of a bridge", faults.kills())
                .with("ends of a bridge by itself", ends - faults.kills())
                .with("seconds of chaos", stormy.toSeconds())
                .with("seconds until all was delivered", all.toSeconds())
                .with("seed", scale.seed());
        Path file = installation.folder().resolve("report.md");
        Files.writeString(file, report.text(diary));
        System.out.println(installation.kind() + "\n" + report.table() + report.examples());
        assertThat(report.wrong()).as("see %s", file).isEmpty();
        assertThat(inTime)
                .as("all was sent, and all had failed, in time: see %s", installation.folder())
                .isTrue();
        assertThat(faults.kills()).isGreaterThanOrEqualTo(scale.kills());
    }

    private List<Producer> producers(BrokerProcess broker, List<Conversation> conversations, Faults faults) {
        int each = scale.messages() / scale.conversations();
        List<Producer> producers = new ArrayList<>();
        for (int number = 0; number < scale.producers(); number++) {
            int own = number;
            List<Conversation> its = conversations.stream()
                    .filter(conversation -> conversation.number() % scale.producers() == own)
                    .toList();
            boolean grouping = number % 2 == 0 || scale.groupedBy().equals("producer");
            producers.add(new Producer(
                    broker.url(), ledger, its, each, grouping, pace(its.size() * each, faults), scale.seed() + number));
        }
        return producers;
    }

    /** Some at once, the others evenly until the chaos ends. */
    private static IntSupplier pace(int messages, Faults faults) {
        return () -> (int) Math.ceil(messages * (AT_ONCE + (1 - AT_ONCE) * faults.passed()));
    }

    /** Whether they have done all they should, and in time. */
    private boolean awaitAll(List<Future<?>> busy, Diary diary) throws InterruptedException {
        try {
            for (Future<?> part : busy) {
                part.get(Duration.between(Instant.now(), end).toMillis(), TimeUnit.MILLISECONDS);
            }
            return true;
        } catch (TimeoutException e) {
            diary.note("not all was sent, or had failed, in time");
        } catch (ExecutionException e) {
            diary.note(e.toString());
        }
        return false;
    }

    private Void keep(Diary diary, Installation installation) throws InterruptedException {
        await().forever()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofSeconds(10))
                .until(() -> {
                    diary.note(ledger.toString());
                    return installation.isEnded();
                });
        return null;
    }
}
