package dev.livebridge.bench;

import java.time.Duration;

/** What a contender takes of the machine while it works on a queue that is much too full. */
final class Backlog {
    private static final Duration LOOKED_AT = Duration.ofSeconds(60);
    /** In milliseconds, of Live: as it is in life. */
    private static final int LATENCY = 20;
    /** Lasts for as long as it is looked at. */
    private static final int FEW = 30_000;

    private final Options options;
    private final Surroundings surroundings;
    private final Table table =
            new Table("contender", "messages", "sent meanwhile", "RSS MB, most", "threads, most", "open files, most");

    Backlog(Options options, Surroundings surroundings) {
        this.options = options;
        this.surroundings = surroundings;
    }

    void measure(Contender contender) throws Exception {
        for (int messages : new int[] {FEW, options.backlog()}) {
            try (Running running = surroundings.start(contender)) {
                surroundings.warmUp(running);
                surroundings.live().setLatency(LATENCY);
                Arrivals work = surroundings.work(messages);
                surroundings.preload(work);
                surroundings.release();
                int rss = 0;
                int threads = 0;
                int files = 0;
                long end = System.nanoTime() + LOOKED_AT.toNanos();
                while (System.nanoTime() < end) {
                    rss = Math.max(rss, running.rssMegabytes());
                    threads = Math.max(threads, running.threads());
                    files = Math.max(files, running.openFiles());
                    Thread.sleep(500);
                }
                surroundings.live().check();
                table.row(
                        contender.title(),
                        "%,d".formatted(messages),
                        "%,d".formatted(messages - work.missing()),
                        "" + rss,
                        "" + threads,
                        "" + files);
                Benchmark.say("  %,d messages: RSS %d MB", messages, rss);
            }
        }
    }

    String report() {
        return "### A backlog\n\nFor %d s, Live takes %d ms.\n\n".formatted(LOOKED_AT.toSeconds(), LATENCY)
                + table
                + "\n";
    }
}
