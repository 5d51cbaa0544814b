package dev.livebridge.store;

import com.zaxxer.hikari.HikariDataSource;
import dev.livebridge.spool.OwnerOnly;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * The bridge's small database: a SQLite file in {@code live.data-directory}, or the PostgreSQL of {@code live.store.url}, where
 * instances share it. What is committed survives the process, and a loss of power. All writes go through one {@link Writer};
 * reads have connections of their own.
 */
public final class Store implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Store.class);
    /** How many old rows are deleted at a time, and how often in one go. */
    private static final int SLICE = 500;

    private static final int SLICES = 20;
    /** The writer has one, and Flyway takes two. */
    private static final int MIN_CONNECTIONS = 4;

    private static final int CONNECT_MILLIS = 5_000;

    private final HikariDataSource pool = new HikariDataSource();
    private final Dialect dialect;
    private final Path file;
    private final Writer writer;
    private FileChannel lock;
    private volatile String broken;

    /**
     * @param url           {@code live.store.url}, a JDBC address; null for the embedded file
     * @param connections   {@code live.store.connections}, at the most
     * @param dataDirectory {@code live.data-directory}
     */
    public Store(String url, String username, String password, int connections, Path dataDirectory) {
        file = url == null ? dataDirectory.resolve("store/live-bridge.sqlite").toAbsolutePath() : null;
        dialect = url == null ? new Sqlite(file) : new Postgres(url, username, password);
        pool.setPoolName("store");
        pool.setConnectionTimeout(CONNECT_MILLIS);
        pool.setMaximumPoolSize(Math.max(MIN_CONNECTIONS, connections));
        pool.setMinimumIdle(0);
        dialect.configure(pool);
        writer = new Writer(new Writer.Database() {
            @Override
            public Connection connect() throws SQLException {
                Connection connection = pool.getConnection();
                connection.setAutoCommit(false);
                return connection;
            }

            @Override
            public boolean isOutage(SQLException failure) {
                return dialect.translate(failure) instanceof DataAccessResourceFailureException;
            }
        });
    }

    /**
     * Takes the embedded file for this process alone, and brings the tables up to date or makes them.
     *
     * @throws IllegalStateException where it can't be opened, such as when another bridge has it open
     */
    public void open() {
        try {
            if (file != null) {
                OwnerOnly.createFolder(file.getParent());
                OwnerOnly.restrict(file.getParent());
                lock();
                restrictFiles();
            }
            Flyway.configure()
                    .dataSource(dataSource())
                    .locations("classpath:dev/livebridge/store")
                    .placeholders(Map.of("withoutRowid", file == null ? "" : "without rowid"))
                    .load()
                    .migrate();
        } catch (IOException | RuntimeException e) {
            throw new IllegalStateException(
                    "cannot open the store " + this + ": "
                            + NestedExceptionUtils.getMostSpecificCause(e).getMessage(),
                    e);
        }
    }

    /** SQLite gives those beside the file the permissions of the file. */
    private void restrictFiles() throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file);
        }
        try (Stream<Path> files = Files.list(file.getParent())) {
            files.filter(Files::isRegularFile).forEach(OwnerOnly::restrict);
        }
    }

    /** The same for reading alone, beside the bridge that has it open; not to be opened. */
    public Store readOnly() {
        dialect.restrictToReads(pool);
        return this;
    }

    private void lock() throws IOException {
        lock = FileChannel.open(
                file.resolveSibling("live-bridge.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (lock.tryLock() == null) {
            throw new IOException("another bridge has it open");
        }
    }

    /** Whether there is one already. */
    public boolean exists() {
        return file == null || Files.exists(file);
    }

    /** Without a user or a password. */
    @Override
    public String toString() {
        return dialect.toString();
    }

    /** What only a restart of the bridge, or a person, can mend; null where there is nothing of the kind. */
    public String broken() {
        return broken;
    }

    /**
     * Writes, and waits until that is committed.
     *
     * @throws DataAccessException where it was not, or nobody knows
     */
    public <T> T write(Work<T> work) {
        try {
            return writer.write(work).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataAccessResourceFailureException("interrupted while the store was written", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    /** Writes, but waits for nothing: for what may be lost without harm. */
    public void writeLater(Work<?> work) {
        writer.write(work).exceptionally(e -> {
            LOG.debug("not written: {}", e.toString());
            return null;
        });
    }

    /**
     * Deletes old rows, some at a time, so that no other write waits for long.
     *
     * @param key       the columns of the primary key
     * @param condition which rows, with a question mark for each value
     * @return whether none is left; else the rest is for the next time
     */
    public boolean delete(String table, String key, String condition, Object... values) {
        String statement = "delete from %1$s where (%2$s) in (select %2$s from %1$s where %3$s limit %4$d)"
                .formatted(table, key, condition, SLICE);
        for (int slice = 0; slice < SLICES; slice++) {
            if (write(sql -> sql.update(statement, values)) < SLICE) {
                return true;
            }
        }
        return false;
    }

    /**
     * Reads what is committed.
     *
     * @throws DataAccessException where that fails
     */
    public <T> T read(Work<T> work) {
        try (Connection connection = pool.getConnection();
                Sql sql = new Sql(connection)) {
            return work.with(sql);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private RuntimeException failure(Throwable failure) {
        if (failure instanceof SQLException e) {
            if (dialect.isBeyondRepair(e)) {
                broken = e.getMessage();
            }
            return dialect.translate(e);
        }
        if (failure instanceof Error e) {
            throw e;
        }
        return (RuntimeException) failure;
    }

    /** For others' reads and writes: routes of integrators, Flyway, the command line. */
    public DataSource dataSource() {
        return new DelegatingDataSource(pool) {
            @Override
            public Connection getConnection() throws SQLException {
                try {
                    return super.getConnection();
                } catch (SQLException e) {
                    // the pool's own exceptions say little
                    DataAccessException plain = dialect.translate(e);
                    throw new SQLException(plain.getMessage(), e.getSQLState(), e.getErrorCode());
                }
            }
        };
    }

    @Override
    public void close() {
        writer.close();
        pool.close();
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            LOG.debug("the lock of the store ends with the process", e);
        }
    }
}
