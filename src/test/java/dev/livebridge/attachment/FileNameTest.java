package dev.livebridge.attachment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileNameTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            photo.png               | photo.png
            ../../etc/passwd        | passwd
            C:\\Users\\ana\\a b.pdf | a b.pdf
            folder/                 | folder
            ..                      | attachment
            /                       | attachment
            .htaccess               | htaccess
            a.                      | a
            a<b>:"c?*.txt           | a_b___c__.txt
            Счёт №5.pdf             | Счёт №5.pdf
            発票.pdf                | 発票.pdf
            """)
    void readsLikeTheNameThatWasGiven(String given, String clean) {
        assertThat(FileName.clean(given)).isEqualTo(clean);
    }

    @Test
    void showsNoNameThatIsNotThere() {
        assertThat(FileName.clean("photo\u202Egnp.exe")).isEqualTo("photognp.exe");
        assertThat(FileName.clean("a\r\nSet-Cookie: b\0.txt")).isEqualTo("aSet-Cookie_ b.txt");
        assertThat(FileName.clean("\uD800a\uDC00.txt")).isEqualTo("a.txt");
        assertThat(FileName.clean("a\u00A0\u2003b.txt")).isEqualTo("a b.txt");
        assertThat(FileName.clean("e\u0301.txt")).isEqualTo("\u00E9.txt");
    }

    @Test
    void keepsTheExtensionOfALongName() {
        assertThat(FileName.clean("x".repeat(10_000) + ".tar.gz")).hasSize(120).endsWith("x.gz");
        String emojis = FileName.clean("😀".repeat(5_000) + ".pdf");
        assertThat(emojis.codePointCount(0, emojis.length())).isEqualTo(120);
        assertThat(emojis).endsWith("😀.pdf");
        assertThat(FileName.clean("a." + "x".repeat(10_000))).hasSize(120);
    }

    @ParameterizedTest
    @CsvSource({
        "photo.png, photo.png",
        "Foto März.png, Foto-Marz-63d1aeb0.png",
        "a b.pdf, a-b-e97efce4.pdf",
        "htaccess, htaccess"
    })
    void isAsciiInTheKey(String clean, String ascii) {
        assertThat(FileName.ascii(clean)).isEqualTo(ascii);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Счёт.pdf",
                "счёт2.pdf",
                "発票.pdf",
                "😀.pdf",
                "${sysenv.PATH}.pdf",
                "%2e%2e%2f.pdf",
                "a&b=c#d?.pdf"
            })
    void isSafeInTheKeyWhateverItWas(String given) {
        assertThat(FileName.ascii(FileName.clean(given)))
                .matches("[A-Za-z0-9._-]+-[0-9a-f]{8}\\.pdf|[0-9a-f]{8}\\.pdf");
    }

    @Test
    void takesNoTimeForAnyName() {
        for (String part : List.of(".", "/", "\\", " ", "a. ", "😀")) {
            assertTimeoutPreemptively(
                    Duration.ofSeconds(5), () -> FileName.clean("a" + part.repeat(2_000_000) + "b.pdf"));
        }
    }

    @Test
    void keepsNamesApartThatLookAlikeInAscii() {
        assertThat(Stream.of("счёт.pdf", "отчёт.pdf", "Marz.pdf", "März.pdf", "a b.pdf", "a-b.pdf")
                        .map(FileName::ascii))
                .doesNotHaveDuplicates();
    }

    @Test
    void standsInFullInTheDisposition() {
        assertThat(FileName.disposition("Счёт \"5\"; a*.pdf", false))
                .matches("attachment; filename=\"[A-Za-z0-9._-]+\"; filename\\*=UTF-8''[A-Za-z0-9._~%-]+")
                .contains("%D0%A1%D1%87%D1%91%D1%82%20%225%22%3B%20a%2A.pdf");
    }
}
