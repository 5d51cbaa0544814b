package dev.livebridge.store;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import org.springframework.dao.DataAccessException;

/** What differs between the databases; {@code toString} names the database without a user or a password. */
interface Dialect {
    /** Sets where connections come from. */
    void configure(HikariDataSource pool);

    /** For a process that only looks. */
    void restrictToReads(HikariDataSource pool);

    /** Says what a failure means, in one line: a DataAccessResourceFailureException where the database is away. */
    DataAccessException translate(SQLException failure);

    /** Whether only a restart of the bridge, or a person, can mend it. */
    boolean isBeyondRepair(SQLException failure);
}
