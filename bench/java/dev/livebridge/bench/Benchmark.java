package dev.livebridge.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;

/** Measures the contenders against each other, and writes target/bench/report.md. bench/README.md says what and how. */
public final class Benchmark {
    private static final Path FOLDER = Path.of("target/bench");

    private final Options options;
    private final Surroundings surroundings;
    private final Set<String> notes = new TreeSet<>();
    private final StringBuilder report = new StringBuilder();

    private Benchmark(Options options, Surroundings surroundings) {
        this.options = options;
        this.surroundings = surroundings;
    }

    public static void main(String[] args) throws Exception {
        Options options = Options.fromSystemProperties();
        String load = load();
        long start = System.nanoTime();
        String report;
        try (Surroundings surroundings = new Surroundings(options, FOLDER)) {
            report = new Benchmark(options, surroundings).run();
        }
        String machine =
                "%s, %d cores, Linux %s, Java %s, -Xmx%s each; the run took %d s, load average before it %s.\n\n"
                        .formatted(
                                System.getProperty("os.arch"),
                                Runtime.getRuntime().availableProcessors(),
                                System.getProperty("os.version"),
                                System.getProperty("java.version"),
                                options.heap(),
                                (System.nanoTime() - start) / 1_000_000_000,
                                load);
        Files.writeString(FOLDER.resolve("report.md"), machine + report);
        say("%n%s%s", machine, report);
    }

    static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }

    private static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }

    private String run() throws Exception {
        List<Contender> contenders = Contender.all(options);
        burnIn();
        if (options.runs("throughput") || options.runs("rate")) {
            inTurn(contenders);
        }
        if (options.runs("hold")) {
            hold(contenders);
        }
        if (options.runs("outage")) {
            outage(contenders);
        }
        if (options.runs("backlog")) {
            backlog(contenders);
        }
        if (options.runs("reader")) {
            ReaderSpeed reader = new ReaderSpeed(options, surroundings);
            attempt(Contender.reader(100, options), reader::measure);
            report.append(reader.report());
        }
        notes.forEach(note -> report.append("- ").append(note).append('\n'));
        return report.toString();
    }

    /** For the broker and the stub, which would else be slow for the contender that comes first. */
    private void burnIn() throws Exception {
        say("the broker and the stub warm up");
        try (Running running = surroundings.start(Contender.baseline(options))) {
            surroundings.warmUp(running);
            Arrivals work = surroundings.work(options.messages());
            surroundings.preload(work);
            surroundings.release();
            surroundings.finish(work);
        }
    }

    /**
     * Each round all contenders, each time another first, as long as there is time; latency in the first round, which
     * there always is, after the throughput, with a warm process.
     */
    private void inTurn(List<Contender> contenders) throws Exception {
        Throughput throughput = new Throughput(options, surroundings);
        FixedRate fixedRate = new FixedRate(options, surroundings);
        int rounds = options.runs("throughput") ? options.rounds() : 1;
        long end = System.nanoTime() + options.limit().toNanos();
        long longest = 0;
        for (int round = 1; round <= rounds && System.nanoTime() + longest < end; round++) {
            long start = System.nanoTime();
            List<Contender> order = new ArrayList<>(contenders);
            Collections.rotate(order, 1 - round);
            for (Contender contender : order) {
                int number = round;
                say("round %d of %d: %s", round, rounds, contender.title());
                attempt(contender, () -> {
                    try (Running running = surroundings.start(contender)) {
                        surroundings.warmUp(running);
                        if (options.runs("throughput")) {
                            throughput.measure(number, contender, running);
                        }
                        if (options.runs("rate") && number == 1) {
                            fixedRate.measure(contender);
                        }
                    }
                });
            }
            Duration latency = options.runs("rate") && round == 1
                    ? options.duration().multipliedBy(contenders.size())
                    : Duration.ZERO;
            longest = Math.max(longest, System.nanoTime() - start - latency.toNanos());
        }
        if (options.runs("throughput")) {
            report.append(throughput.report(contenders));
        }
        if (options.runs("rate")) {
            report.append(fixedRate.report());
        }
    }

    private void hold(List<Contender> contenders) throws Exception {
        Hold hold = new Hold(options, surroundings);
        for (Contender contender : contenders) {
            say("hold: %s", contender.title());
            attempt(contender, () -> {
                try (Running running = surroundings.start(contender)) {
                    // the tail is measured here, and after one of them the compiler still takes its part of it
                    surroundings.warmUp(running);
                    surroundings.warmUp(running);
                    hold.measure(contender);
                }
            });
        }
        report.append(hold.report());
    }

    private void outage(List<Contender> contenders) throws Exception {
        Outage outage = new Outage(options, surroundings);
        for (Contender contender : contenders) {
            say("outage: %s", contender.title());
            attempt(contender, () -> {
                try (Running running = surroundings.start(contender)) {
                    surroundings.warmUp(running);
                    outage.measure(contender);
                }
            });
        }
        report.append(outage.report());
    }

    private void backlog(List<Contender> contenders) throws Exception {
        Backlog backlog = new Backlog(options, surroundings);
        for (Contender contender : contenders) {
            say("backlog: %s", contender.title());
            attempt(contender, () -> backlog.measure(contender));
        }
        report.append(backlog.report());
    }

    private interface Step {
        void run() throws Exception;
    }

    /** A contender that fails is noted, and the others go on. */
    private void attempt(Contender contender, Step step) throws Exception {
        try {
            step.run();
        } catch (TimeoutException | IllegalStateException e) {
            notes.add(contender.title() + " failed: " + e.getMessage());
            say("  failed: %s", e.getMessage());
        } finally {
            surroundings.live().setFailing(Set.of());
        }
    }
}
