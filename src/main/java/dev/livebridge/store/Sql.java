package dev.livebridge.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Statements on one connection, each prepared once: SQLite takes longer to prepare a statement than to execute it, and Spring's
 * JdbcClient would prepare it for each message. Times are stored in milliseconds since the epoch.
 */
public final class Sql implements AutoCloseable {
    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    Sql(Connection connection) {
        this.connection = connection;
    }

    /** Makes a value of a row. */
    @FunctionalInterface
    public interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    /**
     * Executes an insert, update or delete.
     *
     * @param values in the order of their question marks: String, Long, Integer, Boolean, Instant or null
     * @return how many rows it changed
     */
    public int update(String statement, Object... values) throws SQLException {
        return prepared(statement, values).executeUpdate();
    }

    /** Executes the same statement for each of these values, in one round trip where the database can. */
    public void updateEach(String statement, List<Object[]> values) throws SQLException {
        if (values.isEmpty()) {
            return;
        }
        for (Object[] each : values) {
            prepared(statement, each).addBatch();
        }
        prepared(statement).executeBatch();
    }

    /** All rows of a query. */
    public <T> List<T> list(String query, Row<T> row, Object... values) throws SQLException {
        List<T> rows = new ArrayList<>();
        try (ResultSet found = prepared(query, values).executeQuery()) {
            while (found.next()) {
                rows.add(row.read(found));
            }
        }
        return rows;
    }

    /** The first row of a query. */
    public <T> Optional<T> first(String query, Row<T> row, Object... values) throws SQLException {
        return list(query, row, values).stream().findFirst();
    }

    /** Whether a query finds a row. */
    public boolean exists(String query, Object... values) throws SQLException {
        try (ResultSet found = prepared(query, values).executeQuery()) {
            return found.next();
        }
    }

    /** So many question marks in brackets, for an {@code in}. */
    public static String list(int size) {
        return "(" + String.join(", ", Collections.nCopies(size, "?")) + ")";
    }

    /** A column that may hold a time. */
    public static Instant instant(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    private PreparedStatement prepared(String statement, Object... values) throws SQLException {
        PreparedStatement prepared = statements.get(statement);
        if (prepared == null) {
            prepared = connection.prepareStatement(statement);
            statements.put(statement, prepared);
        }
        for (int i = 0; i < values.length; i++) {
            set(prepared, i + 1, values[i]);
        }
        return prepared;
    }

    private static void set(PreparedStatement statement, int index, Object value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.NULL);
        } else if (value instanceof String text) {
            statement.setString(index, text);
        } else if (value instanceof Long number) {
            statement.setLong(index, number);
        } else if (value instanceof Integer number) {
            statement.setInt(index, number);
        } else if (value instanceof Boolean flag) {
            statement.setBoolean(index, flag);
        } else if (value instanceof Instant instant) {
            statement.setLong(index, instant.toEpochMilli());
        } else {
            throw new IllegalArgumentException("a " + value.getClass() + " in a statement");
        }
    }

    @Override
    public void close() throws SQLException {
        for (PreparedStatement statement : statements.values()) {
            statement.close();
        }
    }
}
