package dev.livebridge.conversation;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.api.ErrorCode;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * The bridge's small database: an embedded file in {@code live.data-directory}, or the PostgreSQL of {@code live.store.url},
 * where instances share it. What it has committed survives the process. It is opened with the first use.
 */
public final class Store implements AutoCloseable {
    /** To migrate takes several at once. */
    private static final int MIN_CONNECTIONS = 3;
    /** To the embedded file: they cost nothing, and all that wait for a write have one. */
    private static final int EMBEDDED_CONNECTIONS = 64;

    private final HikariDataSource pool = new HikariDataSource();
    private final DataSource dataSource;
    private final Path file;

    /**
     * @param url           {@code live.store.url}, a JDBC address; null for the embedded file
     * @param connections   {@code live.store.connections}, at the most
     * @param dataDirectory {@code live.data-directory}
     */
    public Store(String url, String username, String password, int connections, Path dataDirectory) {
        file = url == null ? dataDirectory.resolve("store/live-bridge").toAbsolutePath() : null;
        pool.setPoolName("store");
        pool.setConnectionTimeout(5_000);
        if (file == null) {
            pool.setJdbcUrl(url);
            pool.setUsername(username);
            pool.setPassword(password);
            pool.setMaximumPoolSize(Math.max(MIN_CONNECTIONS, connections));
            dataSource = pool;
        } else {
            // by default it remembers 8 statements a connection, fewer than there are, and of each the rows that it
            // found last, which nobody asks for again. What nobody waits for is written after the delay; ten times in
            // it H2 cleans its file up, and everybody waits
            pool.setJdbcUrl(
                    "jdbc:h2:file:" + file + ";WRITE_DELAY=10000;QUERY_CACHE_SIZE=64;OPTIMIZE_REUSE_RESULTS=FALSE"
                            + ";DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0");
            pool.setMaximumPoolSize(EMBEDDED_CONNECTIONS);
            pool.setMinimumIdle(0);
            dataSource = new GroupCommit(pool, new DriverManagerDataSource(pool.getJdbcUrl()));
        }
        if (url != null && url.startsWith("jdbc:postgresql:")) {
            // seconds; a database that vanished without a word is away too. What stands in the address wins
            pool.addDataSourceProperty("connectTimeout", 5);
            pool.addDataSourceProperty("socketTimeout", 30);
            pool.addDataSourceProperty("tcpKeepAlive", true);
        }
    }

    /**
     * Brings its tables up to date, or makes them.
     *
     * @throws IllegalStateException where it can't be opened, such as when another process has it open
     */
    public void migrate() {
        try {
            Flyway.configure()
                    .dataSource(dataSource())
                    .locations("classpath:dev/livebridge/store")
                    .load()
                    .migrate();
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "cannot open the store " + this + ": " + rootCause(e).getMessage(), e);
        }
    }

    /** Whether there is one already. */
    public boolean exists() {
        return file == null || Files.exists(Path.of(file + ".mv.db"));
    }

    /** Whether this failure says that another process has it open. */
    public static boolean isInUse(SQLException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return file == null ? pool.getJdbcUrl() : file.toString();
    }

    /** Says of a connection that it can't make what the database or the driver says, on one line and without the user. */
    public DataSource dataSource() {
        return plain(dataSource);
    }

    private DataSource plain(DataSource source) {
        return new DelegatingDataSource(source) {
            @Override
            public Connection getConnection() throws SQLException {
                try {
                    return super.getConnection();
                } catch (SQLException e) {
                    throw plain(e);
                }
            }
        };
    }

    /** The pool's own exceptions say little, those that they were caused by name the user. */
    private SQLException plain(SQLException failure) {
        SQLException root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            root = cause instanceof SQLException sql ? sql : root;
        }
        String reason = root.getMessage().replaceAll("\\s*\\R\\s*", " ");
        String user = pool.getUsername();
        return new SQLException(
                user == null || user.isEmpty() ? reason : reason.replace("\"" + user + "\"", "…"),
                root.getSQLState(),
                root.getErrorCode());
    }

    /** The same, for what may be lost with the process: what it commits is in the file with the next commit there. */
    public DataSource relaxedDataSource() {
        return plain(pool);
    }

    @Override
    public void close() {
        if (dataSource instanceof GroupCommit embedded) {
            embedded.close();
        }
        pool.close();
    }

    private static Throwable rootCause(Throwable e) {
        return e.getCause() == null ? e : rootCause(e.getCause());
    }
}
