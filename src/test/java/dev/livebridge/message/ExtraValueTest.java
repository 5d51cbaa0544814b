package dev.livebridge.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How values of JMS properties and lookups reach the agent. */
class ExtraValueTest {
    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of(12_500_000L, 12_500_000L),
                Arguments.of((short) 7, (short) 7),
                Arguments.of(1.25E7, "12500000"),
                Arguments.of(1.25E7f, "12500000"),
                Arguments.of(1E-4, "0.0001"),
                Arguments.of(2.0, "2"),
                Arguments.of(100.0, "100"),
                Arguments.of(-0.0, "0"),
                Arguments.of(0.1f, "0.1"),
                Arguments.of(Double.NaN, "NaN"),
                Arguments.of(Float.NEGATIVE_INFINITY, "-Infinity"),
                Arguments.of(new BigDecimal("1.25E7"), "12500000"),
                Arguments.of(new BigDecimal("1.50"), "1.50"),
                Arguments.of(new BigDecimal("1E+999999999"), "1E+999999999"),
                Arguments.of(true, "true"),
                Arguments.of(LocalDate.parse("2026-11-27"), "2026-11-27"),
                Arguments.of(LocalDateTime.parse("2026-11-27T10:15"), "2026-11-27T10:15:00"),
                Arguments.of(OffsetDateTime.parse("2026-11-27T10:15:30.5+01:00"), "2026-11-27T10:15:30.5+01:00"),
                Arguments.of(OffsetDateTime.parse("2026-11-27T10:00Z"), "2026-11-27T10:00:00Z"),
                Arguments.of(LocalTime.parse("00:30"), "00:30:00"),
                Arguments.of(OffsetTime.parse("00:30-03:00"), "00:30:00-03:00"),
                Arguments.of(Instant.parse("2026-11-27T10:15:00Z"), "2026-11-27T10:15:00Z"),
                Arguments.of(Timestamp.valueOf("2026-11-27 10:15:00"), "2026-11-27T10:15:00"),
                Arguments.of(java.sql.Date.valueOf("2026-11-27"), "2026-11-27"),
                Arguments.of(java.sql.Time.valueOf("00:30:00"), "00:30:00"),
                Arguments.of(List.of(1), null),
                Arguments.of(Duration.ofSeconds(1), null),
                Arguments.of(new byte[1], null));
    }

    @ParameterizedTest
    @MethodSource("values")
    void isWrittenOut(Object value, Object sent) {
        assertThat(QueueCall.extraValue(value)).isEqualTo(sent);
    }
}
