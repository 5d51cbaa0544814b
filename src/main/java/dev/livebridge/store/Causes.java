package dev.livebridge.store;

import java.sql.SQLException;

/** What stands behind an exception of the connection pool, which says little itself. */
final class Causes {
    private Causes() {}

    /** The innermost exception of the database or its driver. */
    static SQLException root(SQLException failure) {
        SQLException root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            root = cause instanceof SQLException sql ? sql : root;
        }
        return root;
    }
}
