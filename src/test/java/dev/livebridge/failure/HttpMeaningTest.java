package dev.livebridge.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpMeaningTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2                               | PT2S
            999999999                       | PT999999999S
            Sun, 22 Nov 2026 10:00:30 GMT   | PT30S
            Sunday, 22-Nov-26 10:00:30 GMT  | PT30S
            0                               |
            -1                              |
            Sun, 22 Nov 2026 09:00:00 GMT   |
            99999999999999999999            | PT999999999S
            soon                            |
            ''                              |
            """)
    void understandsSecondsAndDates(String value, Duration expected) {
        assertThat(HttpMeaning.retryAfter(value, NOW)).isEqualTo(expected);
    }
}
