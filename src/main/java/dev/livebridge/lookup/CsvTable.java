package dev.livebridge.lookup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;

/**
 * A CSV file in UTF-8 whose first line names its columns, held in memory by one of them. It is read with the first
 * question, and again when its time or its size has changed.
 */
public final class CsvTable {
    private final Path file;
    private final String key;
    private final ObjectReader reader;
    private Map<String, Map<String, Object>> rows;
    private List<Object> timeAndSize;

    /**
     * @param file      {@code live.lookup.csv.file}
     * @param key       {@code live.lookup.csv.key}, the column of the users' hashes; null for the first
     * @param separator {@code live.lookup.csv.separator}
     */
    public CsvTable(Path file, String key, char separator) {
        this.file = file;
        this.key = key;
        this.reader = CsvMapper.builder()
                .enable(CsvParser.Feature.TRIM_SPACES)
                .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
                .build()
                .readerForMapOf(String.class)
                .with(CsvSchema.emptySchema().withHeader().withColumnSeparator(separator));
    }

    /**
     * The row of this user without its key and without empty cells, the first one where there are several; null where
     * there is none.
     *
     * @throws IOException where the file can't be read
     */
    public synchronized Map<String, Object> row(@Body Map<String, Object> user) throws IOException {
        if (Files.notExists(file)) {
            throw new LookupException("there is no file " + file);
        }
        List<Object> now = List.of(Files.getLastModifiedTime(file), Files.size(file));
        if (!now.equals(timeAndSize)) {
            rows = read();
            timeAndSize = now;
        }
        return rows.get(user.get("hash"));
    }

    private Map<String, Map<String, Object>> read() throws IOException {
        Map<String, Map<String, Object>> read = new HashMap<>();
        try (MappingIterator<Map<String, Object>> lines = reader.readValues(file.toFile())) {
            CsvSchema columns = (CsvSchema) lines.getParserSchema();
            if (key == null ? columns.size() == 0 : columns.column(key) == null) {
                throw new LookupException(file + " has no column " + (key == null ? "at all" : key));
            }
            String column = key == null ? columns.columnName(0) : key;
            while (lines.hasNextValue()) {
                Map<String, Object> line = lines.nextValue();
                Object hash = line.remove(column);
                line.values().removeIf(value -> value == null || value.equals(""));
                read.putIfAbsent((String) hash, line);
            }
        } catch (JsonProcessingException e) {
            // its message would show a piece of the file
            throw new LookupException(file + ", line " + e.getLocation().getLineNr() + ": is no CSV");
        }
        return read;
    }
}
