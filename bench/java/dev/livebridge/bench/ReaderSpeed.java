package dev.livebridge.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How many messages a second the bridge's reader moves from live.messages to the grouped queue. */
final class ReaderSpeed {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final Options options;
    private final Surroundings surroundings;
    private final List<Double> one = new ArrayList<>();
    private final List<Double> several = new ArrayList<>();

    ReaderSpeed(Options options, Surroundings surroundings) {
        this.options = options;
        this.surroundings = surroundings;
    }

    /** The two in turn, so many rounds. */
    void measure() throws Exception {
        for (int round = 1; round <= options.rounds(); round++) {
            several.add(measure(Contender.reader(100, options)));
            one.add(measure(Contender.reader(1, options)));
        }
    }

    /** The grouped queue delivers nothing, so that the consumers don't take the cores from the reader. */
    private double measure(Contender contender) throws Exception {
        Benchmark.say("%s", contender.title());
        Queues queues = surroundings.queues();
        try (Running running = surroundings.start(contender)) {
            surroundings.warmUp(running);
            queues.pause(Queues.GROUPED);
            Arrivals work = surroundings.work(options.moved());
            surroundings.preload(work);
            long start = System.nanoTime();
            surroundings.release();
            Queues.await(PATIENCE, "live.messages is empty", () -> queues.messages(Queues.MESSAGES) == 0);
            double perSecond = work.messages() * 1e9 / (System.nanoTime() - start);
            if (queues.messages(Queues.GROUPED) != work.messages()) {
                throw new IllegalStateException("of %d messages %d are on %s: this version of the bridge has no reader"
                        .formatted(work.messages(), queues.messages(Queues.GROUPED), Queues.GROUPED));
            }
            Benchmark.say("  %s msg/s", Figures.shown(perSecond));
            return perSecond;
        }
    }

    String report() {
        double[] speeds = several.stream().mapToDouble(Double::doubleValue).toArray();
        double[] single = one.stream().mapToDouble(Double::doubleValue).toArray();
        double[] ratios = new double[Math.min(speeds.length, single.length)];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = speeds[i] / single[i];
        }
        Table table = new Table("messages per transaction", "moved/s", "× one per transaction");
        table.row("up to 100", Figures.shown(Figures.median(speeds)), Figures.shown(Figures.median(ratios)));
        table.row("1", Figures.shown(Figures.median(single)), "1.00");
        return "### The reader\n\n"
                + "%,d messages from live.messages to live.messages.grouped, which delivers none meanwhile; the median, rounds: %d.\n\n"
                        .formatted(options.moved(), options.rounds())
                + table + "\n";
    }
}
