package dev.livebridge.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.livebridge.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvTableTest {
    private static final Fields ALL = new Fields("live.lookup.csv.fields.", Map.of());

    @TempDir
    private Path folder;

    private final Log log = Log.listen();

    @AfterEach
    void stop() {
        log.close();
    }

    @Test
    void findsARowByTheFirstColumn() throws IOException {
        CsvTable table = table(
                "\uFEFF id, Plan,Note,\r\n\r\nana , gold,\"a, \"\"b\"\"\nc\"\r\n\n  \nbob,,x,\nana,second\neve\n",
                null);

        assertThat(values(table, "ana")).isEqualTo(Map.of("Plan", "gold", "Note", "a, \"b\"\nc"));
        assertThat(values(table, "bob")).isEqualTo(Map.of("Note", "x"));
        assertThat(values(table, "eve")).isEmpty();
        assertThat(table.row(user("zoe"))).isNull();
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void findsARowByAnotherColumnAndSeparator() throws IOException {
        CsvTable table = new CsvTable(file("Plan;número\ngold;ana\nsilver;ana\nlead\n"), "número", ';', ALL);

        assertThat(values(table, "ana")).isEqualTo(Map.of("Plan", "gold"));
    }

    @Test
    void separatesByTabs() throws IOException {
        CsvTable table = new CsvTable(file("id\t名前\tNote\nana\t\t x \n\t\t\nbob\ty\t\"q\tr\"\n"), null, '\t', ALL);

        assertThat(values(table, "ana")).isEqualTo(Map.of("Note", "x"));
        assertThat(values(table, "bob")).isEqualTo(Map.of("名前", "y", "Note", "q\tr"));
    }

    /** {@code |} ends a line, {@code ~} is a byte that is not UTF-8. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "`bad,gold,more`, more cells than the header",
                "`bad,\"gold,`, is no CSV",
                "`bad,\"gold`, is no CSV",
                "`\"bad,gold`, is no CSV",
                "`bad,\"gold\" plated`, is no CSV",
                "`bad,\"go\"ld`, is no CSV",
                "`bad,g~ld`, not UTF-8",
                "`~,gold`, not UTF-8",
                "`bad,\"two|lines ~\"`, not UTF-8",
            })
    void skipsARowThatCannotBeRead(String bad, String mistake) throws IOException {
        for (String after : new String[] {"eve,\"gold\"|", "eve,gold|", "\"eve\",gold"}) {
            log.lines().clear();
            String text = "id,Plan||ana,\"a|b\"|" + bad + "|" + after;
            Path file = folder.resolve("table.csv");
            Files.write(file, text.replace('|', '\n').replace('~', '\u00E9').getBytes(StandardCharsets.ISO_8859_1));
            CsvTable table = new CsvTable(file, null, ',', ALL);

            assertThat(values(table, "eve")).isEqualTo(Map.of("Plan", "gold"));
            assertThat(values(table, "ana")).isEqualTo(Map.of("Plan", "a\nb"));
            assertThat(table.row(user("bad"))).isNull();
            assertThat(log.lines()).singleElement().asString().contains("table.csv, line 5: ", mistake);
        }
    }

    @Test
    void keepsAQuoteInsideACell() throws IOException {
        CsvTable table = table("id,Disk\nana,5\" disk\nbob,\"5\"\" disk\"\n", null);

        assertThat(values(table, "ana")).isEqualTo(values(table, "bob")).isEqualTo(Map.of("Disk", "5\" disk"));
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void doesNotFloodTheLog() throws IOException {
        CsvTable table = table("id,Plan\n" + "bad,1,2\n".repeat(1_000) + "ana,gold\n", null);

        assertThat(values(table, "ana")).isEqualTo(Map.of("Plan", "gold"));
        assertThat(log.lines()).hasSizeBetween(2, 50);
        assertThat(log.lines().get(log.lines().size() - 1)).endsWith("1000 rows skipped in all");
    }

    @Test
    void warnsOfAHeaderOfOneColumn() throws IOException {
        CsvTable table = table("id;Plan\nana;gold\n", null);

        assertThat(table.row(user("ana"))).isNull();
        assertThat(log.lines())
                .singleElement()
                .asString()
                .contains("one column only, id;Plan", "live.lookup.csv.separator");
    }

    @Test
    void warnsOfFieldsThatNameNoColumn() throws IOException {
        Fields fields = new Fields("live.lookup.csv.fields.", Map.of("Plan", "plan", "Nivel", "número"));
        CsvTable table = new CsvTable(file("id,Plan,número\nana,gold,1\n"), null, ',', fields);

        assertThat(fields.of(table.row(user("ana")))).isEqualTo(Map.of("Nivel", "1"));
        assertThat(log.lines()).singleElement().asString().startsWith("live.lookup.csv.fields.Plan = plan: ");
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        CsvTable noColumn = table("a,b\n1,2\n", "id");
        CsvTable noCsv = table("id,\"b\n1,2\n", null);
        CsvTable empty = table("\n", null);
        Path latin =
                Files.write(folder.resolve("latin.csv"), "n\u00FAmero,b\n1,2\n".getBytes(StandardCharsets.ISO_8859_1));
        CsvTable notUtf8 = new CsvTable(latin, "número", ',', ALL);

        assertThatThrownBy(() -> noColumn.row(user("1"))).hasMessageEndingWith(".csv has no column id");
        assertThatThrownBy(() -> noCsv.row(user("1"))).hasMessageEndingWith("line 1: is no CSV");
        assertThatThrownBy(() -> empty.row(user("1"))).hasMessageContaining("is empty");
        assertThatThrownBy(() -> notUtf8.row(user("1"))).hasMessageEndingWith("line 1: is not UTF-8");
    }

    private CsvTable table(String text, String key) throws IOException {
        return new CsvTable(file(text), key, ',', ALL);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "table", ".csv"), text);
    }

    private static Map<String, Object> values(CsvTable table, String hash) throws IOException {
        return ALL.of(table.row(user(hash)));
    }

    private static Map<String, Object> user(String hash) {
        return Map.of("hash", hash);
    }
}
