package dev.livebridge.store;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;

/** The embedded file. */
final class Sqlite implements Dialect {
    private static final int BUSY_MILLIS = 5_000;
    private static final int PRIMARY_CODE = 0xff;
    /** Of the primary codes: the file is damaged, or is no database. */
    private static final Set<Integer> BEYOND_REPAIR =
            Set.of(SQLiteErrorCode.SQLITE_CORRUPT.code, SQLiteErrorCode.SQLITE_NOTADB.code);

    /** The code for it also says that a full disk has ended a transaction. */
    private static final Pattern WRONG_STATEMENT = Pattern.compile("syntax error|no such|has no column");

    private final Path file;

    Sqlite(Path file) {
        this.file = file;
    }

    @Override
    public void configure(HikariDataSource pool) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        // the disk has a commit when it returns: it survives a loss of power
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(BUSY_MILLIS);
        // else the driver would ask for the last row's id after each statement
        config.setGetGeneratedKeys(false);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        pool.setDataSource(source);
    }

    @Override
    public void restrictToReads(HikariDataSource pool) {
        pool.setConnectionInitSql("pragma query_only = on");
    }

    @Override
    public DataAccessException translate(SQLException failure) {
        SQLException root = Causes.root(failure);
        int code = root.getErrorCode() & PRIMARY_CODE;
        if (code == SQLiteErrorCode.SQLITE_CONSTRAINT.code) {
            return new DuplicateKeyException(root.getMessage(), failure);
        }
        if (code == SQLiteErrorCode.SQLITE_ERROR.code
                && WRONG_STATEMENT.matcher(root.getMessage()).find()) {
            return new InvalidDataAccessResourceUsageException(root.getMessage(), failure);
        }
        return new DataAccessResourceFailureException(root.getMessage(), failure);
    }

    @Override
    public boolean isBeyondRepair(SQLException failure) {
        SQLException root = Causes.root(failure);
        // a new connection finds no table where the file was moved away
        return BEYOND_REPAIR.contains(root.getErrorCode() & PRIMARY_CODE)
                || root.getMessage().contains("no such table");
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
