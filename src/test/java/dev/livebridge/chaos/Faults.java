package dev.livebridge.chaos;

import static org.awaitility.Awaitility.await;

import dev.livebridge.TcpProxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** What goes wrong while messages are sent: bridges are killed all the time, and all else one after the other. */
final class Faults {
    private static final Duration FULL_DISK = Duration.ofSeconds(10);
    private static final Duration FROZEN_DATABASE = Duration.ofSeconds(15);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);
    /** So long new connections are refused as well. */
    private static final Duration REFUSED = Duration.ofSeconds(4);
    /** Between two faults, at the least. */
    private static final Duration REST = Duration.ofSeconds(2);

    private static final int ALL_AT_ONCE = 5;
    private static final int AS_IT_STARTS = 8;
    private static final Duration LONGEST_START = Duration.ofSeconds(20);

    private final Scale scale;
    private final Random random;
    private final Installation installation;
    private final List<BridgeProcess> bridges;
    private final LiveStub live;
    private final AtomicInteger kills = new AtomicInteger();
    private final AtomicInteger killsTogether = new AtomicInteger();
    private final Diary diary;
    private final Instant start = Instant.now();
    /** Held while bridges are killed, and while a fault is about what they do later. */
    private final Object bridgesLive = new Object();

    Faults(Scale scale, Installation installation, Diary diary) {
        this.scale = scale;
        this.random = new Random(scale.seed());
        this.installation = installation;
        this.bridges = installation.bridges();
        this.live = installation.live();
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
                    last(Duration.ofMillis(500 + random.nextInt(1_500)));
                }
                lastUntil(due);
                synchronized (bridgesLive) {
                    for (BridgeProcess victim : victims) {
                        victim.kill();
                        kills.incrementAndGet();
                    }
                }
                diary.note("kill -9 of "
                        + (victims == bridges ? "all bridges" : "bridge " + bridges.indexOf(victims.get(0))));
            }
            return null;
        };
    }

    /** Waits until they are up; one that starts for very long is not waited for. */
    private static void awaitUp(List<BridgeProcess> bridges) {
        Instant end = Instant.now().plus(LONGEST_START);
        for (BridgeProcess bridge : bridges) {
            await().forever().until(() -> bridge.isUp() || Instant.now().isAfter(end));
        }
    }

    /** How much of the chaos has passed, by the kills and by the time: from 0 to 1. */
    double passed() {
        double kills = (this.kills.get() + 1.0) / scale.kills();
        double time = Duration.between(start, Instant.now()).toMillis()
                / (double) Math.max(1, scale.chaos().toMillis());
        return Math.min(1, Math.min(kills, time));
    }

    /** The outage first, over the messages that were sent at the start; then the others, spread over the rest of the time. */
    Callable<Void> others() {
        return () -> {
            List<Callable<Void>> faults = installation.kind() == StoreKind.POSTGRESQL ? ofTwoBridges() : ofOneBridge();
            Duration interval = scale.chaos().dividedBy(faults.size() + 1);
            Instant due = start;
            for (Callable<Void> fault : faults) {
                due = due.plus(interval);
                last(REST);
                lastUntil(due);
                fault.call();
            }
            return null;
        };
    }

    private List<Callable<Void>> ofOneBridge() {
        List<Callable<Void>> faults = new ArrayList<>(ofAll());
        faults.add(4, this::fillData);
        return faults;
    }

    private List<Callable<Void>> ofTwoBridges() {
        List<Callable<Void>> faults = new ArrayList<>(ofAll());
        faults.add(3, this::cutDatabase);
        faults.add(5, this::killDatabase);
        faults.add(8, this::freezeDatabase);
        faults.add(11, this::killDatabase);
        return faults;
    }

    private List<Callable<Void>> ofAll() {
        return List.of(
                this::outage,
                this::killTogether,
                this::cutBroker,
                this::stopBridge,
                this::killTogether,
                this::killBroker,
                this::cutWhileMessagesWait,
                this::fillSpool,
                this::killTogether,
                this::killBroker);
    }

    /** How often a bridge was killed. */
    int kills() {
        return kills.get() + killsTogether.get();
    }

    private Void outage() throws Exception {
        diary.note("Live is away");
        live.goAway();
        last(scale.outage());
        live.comeBack();
        diary.note("Live is back");
        return null;
    }

    /** What waits is delivered by others meanwhile, or again; and then its own time has come. */
    private Void cutWhileMessagesWait() throws Exception {
        synchronized (bridgesLive) {
            awaitUp(bridges);
            diary.note("Live is away, with a Retry-After");
            live.goAway(RETRY_AFTER);
            last(RETRY_AFTER.dividedBy(2));
            live.comeBack();
            installation.toBroker().cut();
            diary.note("Live is back, and the connections to the broker are cut");
            last(RETRY_AFTER);
        }
        return null;
    }

    private Void stopBridge() throws Exception {
        synchronized (bridgesLive) {
            BridgeProcess bridge = bridges.get(random.nextInt(bridges.size()));
            awaitUp(List.of(bridge));
            diary.note("bridge " + bridges.indexOf(bridge) + " is stopped");
            installation.stopPastTtl(bridge);
            diary.note("bridge " + bridges.indexOf(bridge) + " goes on");
            // it may do what it had under way
            last(REST);
        }
        return null;
    }

    private Void killTogether() throws Exception {
        awaitUp(bridges);
        diary.note("kill -9 of the broker and all bridges");
        installation.killBrokerAndBridges();
        killsTogether.addAndGet(bridges.size());
        diary.note("the broker is back");
        return null;
    }

    private Void killBroker() throws Exception {
        diary.note("kill -9 of the broker");
        installation.broker().kill();
        installation.broker().start();
        diary.note("the broker is back");
        return null;
    }

    private Void cutBroker() throws Exception {
        return cut("the broker", installation.toBroker());
    }

    private Void cutDatabase() throws Exception {
        return cut("the database", installation.toDatabase());
    }

    private Void cut(String whom, TcpProxy proxy) throws Exception {
        diary.note("the connections to " + whom + " are cut");
        proxy.cut();
        last(REST);
        diary.note("the connections to " + whom + " are cut, and new ones refused");
        proxy.acceptAndClose();
        last(REFUSED);
        proxy.pass();
        diary.note("connections to " + whom + " are let through");
        return null;
    }

    private Void killDatabase() throws Exception {
        diary.note("kill -9 of the database");
        installation.database().kill();
        installation.database().start();
        diary.note("the database is back");
        return null;
    }

    private Void freezeDatabase() throws Exception {
        diary.note("the database is stopped");
        installation.database().freeze();
        try {
            last(FROZEN_DATABASE);
        } finally {
            installation.database().goOn();
        }
        diary.note("the database goes on");
        return null;
    }

    private Void fillSpool() throws Exception {
        return fill("spool", installation.spool());
    }

    private Void fillData() throws Exception {
        return fill("store", installation.data());
    }

    private Void fill(String what, SmallDisk disk) throws Exception {
        diary.note("the disk of the " + what + " is full: " + disk);
        disk.fillFor(FULL_DISK);
        diary.note("the disk of the " + what + " has room");
        return null;
    }

    private static void lastUntil(Instant due) {
        last(Duration.between(Instant.now(), due));
    }

    /** What was done lasts for so long: there is nothing else to wait for. */
    static void last(Duration time) {
        await().forever().pollDelay(time.isNegative() ? Duration.ZERO : time).until(() -> true);
    }
}
