package dev.livebridge.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvTableTest {
    @TempDir
    private Path folder;

    @Test
    void findsARowByTheFirstColumn() throws IOException {
        CsvTable table =
                new CsvTable(file("\uFEFFid, Plan,Note\n\nana , gold,\"a, \"\"b\"\"\nc\"\nbob,,x\n"), null, ',');

        assertThat(table.row(user("ana"))).isEqualTo(Map.of("Plan", "gold", "Note", "a, \"b\"\nc"));
        assertThat(table.row(user("bob"))).isEqualTo(Map.of("Note", "x"));
        assertThat(table.row(user("eve"))).isNull();
    }

    @Test
    void findsARowByAnotherColumnAndSeparator() throws IOException {
        CsvTable table = new CsvTable(file("Plan;id\ngold;ana\nsilver;ana\nlead\n"), "id", ';');

        assertThat(table.row(user("ana"))).isEqualTo(Map.of("Plan", "gold"));
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        CsvTable noColumn = new CsvTable(file("a,b\n1,2\n"), "id", ',');
        CsvTable noCsv = new CsvTable(file("id,b\n1,\"2\n"), null, ',');
        CsvTable empty = new CsvTable(file(""), null, ',');

        assertThatThrownBy(() -> noColumn.row(user("1"))).hasMessageEndingWith(".csv has no column id");
        assertThatThrownBy(() -> noCsv.row(user("1"))).hasMessageEndingWith("is no CSV");
        assertThatThrownBy(() -> empty.row(user("1"))).isInstanceOf(LookupException.class);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "table", ".csv"), text);
    }

    private static Map<String, Object> user(String hash) {
        return Map.of("hash", hash);
    }
}
