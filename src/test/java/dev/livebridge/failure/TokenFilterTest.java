package dev.livebridge.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenFilterTest {
    @ParameterizedTest
    @CsvSource({
        "7f3c_t0ken, 7f3c",
        "bare t0ken here, bare  here",
        "t0kent0ken_t0ken, ''",
        "7f3c_t0ken_t0ken, 7f3c",
        "t0t0kenken, ''",
        "x_t0_t_t0ken0kenken, x",
        "nothing, nothing",
        "t0ke, t0ke"
    })
    void takesTheTokenOut(String text, String expected) {
        assertThat(new TokenFilter(List.of("t0ken")).clean(text)).isEqualTo(expected);
    }

    @Test
    void takesTheTokensOfAllBotsOut() {
        TokenFilter filter = new TokenFilter(List.of("t0ken", "t0ken-2", "0ther"));

        assertThat(filter.clean("a_t0ken-2 b_t0ken c_0ther d_t0ken")).isEqualTo("a b c d");
        assertThat(filter.cleanCut("x".repeat(100) + "_t0ken-")).doesNotContain("t0k");
    }

    @Test
    void takesNothingOutWithoutAToken() {
        assertThat(new TokenFilter(List.of()).clean("a_b")).isEqualTo("a_b");
    }

    @Test
    void knowsTheTokenInJsonToo() {
        TokenFilter filter = new TokenFilter(List.of("a/b\"c\\d"));

        assertThat(filter.clean("x_a/b\"c\\d")).isEqualTo("x");
        assertThat(filter.clean("{\"hash\": \"x_a/b\\\"c\\\\d\"}")).isEqualTo("{\"hash\": \"x\"}");
        assertThat(filter.clean("{\"hash\": \"x_a\\/b\\\"c\\\\d\"}")).isEqualTo("{\"hash\": \"x\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "x_a\\u002Db=, x",
        "x_a-b\\u003d, x",
        "x\\u005fa-b\\u003D, x",
        "x_a-b%3D, x",
        "x%5Fa%2db%3D, x",
        "x_a-b, x_a-b"
    })
    void knowsTheTokenHoweverItIsEscaped(String text, String expected) {
        assertThat(new TokenFilter(List.of("a-b=")).clean(text)).isEqualTo(expected);
    }

    @Test
    void leavesNoPartOfATokenWhereATextIsCut() {
        String cut = "x".repeat(100) + "_t0k";

        assertThat(new TokenFilter(List.of("t0ken")).cleanCut(cut))
                .doesNotContain("t0k")
                .startsWith("xxx");
    }

    @Test
    void dropsWhatHasATokenInATokenWithoutEnd() {
        assertThat(new TokenFilter(List.of("t0ken")).clean("t0".repeat(100_000) + "ken".repeat(100_000)))
                .isEmpty();
    }
}
