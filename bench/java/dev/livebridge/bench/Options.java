package dev.livebridge.bench;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * What a run measures: the system properties {@code bench.*}, each with a default.
 *
 * @param scenarios     throughput, rate, hold, outage, reader, backlog
 * @param contenders    their names; empty for all that the machine has
 * @param rounds        how often each contender's throughput is measured, in turn with the others, at most
 * @param messages      of one measurement of throughput
 * @param latencies     how long Live takes for a call, in milliseconds; a table each
 * @param conversations over which all messages spread evenly
 * @param rate          messages per second of the scenarios rate and hold
 * @param duration      how long these send
 * @param failing       of the conversations, how many the scenario hold lets fail
 * @param outageMessages that wait in the scenario outage
 * @param outageDuration how long Live answers 503 in it
 * @param moved         messages that the scenario reader has moved
 * @param backlog       messages that lie there in the scenario backlog
 * @param heap          {@code -Xmx} of each contender
 * @param limit         no round of throughput begins that would end after this
 */
record Options(
        List<String> scenarios,
        List<String> contenders,
        int rounds,
        int messages,
        int warmUp,
        List<Integer> latencies,
        int conversations,
        int consumers,
        int rate,
        Duration duration,
        Duration holdDuration,
        int failing,
        int outageMessages,
        Duration outageDuration,
        int moved,
        int backlog,
        String heap,
        Duration limit) {

    static Options fromSystemProperties() {
        return new Options(
                list("bench.scenario", "throughput,rate"),
                list("bench.contenders", ""),
                Integer.getInteger("bench.rounds", 3),
                Integer.getInteger("bench.messages", 10_000),
                Integer.getInteger("bench.warm-up", 20_000),
                list("bench.latencies", "0,20").stream().map(Integer::valueOf).toList(),
                Integer.getInteger("bench.conversations", 500),
                Integer.getInteger("bench.consumers", 20),
                Integer.getInteger("bench.rate", 200),
                Duration.ofSeconds(Integer.getInteger("bench.rate.seconds", 30)),
                Duration.ofSeconds(Integer.getInteger("bench.hold.seconds", 60)),
                Integer.getInteger("bench.hold.conversations", 20),
                Integer.getInteger("bench.outage.messages", 5_000),
                Duration.ofSeconds(Integer.getInteger("bench.outage.seconds", 30)),
                Integer.getInteger("bench.reader.messages", 20_000),
                Integer.getInteger("bench.backlog.messages", 1_000_000),
                System.getProperty("bench.heap", "256m"),
                Duration.ofMinutes(Integer.getInteger("bench.minutes", 8)));
    }

    boolean runs(String scenario) {
        return scenarios.contains(scenario);
    }

    boolean includes(String contender) {
        return contenders.isEmpty() || contenders.contains(contender);
    }

    private static List<String> list(String key, String standard) {
        return Arrays.stream(System.getProperty(key, standard).split(","))
                .map(String::trim)
                .filter(value -> !value.isEmpty())
                .toList();
    }
}
