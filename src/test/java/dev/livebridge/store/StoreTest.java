package dev.livebridge.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

class StoreTest {
    private static final String INSERT = "insert into secret (name, value) values ('a name', 'a value')";

    @TempDir
    Path folder;

    @Test
    void isForItsOwnerOnlyAlsoWhereItIsThereAlready() throws Exception {
        try (Store store = new Store(null, null, null, 2, folder)) {
            store.open();
        }
        Path file = folder.resolve("store/live-bridge.sqlite");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));

        try (Store store = new Store(null, null, null, 2, folder)) {
            store.open();
            store.write(sql -> sql.update(INSERT));

            try (Stream<Path> all = Files.walk(file.getParent())) {
                assertThat(all)
                        .contains(folder.resolve("store/live-bridge.sqlite-wal"))
                        .allSatisfy(
                                path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                                        .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------"));
            }
        }
    }

    @Test
    void staysBrokenWhateverFailsLater() {
        try (Store store = new Store(null, null, null, 2, folder)) {
            store.open();
            assertThat(store.broken()).isNull();
            JdbcClient.create(store.dataSource()).sql("drop table event").update();

            assertThatThrownBy(() -> store.read(sql -> sql.exists("select 1 from event")))
                    .isInstanceOf(DataAccessException.class);
            assertThat(store.broken()).contains("no such table");

            store.write(sql -> sql.update(INSERT));
            assertThatThrownBy(() -> store.write(sql -> sql.update(INSERT))).isInstanceOf(DuplicateKeyException.class);
            assertThat(store.broken()).contains("no such table");
        }
    }
}
