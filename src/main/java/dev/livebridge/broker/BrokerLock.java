package dev.livebridge.broker;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps bridges apart that have stores of their own: the conversations that one of them knows, the other does not. Of one broker's
 * queue of messages, either one bridge with an embedded store reads, or any number that share a PostgreSQL. It rests on client
 * ids, of which JMS has the broker give each to one connection at a time.
 *
 * <p>A bridge that finds another at its start must not start. One that has lost its connection, and finds that another has come
 * meanwhile, consumes no more and says so.
 */
public final class BrokerLock implements Gate, AutoCloseable {
    private enum LockState {
        WAITING,
        HELD,
        LOST
    }

    /** What a look at the broker shows. */
    private enum Sighting {
        OURS,
        ANOTHERS,
        /** The broker is away. */
        UNKNOWN,
        /** The broker will never tell. */
        UNKNOWABLE
    }

    /**
     * How long is waited.
     *
     * @param retry    from one look to the next, while it is not held
     * @param check    the same, while it is held
     * @param patience before another bridge counts that was there first: a bridge that was killed just now may be gone in a moment
     * @param doubt    before another bridge counts that came later
     */
    record Times(Duration retry, Duration check, Duration patience, Duration doubt) {
        /** A sibling that looks while it loses the network leaves its client id with the broker for a minute. */
        static Times of(boolean embedded) {
            return new Times(
                    Duration.ofMillis(500),
                    Duration.ofSeconds(embedded ? 2 : 5),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(embedded ? 10 : 90));
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(BrokerLock.class);
    private static final long ADMISSION_MILLIS = 2_000;
    private static final long CLOSE_MILLIS = 2_000;

    private final Supplier<Claim> claims;
    private final boolean embedded;
    private final String another;
    private final Times times;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Set<Connection> consuming = Collections.newSetFromMap(new WeakHashMap<>());
    private Thread keeper = new Thread("none yet");
    private LockState state = LockState.WAITING;
    private String reason = "it is not known yet whether another bridge is there";

    /**
     * Touches nothing yet.
     *
     * @param factory  of connections that do not reconnect by themselves: they would hold a client id without asking for it
     * @param queue    {@code live.queues.messages}
     * @param embedded whether this bridge has an embedded store
     */
    public BrokerLock(Supplier<ConnectionFactory> factory, String queue, boolean embedded) {
        this(factory, queue, embedded, Times.of(embedded));
    }

    BrokerLock(Supplier<ConnectionFactory> factory, String queue, boolean embedded, Times times) {
        String sole = "live-bridge-embedded:" + queue;
        String any = "live-bridge:" + queue;
        this.claims =
                () -> embedded ? new SoleClaim(factory.get(), sole, any) : new SharedClaim(factory.get(), sole, any);
        this.embedded = embedded;
        this.another = "another bridge reads " + queue + " from this broker, and does not share this one's store:"
                + " give both the same PostgreSQL (live.store.url), or run one instance";
        this.times = times;
    }

    /**
     * Takes it, and holds it until it is closed. A broker that is away is waited for in the background.
     *
     * @param lost what to do when another bridge turns out to have it later; it is told why, in one line
     * @throws NotAloneException where another bridge has it
     */
    public void open(Consumer<String> lost) throws NotAloneException {
        Claim claim = claims.get();
        long began = System.nanoTime();
        Sighting found = look(claim, false);
        while (found == Sighting.ANOTHERS) {
            if (hasPassed(times.patience(), began) || pause(times.retry())) {
                claim.close();
                throw new NotAloneException(another);
            }
            found = look(claim, false);
        }
        Sighting first = found;
        keeper = new Thread(() -> keep(claim, first, lost), "broker-lock");
        keeper.setDaemon(true);
        keeper.start();
    }

    /** Looks again and again, until it is closed, or another bridge has it. */
    private void keep(Claim claim, Sighting first, Consumer<String> lost) {
        try (claim) {
            Sighting found = first;
            boolean everHeld = found == Sighting.OURS;
            long since = System.nanoTime();
            while (found != Sighting.UNKNOWABLE && !pause(found == Sighting.OURS ? times.check() : times.retry())) {
                Sighting now = look(claim, everHeld);
                if (now != found) {
                    found = now;
                    since = System.nanoTime();
                }
                everHeld |= found == Sighting.OURS;
                if (found == Sighting.ANOTHERS && hasPassed(everHeld ? times.doubt() : times.patience(), since)) {
                    become(LockState.LOST, another);
                    lost.accept(another);
                    return;
                }
            }
        }
    }

    private Sighting look(Claim claim, boolean everHeld) {
        try {
            if (claim.isGranted()) {
                become(LockState.HELD, "");
                return Sighting.OURS;
            }
            // a bridge on a PostgreSQL goes on while it is in doubt
            if (embedded || !everHeld) {
                become(LockState.WAITING, another);
                closeConsuming();
            }
            return Sighting.ANOTHERS;
        } catch (ClientIdsRefusedException e) {
            LOG.warn(
                    "whether another bridge reads the same queues can't be seen, as this user may set no client id: {}",
                    e.getMessage());
            become(LockState.HELD, "");
            return Sighting.UNKNOWABLE;
        } catch (JMSException | RuntimeException e) {
            if (embedded || !everHeld) {
                become(LockState.WAITING, String.valueOf(e.getMessage()));
            }
            return Sighting.UNKNOWN;
        }
    }

    private static boolean hasPassed(Duration time, long began) {
        return System.nanoTime() - began >= time.toNanos();
    }

    /** Whether it is to stop. */
    private boolean pause(Duration time) {
        try {
            return stopping.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private synchronized void become(LockState next, String why) {
        if (state != LockState.LOST) {
            state = next;
            reason = why;
            notifyAll();
        }
    }

    /** Apart, as a close may wait for the broker. */
    private synchronized void closeConsuming() {
        if (consuming.isEmpty()) {
            return;
        }
        List<Connection> all = new ArrayList<>(consuming);
        consuming.clear();
        Thread closing = new Thread(
                () -> all.forEach(connection -> {
                    try {
                        connection.close();
                    } catch (JMSException | RuntimeException e) {
                        LOG.debug("closed already", e);
                    }
                }),
                "broker-lock-close");
        closing.setDaemon(true);
        closing.start();
    }

    @Override
    public void admit(Connection connection) throws JMSException {
        boolean open = awaitOpen(ADMISSION_MILLIS);
        synchronized (this) {
            if (!open || state != LockState.HELD) {
                throw new JMSException(reason);
            }
            consuming.add(connection);
        }
    }

    @Override
    public synchronized boolean awaitOpen(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            while (state != LockState.HELD) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Lets it go: another bridge may start at once. */
    @Override
    public void close() throws InterruptedException {
        stopping.countDown();
        keeper.join(CLOSE_MILLIS);
    }
}
