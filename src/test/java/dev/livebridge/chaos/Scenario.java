package dev.livebridge.chaos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * A run of a single fault with a Live that is reliable. Its report is {@code target/chaos/<name>/report.md}, the logs of all
 * processes beside it.
 */
final class Scenario implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int DATA_MEGABYTES = 256;
    /** So that each run sends the same messages. */
    private static final long SEED = 1;

    private final Ledger ledger = new Ledger();
    private final String groupedBy;
    private final LiveStub live;
    private final Installation installation;
    private final Diary diary;
    /** The number of the next conversation. */
    private int next;

    /** @param latency of Live */
    Scenario(String name, StoreKind kind, String groupedBy, Duration latency) throws Exception {
        this.groupedBy = groupedBy;
        live = LiveStub.reliable(ledger, latency);
        installation = new Installation(Path.of("target/chaos", name), kind, groupedBy, ledger, live, DATA_MEGABYTES);
        diary = new Diary(installation.folder().resolve("diary.log"));
    }

    void startBridges(int number) throws Exception {
        // what waits does so in its consumer's hands, and is not set aside
        installation.startBridges(number, Map.of("live.hold.after", "1m"));
    }

    /** Sends to conversations that had no message before, so many to each of them. */
    Future<Void> send(int conversations, int each) {
        List<Conversation> fresh = IntStream.iterate(next, number -> number + 1)
                .mapToObj(Conversation::new)
                .filter(conversation -> !conversation.isKnown())
                .limit(conversations)
                .toList();
        next = fresh.get(fresh.size() - 1).number() + 1;
        diary.note(conversations * each + " messages are sent");
        return installation.submit(
                new Producer(installation.broker().url(), ledger, fresh, each, true, () -> Integer.MAX_VALUE, SEED));
    }

    /** What is wrong, once all has come to an end. */
    Map<String, Integer> wrong() throws Exception {
        installation.settle(Instant.now().plus(PATIENCE));
        installation.stopBridges();
        Report report = new Report(ledger.judge(), installation.left())
                .with("calls to Live, by its answer", live.answers())
                .with("live.messages.grouped-by", groupedBy);
        Files.writeString(installation.folder().resolve("report.md"), report.text(diary));
        System.out.println(installation.folder().getFileName() + "\n" + report.table() + report.examples());
        Map<String, Integer> wrong = new HashMap<>(report.wrong());
        if (groupedBy.equals("producer")) {
            // order through a consumer's death is not promised then
            wrong.remove("out of order");
        }
        return wrong;
    }

    void note(String what) {
        diary.note(what);
    }

    Ledger ledger() {
        return ledger;
    }

    LiveStub live() {
        return live;
    }

    Installation installation() {
        return installation;
    }

    @Override
    public void close() {
        installation.close();
    }
}
