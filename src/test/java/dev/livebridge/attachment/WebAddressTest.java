package dev.livebridge.attachment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebAddressTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            http://a.example/nº 1 [x].pdf?q=ü ñ#page=2  | http://a.example/n%C2%BA%201%20%5Bx%5D.pdf?q=%C3%BC%20%C3%B1
            "http://a.example/x|y^`{}<>?x|y^`{}<>"      | http://a.example/x%7Cy%5E%60%7B%7D%3C%3E?x%7Cy%5E%60%7B%7D%3C%3E
            http://a.example/100% sure.pdf              | http://a.example/100%25%20sure.pdf
            http://a.example/😀                         | http://a.example/%F0%9F%98%80
            " https://a.example/a\tb "                  | https://a.example/ab
            https:\\\\a.example\\b\\c?d\\e                | https://a.example/b/c?d%5Ce
            http://a.example\\@b.example/               | http://a.example/@b.example/
            HTTPS://Bücher.example:8443/ä               | https://xn--bcher-kva.example:8443/%C3%A4
            http://my_files.example.org/a               | http://my_files.example.org/a
            http://[::1]:80/a                           | http://[::1]:80/a
            http://a.example                            | http://a.example
            http://a.example?q=1                        | http://a.example?q=1
            http://a.example/a/../b//c/.                | http://a.example/a/../b//c/.
            """)
    void encodesAsBrowsersDo(String written, String encoded) {
        assertThat(WebAddress.of(written)).asString().isEqualToIgnoringCase(encoded);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://b.s3.example.org/a%2Fb%20c/%c3%bc?X-Amz-Credential=A%2F1%2Fs3&X-Amz-Signature=a%2Bb+c%3D",
                "https://a.example.net/c?sv=2022&sig=x%2By/z=&se=2026-11-27T10:00:00Z&sp=r(1),[2];~!*'@$"
            })
    void leavesWhatIsSignedAsItIs(String signed) {
        assertThat(WebAddress.of(signed)).hasToString(signed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://a.example/",
                "file:///etc/passwd",
                "not an address",
                "/a",
                "",
                "http://",
                "http:///a",
                "http://ana:secret@a.example/",
                "http://a b.example/",
                "http://a.example:x/",
                "http://a%41.example/",
                "http://*.example/"
            })
    void refusesWhatIsNoAddressOfTheWeb(String written) {
        assertThatThrownBy(() -> WebAddress.of(written))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /nº 1.pdf              | http://a_b.example:1/n%C2%BA%201.pdf
            [x] y.pdf              | http://a_b.example:1/in/%5Bx%5D%20y.pdf
            ../up                  | http://a_b.example:1/up
            ?q=1 2                 | http://a_b.example:1/in/first?q=1%202
            /a%2Fb//c?s=a%2Bb+c%2F | http://a_b.example:1/a%2Fb//c?s=a%2Bb+c%2F
            //c_d.example/a b      | http://c_d.example/a%20b
            https://ü.example/a    | https://xn--tda.example/a
            """)
    void resolvesARedirect(String location, String to) {
        assertThat(WebAddress.redirected(location, URI.create("http://a_b.example:1/in/first?signed=1")))
                .hasToString(to);
    }
}
