package dev.livebridge.conversation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcUtils;

/**
 * Has an H2 write to its file before a commit returns: once for all commits that wait for it. By itself H2 writes either
 * some time later, or ({@code WRITE_DELAY=0}) for each commit one after the other, and each time the same pages again.
 */
final class GroupCommit extends DelegatingDataSource implements AutoCloseable {
    private static final Set<String> STATEMENTS = Set.of("prepareStatement", "createStatement");

    private final DataSource direct;
    private Connection writer;
    private Round gathering = new Round();
    private boolean writing;

    /** A write, and those that wait for it. */
    private static final class Round {
        private boolean done;
        private SQLException failure;
    }

    /**
     * @param pool   where connections come from
     * @param direct the same database without the pool, whose connections may all wait for a write
     */
    GroupCommit(DataSource pool, DataSource direct) {
        super(pool);
        this.direct = direct;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        return proxy(Connection.class, connection, (method, arguments, result) -> {
            if (method.getName().equals("commit")) {
                awaitWrite();
            }
            boolean mayChange =
                    STATEMENTS.contains(method.getName()) && !(arguments != null && isQuery((String) arguments[0]));
            return mayChange ? changing(connection, (Statement) result) : result;
        });
    }

    private static boolean isQuery(String sql) {
        return sql.stripLeading().toLowerCase(Locale.ROOT).startsWith("select");
    }

    private Statement changing(Connection connection, Statement statement) {
        Class<? extends Statement> type =
                statement instanceof PreparedStatement ? PreparedStatement.class : Statement.class;
        return proxy(type, statement, (method, arguments, result) -> {
            if (method.getName().startsWith("execute") && connection.getAutoCommit()) {
                awaitWrite();
            }
            return result;
        });
    }

    private interface After {
        Object call(Method method, Object[] arguments, Object result) throws SQLException;
    }

    private static <T> T proxy(Class<T> type, Object target, After after) {
        return type.cast(Proxy.newProxyInstance(
                GroupCommit.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        return after.call(method, arguments, method.invoke(target, arguments));
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    /** Returns when a write has ended that began after this was called. */
    private void awaitWrite() throws SQLException {
        Round mine;
        boolean mayWrite;
        synchronized (this) {
            mine = gathering;
            while (writing && !mine.done) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new SQLException("interrupted before the store was written", e);
                }
            }
            mayWrite = !mine.done;
            if (mayWrite) {
                writing = true;
                gathering = new Round();
            }
        }
        if (mayWrite) {
            write(mine);
        }
        if (mine.failure != null) {
            throw new SQLException(
                    mine.failure.getMessage(), mine.failure.getSQLState(), mine.failure.getErrorCode(), mine.failure);
        }
    }

    private void write(Round round) {
        try {
            if (writer == null) {
                writer = direct.getConnection();
            }
            try (Statement statement = writer.createStatement()) {
                statement.execute("checkpoint");
            }
        } catch (SQLException e) {
            round.failure = e;
            closeWriter();
        } catch (RuntimeException e) {
            round.failure = new SQLException(e);
            closeWriter();
        } finally {
            synchronized (this) {
                round.done = true;
                writing = false;
                notifyAll();
            }
        }
    }

    private void closeWriter() {
        JdbcUtils.closeConnection(writer);
        writer = null;
    }

    /** When nobody commits any more. */
    @Override
    public void close() {
        closeWriter();
    }
}
