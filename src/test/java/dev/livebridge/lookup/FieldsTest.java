package dev.livebridge.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.Log;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FieldsTest {
    private final Log log = Log.listen();
    private final Fields fields = new Fields(
            "live.lookup.http.fields.",
            Map.of("Plan", "plan", "City", "/address/city", "Note", "note", "List", "list"));

    @AfterEach
    void stop() {
        log.close();
    }

    @Test
    void warnsOnceOfFieldsThatTheFirstAnswerLacks() throws IOException {
        assertThat(fields.of(null)).isEmpty();
        assertThat(log.lines()).isEmpty();

        for (int i = 0; i < 3; i++) {
            assertThat(fields.of(json("{'Plan': 'gold', 'note': null, 'list': ['a'], 'address': {}}")))
                    .isEmpty();
        }

        assertThat(log.lines())
                .hasSize(3)
                .anyMatch(line -> line.startsWith("live.lookup.http.fields.Plan = plan: "))
                .anyMatch(line -> line.startsWith("live.lookup.http.fields.City = /address/city: "))
                .anyMatch(line -> line.startsWith("live.lookup.http.fields.List = list: "));
    }

    @Test
    void leavesOutWhatLiveDoesNotTake() throws IOException {
        assertThat(
                        new Fields("live.lookup.http.fields.", Map.of())
                                .of(
                                        json(
                                                "{'número': 7, 'Vip': true, 'No': null, 'List': [1], 'In': {'a': 1}, '': 1, 'Bad': '\\ud800'}")))
                .isEqualTo(Map.of("número", 7, "Vip", true));
    }

    private static Object json(String text) throws IOException {
        return new JsonMapper().readTree(text.replace('\'', '"'));
    }
}
