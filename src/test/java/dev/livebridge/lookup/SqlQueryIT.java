package dev.livebridge.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.HashMap;
import java.util.Map;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A query works as it does in psql. */
class SqlQueryIT {
    private static final TimeZone ZONE = TimeZone.getDefault();
    private static EmbeddedPostgres postgres;

    @BeforeAll
    static void start() throws IOException {
        postgres = EmbeddedPostgres.builder().start();
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    @AfterEach
    void restoreZone() {
        TimeZone.setDefault(ZONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 'Case #' as found",
                "select 'Case #:#hash ?' as found",
                "select '{\"a\": {\"b\": \"Case #\"}}'::jsonb #>> '{a,b}' as found",
                "select 'x' as found where '{\"a\": 1}'::jsonb ? 'a'",
                "select 'x' as found where '{\"a\": 1}'::jsonb ?| array['b', :#hash]",
                "select 'x' as found where '{\"a\": 1}'::jsonb ?& array['a'] and :#hash = 'a'",
                "select 'x' as found where '{\"a\": [1]}'::jsonb @? '$.a[*] ? (@ > 0)'",
                "select 'x' as found where '{\"a\": 1}'::jsonb ?? 'a'",
                "select 'x:y' as found",
                "select 5::text as found where :#hash::text='a'",
                "select 'it''s :#hash ?' as found where :#hash = 'a'",
                "select E'it\\'s :#hash ?' as found where :#hash = 'a'",
                "select \"a ? :#hash\" as found from (select 1 as \"a ? :#hash\") t",
                "select $$ it's :#hash ? $$ as found where :#hash = 'a'",
                "select $tag$ $$ it's :#hash ? $tag$ as found where :#hash = 'a'",
                "select 1 as found -- whose? :#hash's\n where :#hash = 'a' -- ?",
                "/* a ? /* :#hash's */ ? */ select 1 as found where :#hash = 'a'",
                "select (array[1, 2])[1:2] as found where :#hash = 'a'",
                "select 7 # 2 as found where :#hash='a'",
                "with u as (select :#hash as id) select id as found from u where id in ('a', :#email, :#hash);",
                "select 1 as found where (:#email is null or :#email = 'x')",
                "select concat(:#hash, :#email) as found",
                "select coalesce(:#email, :#hash) as found",
            })
    void workAsTheyDoInPsql(String query) throws LookupException {
        Map<String, Object> user = new HashMap<>(Map.of("hash", "a"));
        user.put("email", null);

        assertThat(query(query).row(user)).containsKey("found");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "null", textBlock = """
            12500000::float8                         | 12500000
            0.0001::float8                           | 0.0001
            0.1::real                                | 0.1
            1.50::numeric(30,2)                      | 1.50
            12500000::numeric                        | 12500000
            'NaN'::numeric                           | NaN
            '-infinity'::float8                      | -Infinity
            9007199254740993                         | 9007199254740993
            true                                     | true
            null::int                                | null
            '1234.5'::numeric::money                 | $1,234.50
            '30 minutes'::interval                   | 00:30:00
            '1 year 2 days'::interval                | 1 year 2 days
            array['a','b']                           | {a,b}
            '{"a":1}'::json                          | {"a":1}
            '{"a":1}'::jsonb                         | {"a": 1}
            'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid | a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11
            'x'::char(3)                             | x
            '\\x01'::bytea                            | null
            B'101'                                   | 101
            '10.0.0.1'::inet                         | 10.0.0.1
            '<a/>'::xml                              | <a/>
            'infinity'::timestamptz                  | infinity
            '-infinity'::date                        | -infinity
            """)
    void valuesCanBeRead(String expression, String text) throws LookupException {
        SqlQuery query = query("select " + expression + " as v");

        // the driver has another way for queries that are asked often
        for (int i = 0; i < 8; i++) {
            Object value =
                    new Fields("", Map.of("V", "v")).of(query.row(Map.of())).get("V");
            String plain = value instanceof Double || value instanceof Float
                    ? value.toString()
                            .replaceAll("\\.0$", "")
                            .replace("1.25E7", "12500000")
                            .replace("1.0E-4", "0.0001")
                    : value == null ? null : value.toString().strip();
            assertThat(plain).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "America/Argentina/Buenos_Aires", "Europe/Madrid", "Asia/Kolkata"})
    void timesAreTheSameInEachZone(String zone) throws LookupException {
        TimeZone.setDefault(TimeZone.getTimeZone(zone));
        SqlQuery query = query("""
                select '2026-11-27 10:15:30+01'::timestamptz as moment, '2026-03-29 02:30:00'::timestamp as local,
                       date '2026-11-27' as day, time '00:30' as clock, '00:30-03'::timetz as zoned
                """);

        for (int i = 0; i < 8; i++) {
            Map<String, Object> row = query.row(Map.of());

            assertThat(row)
                    .containsEntry("moment", OffsetDateTime.parse("2026-11-27T09:15:30Z"))
                    .containsEntry("local", LocalDateTime.parse("2026-03-29T02:30:00"))
                    .containsEntry("day", LocalDate.parse("2026-11-27"))
                    .containsEntry("clock", LocalTime.parse("00:30"))
                    .containsEntry("zoned", OffsetTime.parse("00:30-03:00"));
        }
    }

    @Test
    void takesTheFirstRow() throws LookupException {
        SqlQuery query = query("select n from generate_series(1, 3) n where n::text >= :#hash order by n");

        assertThat(query.row(Map.of("hash", "2"))).isEqualTo(Map.of("n", 2));
        assertThat(query.row(Map.of("hash", "9"))).isNull();
    }

    @Test
    void takesAValueThatDoesNotFitForTheFaultOfTheUser() {
        assertThatThrownBy(() -> query("select 1 where 1 = :#hash::int").row(Map.of("hash", "x")))
                .isInstanceOf(UserLookupException.class);
        assertThatThrownBy(() -> query("select 1 from nowhere").row(Map.of()))
                .isNotInstanceOf(UserLookupException.class);
    }

    private static SqlQuery query(String query) {
        return new SqlQuery(query, postgres.getPostgresDatabase(), Duration.ofSeconds(10));
    }
}
