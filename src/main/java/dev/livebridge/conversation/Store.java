package dev.livebridge.conversation;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/**
 * The bridge's small database: an embedded file in {@code live.data-directory}. What it has committed survives the
 * process. It is opened with the first use.
 */
public final class Store implements AutoCloseable {
    private final HikariDataSource dataSource = new HikariDataSource();
    private final Path file;

    public Store(Settings settings) {
        file = Path.of(settings.text("live.data-directory"), "store", "live-bridge")
                .toAbsolutePath();
        // by default H2 writes half a second after the commit
        dataSource.setJdbcUrl("jdbc:h2:file:" + file + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE");
        dataSource.setPoolName("store");
        dataSource.setConnectionTimeout(5_000);
    }

    /**
     * Brings its tables up to date, or makes them.
     *
     * @throws IllegalStateException where it can't be opened, such as when another process has it open
     */
    public void migrate() {
        try {
            Flyway.configure()
                    .dataSource(dataSource)
                    .locations("classpath:dev/livebridge/store")
                    .load()
                    .migrate();
        } catch (RuntimeException e) {
            throw new StartException(
                    "cannot open the store " + file + ": " + rootCause(e).getMessage(), e);
        }
    }

    public DataSource dataSource() {
        return dataSource;
    }

    @Override
    public void close() {
        dataSource.close();
    }

    private static Throwable rootCause(Throwable e) {
        return e.getCause() == null ? e : rootCause(e.getCause());
    }
}
