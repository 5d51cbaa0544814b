package dev.livebridge.bench;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What becomes of the others while Live refuses the calls of some conversations, and of these afterwards. */
final class Hold {
    private static final Duration AT_FIRST = Duration.ofSeconds(10);

    private final Options options;
    private final Surroundings surroundings;
    private final Set<Integer> failing;
    private final Table others = new Table(
            "contender",
            "p50 ms",
            "p99 ms",
            "max ms",
            "later p50",
            "later p99",
            "later max",
            "missing",
            "out of order");
    private final Table failed = new Table(
            "contender", "503 answers", "all there after s", "dead letters", "missing", "out of order", "sent twice");

    Hold(Options options, Surroundings surroundings) {
        this.options = options;
        this.surroundings = surroundings;
        List<Integer> conversations =
                IntStream.range(0, options.conversations()).boxed().collect(Collectors.toList());
        // any, but the same ones in each run: at even distances, all could fall to one consumer
        Collections.shuffle(conversations, new Random(2024));
        failing = Set.copyOf(conversations.subList(0, options.failing()));
    }

    void measure(Contender contender) throws Exception {
        Arrivals work = surroundings.work((int) options.holdDuration().toSeconds() * options.rate());
        surroundings
                .live()
                .setFailing(failing.stream().map(Arrivals::conversation).collect(Collectors.toSet()));
        long[] sentAt = surroundings.producer().send(work, options.rate());
        surroundings.live().setFailing(Set.of());
        long mended = System.nanoTime();
        surroundings.awaitArrival(work);
        IntPredicate isFailing = failing::contains;
        IntPredicate ofFailing = message -> isFailing.test(work.conversationOf(message));
        long[] delays = work.delays(sentAt, ofFailing.negate());
        long[] later = work.delays(
                sentAt, ofFailing.negate().and(message -> sentAt[message] - sentAt[0] >= AT_FIRST.toNanos()));
        others.row(
                contender.title(),
                Figures.shown(Figures.percentile(delays, 50)),
                Figures.shown(Figures.percentile(delays, 99)),
                Figures.shown(Figures.percentile(delays, 100)),
                Figures.shown(Figures.percentile(later, 50)),
                Figures.shown(Figures.percentile(later, 99)),
                Figures.shown(Figures.percentile(later, 100)),
                "" + work.missing(ofFailing.negate()),
                "" + work.outOfOrder(isFailing.negate()));
        failed.row(
                contender.title(),
                "" + work.refused(),
                Figures.shown((work.last() - mended) / 1e9),
                "" + surroundings.queues().messages(Queues.DEADLETTERS),
                "" + work.missing(ofFailing),
                "" + work.outOfOrder(isFailing),
                "" + work.repeated());
        Benchmark.say(
                "  the others: p99 %s ms, after %d s %s ms",
                Figures.shown(Figures.percentile(delays, 99)),
                AT_FIRST.toSeconds(),
                Figures.shown(Figures.percentile(later, 99)));
    }

    String report() {
        return "### %d of %d conversations fail\n\n".formatted(options.failing(), options.conversations())
                + "%d messages per second for %d s, in which Live answers 503 to the calls of the failing ones. The others (\"later\" are those sent after the first %d s):\n\n"
                        .formatted(options.rate(), options.holdDuration().toSeconds(), AT_FIRST.toSeconds())
                + others
                + "\nThe failing ones, from when Live is well again (missing: not there %d s later):\n\n"
                        .formatted(Surroundings.PATIENCE.toSeconds())
                + failed + "\n";
    }
}
