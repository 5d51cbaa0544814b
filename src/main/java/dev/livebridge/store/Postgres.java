package dev.livebridge.store;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.UncategorizedDataAccessException;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;

/** The PostgreSQL of {@code live.store.url}. */
final class Postgres implements Dialect {
    private static final SQLExceptionTranslator BY_STATE = new SQLStateSQLExceptionTranslator();

    private final String url;
    private final String username;
    private final String password;

    Postgres(String url, String username, String password) {
        this.url = url;
        this.username = username;
        this.password = password;
    }

    @Override
    public void configure(HikariDataSource pool) {
        pool.setJdbcUrl(url);
        pool.setUsername(username);
        pool.setPassword(password);
        // seconds, as text: the driver reads no numbers. A database that falls silent counts as away, too
        // what live.store.url says wins
        pool.addDataSourceProperty("connectTimeout", "5");
        pool.addDataSourceProperty("socketTimeout", "10");
        pool.addDataSourceProperty("tcpKeepAlive", "true");
    }

    @Override
    public void restrictToReads(HikariDataSource pool) {
        pool.setReadOnly(true);
        // each statement is a transaction of its own here
        pool.addDataSourceProperty("readOnlyMode", "always");
    }

    @Override
    public DataAccessException translate(SQLException failure) {
        SQLException root = Causes.root(failure);
        String message = withoutUser(root.getMessage().replaceAll("\\s*\\R\\s*", " "));
        SQLException plain = new SQLException(message, root.getSQLState(), root.getErrorCode());
        if (failure instanceof SQLTransientConnectionException || root.getSQLState() == null) {
            return new DataAccessResourceFailureException(message, plain);
        }
        DataAccessException translated = BY_STATE.translate("store", null, plain);
        return translated == null || translated instanceof UncategorizedDataAccessException
                ? new DataAccessResourceFailureException(message, plain)
                : translated;
    }

    private String withoutUser(String message) {
        return username == null || username.isEmpty() ? message : message.replace("\"" + username + "\"", "…");
    }

    @Override
    public boolean isBeyondRepair(SQLException failure) {
        return false;
    }

    @Override
    public String toString() {
        return url;
    }
}
