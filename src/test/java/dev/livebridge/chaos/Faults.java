package dev.livebridge.chaos;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** What goes wrong while messages are sent: bridges are killed all the time, and all else one after the other. */
final class Faults {
    private static final Duration FULL_DISK = Duration.ofSeconds(10);
    private static final int ALL_AT_ONCE = 5;
    private static final int AS_IT_STARTS = 8;
    private static final Duration LONGEST_START = Duration.ofSeconds(20);

    private final Scale scale;
    private final Random random;
    private final List<BridgeProcess> bridges;
    private final BrokerProcess broker;
    private final DatabaseProcess database;
    private final LiveStub live;
    private final SmallDisk disk;
    private final AtomicInteger kills = new AtomicInteger();
    private final Diary diary;
    private final Instant start = Instant.now();

    Faults(
            Scale scale,
            List<BridgeProcess> bridges,
            BrokerProcess broker,
            DatabaseProcess database,
            LiveStub live,
            SmallDisk disk,
            Diary diary) {
        this.scale = scale;
        this.random = new Random(scale.seed());
        this.bridges = bridges;
        this.broker = broker;
        this.database = database;
        this.live = live;
        this.disk = disk;
        this.diary = diary;
    }

    /**
     * Kills bridges, at random intervals, one by one and now and then all at once: most when they have been up for a while, some
     * as they start.
     */
    Callable<Void> killing() {
        return () -> {
            for (int turn = 1; kills.get() < scale.kills(); turn++) {
                List<BridgeProcess> victims =
                        turn % ALL_AT_ONCE == 0 ? bridges : List.of(bridges.get(random.nextInt(bridges.size())));
                long pause = (long) (scale.killEvery().toMillis() * (0.5 + random.nextDouble()));
                Instant due = Instant.now().plusMillis(pause);
                if (random.nextInt(AS_IT_STARTS) > 0) {
                    awaitUp(victims);
                    // on a slow machine there is little left of the interval
                    Thread.sleep(500 + random.nextInt(1_500));
                }
                Thread.sleep(Math.max(0, Duration.between(Instant.now(), due).toMillis()));
                for (BridgeProcess victim : victims) {
                    victim.kill();
                    kills.incrementAndGet();
                }
                diary.note("kill -9 of "
                        + (victims == bridges ? "all bridges" : "bridge " + bridges.indexOf(victims.get(0))));
            }
            return null;
        };
    }

    private static void awaitUp(List<BridgeProcess> bridges) throws IOException, InterruptedException {
        Instant end = Instant.now().plus(LONGEST_START);
        for (BridgeProcess bridge : bridges) {
            while (!bridge.isUp() && Instant.now().isBefore(end)) {
                Thread.sleep(100);
            }
        }
    }

    /** How much of the chaos has passed, by the kills and by the time: from 0 to 1. */
    double passed() {
        double kills = (this.kills.get() + 1.0) / scale.kills();
        double time = Duration.between(start, Instant.now()).toMillis()
                / (double) Math.max(1, scale.chaos().toMillis());
        return Math.min(1, Math.min(kills, time));
    }

    /** The outage first, over the messages that were sent at the start; then two kills each, and a full disk between. */
    Callable<Void> others() {
        return () -> {
            Duration pause = scale.chaos().minus(scale.outage()).dividedBy(7);
            Thread.sleep(Math.max(0, pause.toMillis()));
            diary.note("Live is away");
            live.away(true);
            Thread.sleep(scale.outage().toMillis());
            live.away(false);
            diary.note("Live is back");
            for (Callable<Void> fault : List.<Callable<Void>>of(
                    this::killBroker, this::killDatabase, this::fillDisk, this::killBroker, this::killDatabase)) {
                Thread.sleep(Math.max(0, pause.toMillis()));
                fault.call();
            }
            return null;
        };
    }

    /** How often a bridge was killed. */
    int kills() {
        return kills.get();
    }

    private Void killBroker() throws Exception {
        diary.note("kill -9 of the broker");
        broker.kill();
        broker.start();
        diary.note("the broker is back");
        return null;
    }

    private Void killDatabase() throws Exception {
        diary.note("kill -9 of the database");
        database.kill();
        database.start();
        diary.note("the database is back");
        return null;
    }

    private Void fillDisk() throws Exception {
        diary.note("the spool's disk is full: " + disk);
        disk.fillFor(FULL_DISK);
        diary.note("the spool's disk has room");
        return null;
    }
}
