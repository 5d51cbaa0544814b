package dev.livebridge.bench;

/** How long a message takes from its sender to the call, while there is little to do and Live is well. */
final class FixedRate {
    private final Options options;
    private final Surroundings surroundings;
    private final Table table = new Table("contender", "p50 ms", "p99 ms", "max ms", "out of order", "sent twice");

    FixedRate(Options options, Surroundings surroundings) {
        this.options = options;
        this.surroundings = surroundings;
    }

    void measure(Contender contender) throws Exception {
        Arrivals work = surroundings.work((int) options.duration().toSeconds() * options.rate());
        long[] sentAt = surroundings.producer().send(work, options.rate());
        surroundings.finish(work);
        long[] delays = work.delays(sentAt, message -> true);
        table.row(
                contender.title(),
                Figures.shown(Figures.percentile(delays, 50)),
                Figures.shown(Figures.percentile(delays, 99)),
                Figures.shown(Figures.percentile(delays, 100)),
                "" + work.outOfOrder(conversation -> true),
                "" + work.repeated());
        Benchmark.say("  %d msg/s: p99 %s ms", options.rate(), Figures.shown(Figures.percentile(delays, 99)));
    }

    String report() {
        return "### Latency at %d messages per second\n\n".formatted(options.rate())
                + "From the moment a message is due to be sent to its call, Live at 0 ms, for %d s.\n\n"
                        .formatted(options.duration().toSeconds())
                + table + "\n";
    }
}
