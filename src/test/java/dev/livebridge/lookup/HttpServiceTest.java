package dev.livebridge.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServiceTest {
    private static final String CRM = "https://crm.example.org";

    private final Fields fields =
            new Fields("live.lookup.http.fields.", Map.of("Canal", "canal", "City", "/address/city"));

    @Test
    void keepsAHashInItsPlace() {
        assertThat(service("/a/{hash}?id={hash}").address(Map.of("hash", "../b?c=d&e f+ñ")))
                .isEqualTo(CRM + "/a/..%2Fb%3Fc%3Dd%26e%20f%2B%C3%B1?id=..%2Fb%3Fc%3Dd%26e%20f%2B%C3%B1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /users?email={email}             | /users?email=ana%2Bx%40example.org
            /users?email={email}&tel={phone} | /users?email=ana%2Bx%40example.org&tel=
            /{hash}/{firstname}%20{lastname} | /7f/Ana%20Su%C3%A1rez
            /{hash}?phone={phone}            | /7f?phone=
            /{hash}?user={username}&{picture}| /7f?user=&
            """)
    void asksByAnyFieldOfTheUser(String address, String asked) {
        assertThat(service(address)
                        .address(Map.of(
                                "hash", "7f", "email", "ana+x@example.org", "firstname", "Ana", "lastname", "Suárez")))
                .isEqualTo(CRM + asked);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/users?email={email}", "/{phone}?id={hash}", "/users?email={email}&tel={phone}", "/{lastname}"})
    void asksForNobodyWithoutTheFieldsOfTheAddress(String address) {
        assertThat(service(address).address(Map.of("hash", "7f", "lastname", "")))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {".", ".."})
    void asksForNoHashThatIsAStepInAPath(String hash) {
        assertThat(service("/{hash}").address(Map.of("hash", hash))).isNull();
        assertThat(service("/{hash}/x?id=1").address(Map.of("hash", hash))).isNull();
        assertThat(service("/.{hash}").address(Map.of("hash", "."))).isNull();
        assertThat(service("/users?id={hash}").address(Map.of("hash", hash))).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            UTF-8        | none
            UTF-8        | application/json
            UTF-8        | application/json; charset=utf8
            UTF-8        | application/json; charset="UTF-8"; profile=x
            UTF-8        | application/json; charset=US-ASCII
            UTF-8        | application/json; charset=no-such-charset
            UTF-8        | application/json; charset=!
            UTF-8        | nonsense; charset
            ISO-8859-1   | application/json; charset=ISO-8859-1
            windows-1252 | text/plain;charset=windows-1252
            UTF-16LE     | application/json; charset=UTF-16LE
            UTF-16BE     | application/json; charset=utf-16
            """)
    void decodesAnAnswerByItsCharset(String charset, String contentType) throws IOException {
        byte[] answer = "{\"canal\": \"Teléfono móvil\"}".getBytes(Charset.forName(charset));

        assertThat(found(200, contentType, answer)).isEqualTo(Map.of("Canal", "Teléfono móvil"));
    }

    @Test
    void skipsAByteOrderMark() throws IOException {
        assertThat(found("\uFEFF{\"canal\": \"é\"}")).isEqualTo(Map.of("Canal", "é"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"canal\": 1, \"address\": {\"city\": \"Tandil\"}}",
                "[{\"canal\": 1, \"address\": {\"city\": \"Tandil\"}}, {\"canal\": 2}]"
            })
    void takesAnObjectOrTheFirstOfAnArray(String answer) throws IOException {
        assertThat(found(answer)).isEqualTo(Map.of("Canal", 1, "City", "Tandil"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            204 | ''
            200 | ''
            200 | '  '
            200 | []
            200 | [null]
            200 | null
            404 | {"canal": "no"}
            410 | <html>
            """)
    void knowsNothingOfSomeUsers(int status, String answer) throws IOException {
        assertThat(found(status, "application/json", answer.getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 406, 409, 414, 422, 451})
    void takesSomeStatusesForTheFaultOfTheUser(int status) {
        assertThatThrownBy(() -> found(status, "application/json", "{}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(UserLookupException.class)
                .hasMessage("it answered " + status);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 401, 403, 407, 408, 429, 500, 502, 503})
    void takesOtherStatusesForTheFaultOfTheService(int status) {
        assertThatThrownBy(() -> found(status, "application/json", "{}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(LookupException.class)
                .isNotInstanceOf(UserLookupException.class)
                .hasMessage("it answered " + status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"<html>", "\"text\"", "7", "[7]", "[[{}]]", "{\"a\":", "{\"a\": 1E9999999999}", "{\"a\": NaN}"})
    void takesWhatIsNoObjectForTheFaultOfTheUser(String answer) {
        assertThatThrownBy(() -> found(answer))
                .isInstanceOf(UserLookupException.class)
                .hasMessage("its answer is no JSON object");
    }

    @Test
    void readsNoMoreThanAMegabyte() throws IOException {
        ByteArrayOutputStream large = new ByteArrayOutputStream();
        for (int i = 0; i <= 1024; i++) {
            large.write(new byte[1024]);
        }
        assertThatThrownBy(() -> found(200, null, large.toByteArray())).hasMessage("its answer is larger than 1 MB");
    }

    private static HttpService service(String url) {
        return new HttpService(CRM + url, Duration.ofSeconds(1), Map.of());
    }

    private Map<String, Object> found(String answer) throws IOException {
        return found(200, "application/json", answer.getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, Object> found(int status, String contentType, byte[] answer) throws IOException {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, contentType);
        exchange.getMessage().setBody(new ByteArrayInputStream(answer));
        return fields.of(service("/{hash}").answer(exchange));
    }
}
