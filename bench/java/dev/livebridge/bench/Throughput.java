package dev.livebridge.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** How many messages a second a contender brings to Live from a full queue. */
final class Throughput {
    private record Measurement(
            int round,
            int latency,
            Contender contender,
            double perSecond,
            double cpuSeconds,
            int rssMegabytes,
            int outOfOrder,
            int repeated) {}

    private final Options options;
    private final Surroundings surroundings;
    private final List<Measurement> measurements = new ArrayList<>();

    Throughput(Options options, Surroundings surroundings) {
        this.options = options;
        this.surroundings = surroundings;
    }

    /** Measures once for each latency. */
    void measure(int round, Contender contender, Running running) throws Exception {
        for (int latency : options.latencies()) {
            surroundings.live().setLatency(latency);
            Arrivals work = surroundings.work(messages(latency));
            surroundings.preload(work);
            double before = running.cpuSeconds();
            surroundings.release();
            surroundings.finish(work);
            measurements.add(new Measurement(
                    round,
                    latency,
                    contender,
                    work.perSecond(),
                    running.cpuSeconds() - before,
                    running.rssMegabytes(),
                    work.outOfOrder(conversation -> true),
                    work.repeated()));
            Benchmark.say("  Live at %d ms: %s msg/s", latency, Figures.shown(work.perSecond()));
        }
        surroundings.live().setLatency(0);
    }

    /** Half as many where Live takes its time: it is long enough. */
    private int messages(int latency) {
        return latency == 0 ? options.messages() : options.messages() / 2;
    }

    /** A table for each latency. */
    String report(List<Contender> contenders) {
        StringBuilder report = new StringBuilder();
        for (int latency : options.latencies()) {
            Table table = new Table(
                    "contender",
                    "msg/s",
                    "× hand-written",
                    "slowest to fastest round",
                    "CPU s per 10,000",
                    "RSS MB",
                    "out of order",
                    "sent twice");
            for (Contender contender : contenders) {
                List<Measurement> own = measurements.stream()
                        .filter(one ->
                                one.latency() == latency && one.contender().equals(contender))
                        .toList();
                if (own.isEmpty()) {
                    continue;
                }
                table.row(
                        contender.title(),
                        Figures.shown(median(own, Measurement::perSecond)),
                        Figures.shown(median(own, this::toBaseline)),
                        Figures.shown(extreme(own, true)) + " to " + Figures.shown(extreme(own, false)),
                        Figures.shown(median(own, one -> one.cpuSeconds() * 10_000 / messages(latency))),
                        "%.0f".formatted(median(own, Measurement::rssMegabytes)),
                        "" + own.stream().mapToInt(Measurement::outOfOrder).sum(),
                        "" + own.stream().mapToInt(Measurement::repeated).sum());
            }
            report.append("### Throughput, Live takes %d ms\n\n".formatted(latency))
                    .append("%,d messages of %d conversations a round, %d consumers; the median, rounds: %d.\n\n"
                            .formatted(messages(latency), options.conversations(), options.consumers(), rounds()))
                    .append(table)
                    .append('\n');
        }
        return report.toString();
    }

    private int rounds() {
        return measurements.stream().mapToInt(Measurement::round).max().orElse(0);
    }

    /** Compared with the baseline of the same round, as what else the machine does comes and goes. */
    private double toBaseline(Measurement measurement) {
        return measurements.stream()
                .filter(one -> one.round() == measurement.round()
                        && one.latency() == measurement.latency()
                        && one.contender().name().equals(Contender.BASELINE))
                .mapToDouble(one -> measurement.perSecond() / one.perSecond())
                .findFirst()
                .orElse(Double.NaN);
    }

    private static double median(List<Measurement> all, ToDoubleFunction<Measurement> figure) {
        return Figures.median(all.stream().mapToDouble(figure).toArray());
    }

    private static double extreme(List<Measurement> all, boolean least) {
        double[] speeds =
                all.stream().mapToDouble(Measurement::perSecond).sorted().toArray();
        return speeds[least ? 0 : speeds.length - 1];
    }
}
