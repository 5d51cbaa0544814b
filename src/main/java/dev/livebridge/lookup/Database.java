package dev.livebridge.lookup;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;

/** The database that users are looked up in. Nothing is opened before the first question. */
public final class Database {
    /** What the pool takes at the least, in milliseconds. */
    private static final long SHORTEST = 250;

    private Database() {}

    /**
     * Its connections, to be closed in the end.
     *
     * @param url         {@code live.lookup.sql.url}, a JDBC address
     * @param username    null for none
     * @param password    null for none
     * @param connections {@code live.lookup.sql.connections}, at the most
     * @param timeout     {@code live.lookup.sql.timeout}; three quarters of it are waited for one
     */
    public static HikariDataSource of(String url, String username, String password, int connections, Duration timeout) {
        HikariDataSource database = new HikariDataSource();
        database.setPoolName("lookup");
        database.setJdbcUrl(url);
        database.setUsername(username);
        database.setPassword(password);
        database.setReadOnly(true);
        database.setMaximumPoolSize(connections);
        database.setMinimumIdle(0);
        // before the lookup is given up, so that the reason is told
        database.setConnectionTimeout(Math.max(SHORTEST, timeout.toMillis() * 3 / 4));
        // without a database the others of its threads are not to wait for the first
        database.setInitializationFailTimeout(-1);
        if (url.startsWith("jdbc:postgresql:")) {
            // seconds; a database that vanished without a word sets its thread free, too. What stands in the address
            // wins
            long seconds = timeout.toSeconds() + 1;
            database.addDataSourceProperty("connectTimeout", seconds);
            database.addDataSourceProperty("socketTimeout", 2 * seconds);
        }
        return database;
    }
}
