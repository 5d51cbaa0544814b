package dev.livebridge.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.support.JdbcUtils;

/**
 * The one thread that writes to the store. It commits together what all consumers ask for at the same time: one write to the
 * disk serves them all. SQLite has one writer at a time anyway. A connection that has failed is replaced by a new one, so that
 * the store works again as soon as it can.
 */
final class Writer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
    /** How many units of work a transaction holds at the most. */
    private static final int BATCH = 256;

    /** Where its connection comes from, and what a failure of it means. */
    interface Database {
        Connection connect() throws SQLException;

        /** Whether other work on the same connection would fail as well. */
        boolean isOutage(SQLException failure);
    }

    private final Database database;
    private final BlockingQueue<Unit<?>> asked = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::run, "store-writer");
    private Connection connection;
    private Sql sql;
    private final AtomicBoolean started = new AtomicBoolean();
    private volatile boolean closed;

    private static final class Unit<T> {
        private final Work<T> work;
        private final CompletableFuture<T> done = new CompletableFuture<>();
        private T result;

        Unit(Work<T> work) {
            this.work = work;
        }

        void work(Sql sql) throws SQLException {
            result = work.with(sql);
        }

        void succeed() {
            done.complete(result);
        }

        void fail(Throwable failure) {
            done.completeExceptionally(failure);
        }
    }

    Writer(Database database) {
        this.database = database;
        thread.setDaemon(true);
    }

    /** Does the work in the next transaction. The future ends when that is committed, or has failed. */
    <T> CompletableFuture<T> write(Work<T> work) {
        if (!started.getAndSet(true)) {
            thread.start();
        }
        Unit<T> unit = new Unit<>(work);
        asked.add(unit);
        if (closed) {
            unit.fail(new SQLException("the store is closed"));
        }
        return unit.done;
    }

    private void run() {
        List<Unit<?>> batch = new ArrayList<>();
        while (!closed) {
            try {
                batch.add(asked.take());
                asked.drainTo(batch, BATCH - 1);
                write(batch);
            } catch (InterruptedException e) {
                LOG.debug("the writer ends");
            } catch (Throwable e) {
                // an Error of one unit must not end the thread that serves all
                LOG.error("the writer of the store failed, and goes on", e);
                disconnect();
                batch.forEach(unit -> unit.fail(e));
            }
            batch.clear();
        }
        asked.forEach(unit -> unit.fail(new SQLException("the store is closed")));
    }

    private void write(List<Unit<?>> batch) {
        try {
            commit(batch);
        } catch (SQLException | RuntimeException e) {
            boolean outage = isOutage(e);
            if (outage) {
                disconnect();
            } else {
                rollback();
            }
            if (outage || batch.size() == 1) {
                batch.forEach(unit -> unit.fail(e));
            } else {
                // the fault of one of them is not that of the others
                batch.forEach(unit -> write(List.of(unit)));
            }
        }
    }

    private boolean isOutage(Exception failure) {
        return connection == null || failure instanceof SQLException e && database.isOutage(e);
    }

    private void commit(List<Unit<?>> batch) throws SQLException {
        if (connection == null) {
            connection = database.connect();
            sql = new Sql(connection);
        }
        for (Unit<?> unit : batch) {
            unit.work(sql);
        }
        connection.commit();
        batch.forEach(Unit::succeed);
    }

    private void rollback() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            disconnect();
        }
    }

    private void disconnect() {
        JdbcUtils.closeConnection(connection);
        connection = null;
    }

    /** What was asked for before is done. */
    @Override
    public void close() {
        if (!started.getAndSet(true)) {
            return;
        }
        try {
            write(sql -> null).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.debug("not all was written", e);
        }
        closed = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        disconnect();
    }
}
