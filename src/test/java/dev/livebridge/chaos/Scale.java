package dev.livebridge.chaos;

import java.time.Duration;

/**
 * How large a run is; each figure is a system property, such as {@code -Dchaos.messages=2000}.
 *
 * @param messages      to send in all, poisonous ones included
 * @param conversations over which they spread evenly
 * @param producers     that send them, each its own conversations; every second one sets JMSXGroupID
 * @param bridges       processes that share broker and database
 * @param kills         of bridges
 * @param killEvery     one of them in the mean
 * @param outage        how long Live refuses everything
 * @param patience      for the whole run; what is not delivered by then is lost
 * @param groupedBy     {@code live.messages.grouped-by}; with {@code producer} all producers set JMSXGroupID
 * @param seed          of all chance
 */
record Scale(
        int messages,
        int conversations,
        int producers,
        int bridges,
        int kills,
        Duration killEvery,
        Duration outage,
        Duration patience,
        String groupedBy,
        long seed) {

    static Scale given() {
        return new Scale(
                number("messages", 20_000),
                number("conversations", 500),
                number("producers", 4),
                number("bridges", 2),
                number("kills", 32),
                Duration.ofMillis(number("kill-every-ms", 7_500)),
                Duration.ofSeconds(number("outage-seconds", 60)),
                Duration.ofSeconds(number("patience-seconds", 450)),
                System.getProperty("chaos.grouped-by", "bridge"),
                Long.getLong("chaos.seed", System.nanoTime()));
    }

    /** As long as bridges are killed, messages are sent. */
    Duration chaos() {
        return killEvery.multipliedBy(kills);
    }

    private static int number(String name, int otherwise) {
        return Integer.getInteger("chaos." + name, otherwise);
    }
}
