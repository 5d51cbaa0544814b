package dev.livebridge.message;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.livebridge.failure.RefusedException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e400",
                "-1e400",
                "1e-400",
                "1e999999999",
                "1e99999999999",
                "1e-99999999999",
                "9223372036854775808"
            })
    void refusesNumbersOutOfRange(String number) {
        assertThatThrownBy(() -> StrictJson.object("{\"a\": " + number + "}"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("number out of range");
    }
}
