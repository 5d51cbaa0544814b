package dev.livebridge.chaos;

import java.util.List;
import java.util.Locale;

/** Where bridges keep their records. */
enum StoreKind {
    /** In a file that belongs to one process. */
    EMBEDDED,
    /** In a database that bridges share. */
    POSTGRESQL;

    /** @param names embedded, postgresql, or both */
    static List<StoreKind> named(String names) {
        return names.equals("both") ? List.of(values()) : List.of(valueOf(names.toUpperCase(Locale.ROOT)));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
