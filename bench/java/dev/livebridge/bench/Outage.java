package dev.livebridge.bench;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How soon all that waits has arrived once Live, which answered 503 to every call, is well again. */
final class Outage {
    /** In milliseconds, of Live when it is well. */
    private static final int LATENCY = 5;

    private final Options options;
    private final Surroundings surroundings;
    private final Table table = new Table(
            "contender",
            "messages",
            "503 answers",
            "half there after s",
            "99 % after s",
            "all after s",
            "dead letters",
            "missing",
            "out of order",
            "sent twice");

    Outage(Options options, Surroundings surroundings) {
        this.options = options;
        this.surroundings = surroundings;
    }

    void measure(Contender contender) throws Exception {
        Arrivals work = surroundings.work(options.outageMessages());
        surroundings.live().setLatency(LATENCY);
        surroundings
                .live()
                .setFailing(IntStream.range(0, options.conversations())
                        .mapToObj(Arrivals::conversation)
                        .collect(Collectors.toSet()));
        surroundings.preload(work);
        surroundings.release();
        Thread.sleep(options.outageDuration().toMillis());
        surroundings.live().setFailing(Set.of());
        long mended = System.nanoTime();
        surroundings.awaitArrival(work);
        long[] since = new long[work.messages()];
        Arrays.fill(since, mended);
        long[] delays = work.delays(since, message -> true);
        String seconds = seconds(delays, 100);
        table.row(
                contender.title(),
                "%,d".formatted(work.messages()),
                "" + work.refused(),
                seconds(delays, 50),
                seconds(delays, 99),
                seconds,
                "" + surroundings.queues().messages(Queues.DEADLETTERS),
                "" + work.missing(),
                "" + work.outOfOrder(conversation -> true),
                "" + work.repeated());
        Benchmark.say("  all there %s s after the outage", seconds);
    }

    private static String seconds(long[] delays, double percent) {
        return Figures.shown(Figures.percentile(delays, percent) / 1000);
    }

    String report() {
        return "### An outage\n\nFor %d s, Live answers 503 to each call.\n\n"
                        .formatted(options.outageDuration().toSeconds())
                + table
                + "\n";
    }
}
