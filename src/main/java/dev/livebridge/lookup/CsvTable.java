package dev.livebridge.lookup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.CharArrayReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A CSV file in UTF-8 whose first line names its columns, held in memory by one of them. It is read with the first
 * question, and again when its time or its size has changed. A row that can't be read is skipped with a warning.
 */
public final class CsvTable {
    private static final Logger LOG = LoggerFactory.getLogger(CsvTable.class);

    /** Stands in the text for bytes that are not UTF-8: no character of any script. */
    private static final char NOT_UTF8 = '\uFFFF';

    /** Of the rows that are skipped, how many are told one by one. */
    private static final int MAX_WARNINGS = 20;

    private final Path file;
    private final String key;
    private final Fields fields;
    private final ObjectReader reader;
    private Map<String, Map<String, Object>> rows;
    private List<Object> timeAndSize;

    /**
     * @param file      {@code live.lookup.csv.file}
     * @param key       {@code live.lookup.csv.key}, the column of the users' hashes; null for the first
     * @param separator {@code live.lookup.csv.separator}
     * @param fields    what is taken of a row
     */
    public CsvTable(Path file, String key, char separator, Fields fields) {
        this.file = file;
        this.key = key;
        this.fields = fields;
        this.reader = CsvMapper.builder()
                .enable(CsvParser.Feature.TRIM_SPACES)
                .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
                .enable(CsvParser.Feature.WRAP_AS_ARRAY)
                .build()
                .readerFor(String[].class)
                .with(CsvSchema.emptySchema().withColumnSeparator(separator));
    }

    /**
     * The row of this user without its key, the first one where there are several; null where there is none. Empty cells
     * are null.
     *
     * @throws IOException where the file can't be read
     */
    public synchronized Map<String, Object> row(@Body Map<String, Object> user) throws IOException {
        if (Files.notExists(file)) {
            throw new LookupException("there is no file " + file);
        }
        List<Object> now = List.of(Files.getLastModifiedTime(file), Files.size(file));
        if (!now.equals(timeAndSize)) {
            rows = new Reading().rows();
            timeAndSize = now;
        }
        return rows.get(user.get("hash"));
    }

    /** One pass over the file. Where a row is no CSV, reading begins anew with the next line. */
    private final class Reading {
        private final Map<String, Map<String, Object>> read = new HashMap<>();
        private final CharBuffer text;
        private List<String> columns;
        private int line = 1;
        private int skipped;

        Reading() throws IOException {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .replaceWith(String.valueOf(NOT_UTF8))
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)));
            if (text.hasRemaining() && text.charAt(0) == '\uFEFF') {
                text.get();
            }
        }

        Map<String, Map<String, Object>> rows() throws IOException {
            while (hasLine()) {
                try {
                    readOn();
                } catch (JsonProcessingException e) {
                    if (columns == null) {
                        // its message would show a piece of the file
                        throw new LookupException(file + ", line " + line + ": is no CSV");
                    }
                    skip("is no CSV: a quote is not closed, or stands in the wrong place");
                    skipLine();
                }
            }
            if (columns == null) {
                throw new LookupException(file + " is empty, expected the names of its columns in the first line");
            }
            if (skipped > MAX_WARNINGS) {
                LOG.warn("{}: {} rows skipped in all", file, skipped);
            }
            return read;
        }

        /** Reads to the end, or to a row with too many cells. A quote that is not closed may have joined its lines. */
        private void readOn() throws IOException {
            int first = line;
            try (MappingIterator<String[]> records = reader.readValues(
                    new CharArrayReader(text.array(), text.arrayOffset() + text.position(), text.remaining()))) {
                while (records.hasNextValue()) {
                    String[] cells = records.nextValue();
                    if (columns == null) {
                        setColumns(List.of(cells));
                    } else if (Arrays.stream(cells).skip(columns.size()).anyMatch(cell -> !cell.isEmpty())) {
                        skip("has more cells than the header");
                        skipLine();
                        return;
                    } else if (isNotUtf8(cells)) {
                        skip("holds a byte that is not UTF-8");
                    } else {
                        add(cells);
                    }
                    int next = first + records.getParser().currentLocation().getLineNr() - 1;
                    while (line < next) {
                        skipLine();
                    }
                }
                text.position(text.limit());
            }
        }

        private void setColumns(List<String> names) throws LookupException {
            if (names.stream().anyMatch(CsvTable::isNotUtf8)) {
                throw new LookupException(file + ", line " + line + ": is not UTF-8");
            }
            columns = names;
            if (names.size() == 1) {
                LOG.warn("{} has one column only, {}: is live.lookup.csv.separator the right one?", file, names.get(0));
            }
            if (key != null && !names.contains(key)) {
                throw new LookupException(file + " has no column " + key);
            }
            fields.check(names, file.toString());
        }

        private void add(String[] cells) {
            Map<String, Object> row = new LinkedHashMap<>();
            for (int i = 0; i < Math.min(cells.length, columns.size()); i++) {
                row.putIfAbsent(columns.get(i), cells[i].isEmpty() ? null : cells[i]);
            }
            read.putIfAbsent((String) row.remove(key == null ? columns.get(0) : key), row);
        }

        private void skip(String mistake) {
            skipped++;
            if (skipped <= MAX_WARNINGS) {
                LOG.warn("{}, line {}: {}; this row is skipped", file, line, mistake);
            }
        }

        /** Passes empty lines; false at the end. */
        private boolean hasLine() {
            while (text.hasRemaining() && (text.charAt(0) == '\n' || text.charAt(0) == '\r')) {
                skipLine();
            }
            return text.hasRemaining();
        }

        private void skipLine() {
            char last = 0;
            while (text.hasRemaining() && last != '\n' && last != '\r') {
                last = text.get();
            }
            if (last == '\r' && text.hasRemaining() && text.charAt(0) == '\n') {
                text.get();
            }
            line++;
        }
    }

    private static boolean isNotUtf8(String... cells) {
        return Arrays.stream(cells).anyMatch(cell -> cell.indexOf(NOT_UTF8) >= 0);
    }
}
