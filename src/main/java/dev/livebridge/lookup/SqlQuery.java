package dev.livebridge.lookup;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.apache.camel.Body;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.ColumnMapRowMapper;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The query that users are looked up by. All of it is the database's, but for {@code :#hash}, {@code :#email} and so on,
 * which stand for the user's fields: as parameters, never as text.
 */
public final class SqlQuery {
    /** What may hold a question mark or {@code :#} that means nothing here, then a field, then an operator of PostgreSQL. */
    private static final Pattern TOKEN = Pattern.compile("(?s)\\b[eE]'(?:[^'\\\\]|\\\\.|'')*+'"
            + "|'[^']*+'|\"[^\"]*+\""
            + "|--[^\\n\\r]*+"
            // may stand in one another, once
            + "|/\\*(?:[^*/]|\\*(?!/)|/(?!\\*)|/\\*.*?\\*/)*+\\*/"
            + "|(?<![\\w$])(\\$(?:[\\p{L}_][\\p{L}\\d_]*+)?\\$).*?\\1"
            + "|:#(\\w+)"
            + "|(\\?++)");

    private static final int FIELD = 2;
    private static final int OPERATOR = 3;

    /** Types of moments, as databases call them: timestamptz, timestamp(6) with time zone, datetimeoffset. */
    private static final Pattern WITH_ZONE = Pattern.compile("(?i).*(tz|with .*zone|offset)");

    private final String sql;
    private final List<String> parameters;
    private final JdbcTemplate template;

    /**
     * @param query   {@code live.lookup.sql.query}
     * @param timeout {@code live.lookup.sql.timeout}; the database gives a query up after it, in whole seconds
     */
    public SqlQuery(String query, DataSource database, Duration timeout) {
        this.parameters = fields(query);
        // a question mark that is no parameter is written twice in JDBC
        this.sql = TOKEN.matcher(query)
                .replaceAll(token -> Matcher.quoteReplacement(
                        token.group(FIELD) != null ? "?" : "?".equals(token.group(OPERATOR)) ? "??" : token.group()));
        this.template = new JdbcTemplate(database);
        template.setMaxRows(1);
        template.setQueryTimeout((int) timeout.plusMillis(999).toSeconds());
    }

    /** The user's fields that a query names, in its order. */
    public static List<String> fields(String query) {
        List<String> fields = new ArrayList<>();
        for (Matcher token = TOKEN.matcher(query); token.find(); ) {
            if (token.group(FIELD) != null) {
                fields.add(token.group(FIELD));
            }
        }
        return fields;
    }

    /** The first row, by the names of its columns in any case; null where there is none. */
    public Map<String, Object> row(@Body Map<String, Object> user) throws LookupException {
        try {
            return template
                    .query(
                            sql,
                            statement -> {
                                for (int i = 0; i < parameters.size(); i++) {
                                    statement.setObject(i + 1, user.get(parameters.get(i)), Types.VARCHAR);
                                }
                            },
                            new ColumnMapRowMapper() {
                                @Override
                                protected Object getColumnValue(ResultSet row, int column) throws SQLException {
                                    return value(row, column);
                                }
                            })
                    .stream()
                    .findFirst()
                    .orElse(null);
        } catch (DataIntegrityViolationException e) {
            // a hash that is no number, where the query makes one of it
            throw new UserLookupException(
                    String.valueOf(e.getMostSpecificCause().getMessage()));
        }
    }

    /** Numbers, booleans, dates and times as such, bytes as null, all else as the database writes it. */
    private static Object value(ResultSet row, int column) throws SQLException {
        ResultSetMetaData columns = row.getMetaData();
        String type = columns.getColumnTypeName(column);
        boolean zone = WITH_ZONE.matcher(type).matches();
        return switch (columns.getColumnType(column)) {
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> null;
            case Types.DATE -> time(row, column, LocalDate.class);
            case Types.TIME, Types.TIME_WITH_TIMEZONE -> time(row, column, zone ? OffsetTime.class : LocalTime.class);
            case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE ->
                time(row, column, zone ? OffsetDateTime.class : LocalDateTime.class);
            case Types.BIT, Types.BOOLEAN ->
                // PostgreSQL has bits in a row as well
                columns.getPrecision(column) > 1 ? row.getString(column) : row.getObject(column);
            default -> {
                if (zone) {
                    yield time(row, column, OffsetDateTime.class);
                }
                String text = row.getString(column);
                Object value = text == null || type.equals("money") ? text : row.getObject(column);
                yield value instanceof Number || value instanceof Boolean ? value : text;
            }
        };
    }

    private static Object time(ResultSet row, int column, Class<?> type) throws SQLException {
        String text = row.getString(column);
        return text == null || text.endsWith("infinity") ? text : row.getObject(column, type);
    }
}
