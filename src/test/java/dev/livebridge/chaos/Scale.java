package dev.livebridge.chaos;

import java.time.Duration;
import java.util.List;

/**
 * How large a run is with each store; each figure is a system property, such as {@code -Dchaos.messages=2000}.
 *
 * @param messages      to send in all, poisonous ones included
 * @param conversations over which they spread evenly
 * @param producers     that send them, each its own conversations; every second one sets JMSXGroupID
 * @param stores        with which to run: {@code -Dchaos.store=embedded}, {@code postgresql} or {@code both}
 * @param dataMegabytes the size of the disk of an embedded store
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
        List<StoreKind> stores,
        int dataMegabytes,
        int bridges,
        int kills,
        Duration killEvery,
        Duration outage,
        Duration patience,
        String groupedBy,
        long seed) {

    static Scale given() {
        return new Scale(
                number("messages", 2_000),
                number("conversations", 500),
                number("producers", 4),
                StoreKind.named(System.getProperty("chaos.store", "both")),
                number("data-megabytes", 256),
                number("bridges", 2),
                number("kills", 6),
                Duration.ofMillis(number("kill-every-ms", 10_000)),
                Duration.ofSeconds(number("outage-seconds", 15)),
                Duration.ofSeconds(number("patience-seconds", 330)),
                System.getProperty("chaos.grouped-by", "bridge"),
                Long.getLong("chaos.seed", System.nanoTime()));
    }

    /** With this store. An embedded one has one bridge, which needs time to come back: nobody works meanwhile. */
    Scale with(StoreKind kind) {
        return kind == StoreKind.EMBEDDED
                ? new Scale(
                        messages,
                        conversations,
                        producers,
                        stores,
                        dataMegabytes,
                        1,
                        Math.max(1, kills / 2),
                        killEvery.multipliedBy(2),
                        outage,
                        patience,
                        groupedBy,
                        seed)
                : this;
    }

    /** As long as bridges are killed, messages are sent. */
    Duration chaos() {
        return killEvery.multipliedBy(kills);
    }

    private static int number(String name, int otherwise) {
        return Integer.getInteger("chaos." + name, otherwise);
    }
}
