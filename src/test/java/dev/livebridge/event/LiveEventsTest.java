package dev.livebridge.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.livebridge.failure.RefusedException;
import dev.livebridge.failure.TokenFilter;
import dev.livebridge.message.RequestSchema;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LiveEventsTest {
    private static final String TOKEN = "t0ken";
    private static final String ENVELOPE = "\"name\":\"n\",\"roomId\":\"c-1\",\"timestamp\":1706293970842633079";

    private final LiveEvents events =
            new LiveEvents(RequestSchema.of("live-event.schema.json"), new TokenFilter(List.of(TOKEN)));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9007199254740993",
                "9223372036854775807",
                "18446744073709551616",
                "123456789012345678901234567890",
                "1.10",
                "0.1000000000000000055511151231257827",
                "1E+400",
                "null",
                "[null,{\"a\":null}]",
                "{}",
                "\"ü \\u0000 😀\"",
                "{\"#\":1,\"\":{\"a b\":[[]]}}"
            })
    void passesEachValueAsItCame(String value) throws Exception {
        String json = "{" + ENVELOPE + ",\"data\":{\"value\":" + value + "}," + "\"more\":" + value + "}";

        assertThat(events.json(read(json), null)).isEqualTo(json);
    }

    @Test
    void takesTheTokenOutOfTextsAndNamesAtAnyDepth() throws Exception {
        String json =
                "{" + ENVELOPE + ",\"data\":{\"hash\":\"ana_t0ken\",\"t0ken\":[{\"a_t0ken\":[\"x t0ken_t0ken y\"]}],"
                        + "\"escaped\":\"ana\\u005ft0ken\"},\"x_t0ken\":\"t0ken\"}";

        assertThat(events.json(read(json), null))
                .isEqualTo("{" + ENVELOPE + ",\"data\":{\"hash\":\"ana\",\"\":[{\"a\":[\"x  y\"]}],"
                        + "\"escaped\":\"ana\"},\"x\":\"\"}");
    }

    @Test
    void addsTheUser() throws Exception {
        LiveEvent event = read("{" + ENVELOPE + ",\"userHash\":\"somebody\"}");

        assertThat(events.json(event, "ana")).isEqualTo("{" + ENVELOPE + ",\"userHash\":\"ana\"}");
        assertThat(events.json(event, null)).isEqualTo("{" + ENVELOPE + ",\"userHash\":\"somebody\"}");
    }

    @Test
    void tellsEventsApartByConversationNameAndTimestamp() throws Exception {
        String id = read("{" + ENVELOPE + "}").id();

        assertThat(read("{\"data\":1," + ENVELOPE + "}").id()).isEqualTo(id);
        for (String other : new String[] {
            "{\"name\":\"m\",\"roomId\":\"c-1\",\"timestamp\":1706293970842633079}",
            "{\"name\":\"n\",\"roomId\":\"c-2\",\"timestamp\":1706293970842633079}",
            "{\"name\":\"n\",\"roomId\":\"c-1\",\"timestamp\":1706293970842633080}"
        }) {
            assertThat(read(other).id()).isNotEqualTo(id);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2179          | 2179
            "sales"       | sales
            {"id": 1}     | {"id":1}
            null          |
            """)
    void knowsWhereAConversationWasMoved(String target, String text) throws Exception {
        assertThat(read("{" + ENVELOPE + ",\"data\":{\"target\":" + target + "}}")
                        .target())
                .isEqualTo(text);
        assertThat(read("{" + ENVELOPE + "}").target()).isNull();
        assertThat(read("{" + ENVELOPE + ",\"data\":[]}").target()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"roomId":"c","timestamp":1}                    | /name
            {"name":"","roomId":"c","timestamp":1}          | /name
            {"name":7,"roomId":"c","timestamp":1}           | /name
            {"name":null,"roomId":"c","timestamp":1}        | /name
            {"name":"t0ken","roomId":"c","timestamp":1}     | /name
            {"name":"n","timestamp":1}                      | /roomId
            {"name":"n","roomId":"","timestamp":1}          | /roomId
            {"name":"n","roomId":"a b","timestamp":1}       | /roomId
            {"name":"n","roomId":"../c","timestamp":1}      | /roomId
            {"name":"n","roomId":"t0ken","timestamp":1}     | /roomId
            {"name":"n","roomId":7,"timestamp":1}           | /roomId
            {"name":"n","roomId":"c"}                       | /timestamp
            {"name":"n","roomId":"c","timestamp":"1"}       | /timestamp
            {"name":"n","roomId":"c","timestamp":1.0}       | /timestamp
            {"name":"n","roomId":"c","timestamp":1e999999}  | /timestamp
            {"name":"n","roomId":"c","timestamp":null}      | /timestamp
            """)
    void namesTheFieldOfTheEnvelopeThatIsWrong(String json, String path) {
        assertThatThrownBy(() -> read(json)).isInstanceOfSatisfying(RefusedException.class, refusal -> {
            assertThat(refusal.code()).hasToString("invalid-request");
            assertThat(refusal.details()).singleElement().satisfies(violation -> assertThat(violation.path())
                    .isEqualTo(path));
        });
    }

    @Test
    void refusesNamesThatAreTooLong() throws Exception {
        String json = "{\"name\":\"%s\",\"roomId\":\"c\",\"timestamp\":1}";

        assertThat(read(json.formatted("n".repeat(255))).name()).hasSize(255);
        assertThatThrownBy(() -> read(json.formatted("n".repeat(256)))).hasMessageContaining("/name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "{",
                "{} {}",
                "{\"a_t0ken\":1,\"a_t0ken\":2}",
                "{\"a\":t0ken}",
                "{\"a\":\"\\ud800\"}"
            })
    void refusesWhatIsNoJsonWithoutTheTokenInItsReason(String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOfSatisfying(RefusedException.class, refusal -> {
            assertThat(refusal.code()).hasToString("invalid-json");
            assertThat(refusal.getMessage() + refusal.details()).doesNotContain(TOKEN);
        });
        assertThatThrownBy(() -> events.of(new byte[0])).isInstanceOf(RefusedException.class);
    }

    private LiveEvent read(String json) throws RefusedException {
        return events.of(json.getBytes(UTF_8));
    }
}
