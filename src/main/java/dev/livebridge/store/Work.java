package dev.livebridge.store;

import java.sql.SQLException;

/** What is done with the store in one transaction. It may be done twice: then the first time was rolled back. */
@FunctionalInterface
public interface Work<T> {
    T with(Sql sql) throws SQLException;
}
