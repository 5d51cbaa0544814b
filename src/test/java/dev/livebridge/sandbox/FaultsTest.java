package dev.livebridge.sandbox;

import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the stand-in misbehaves, as it is asked to. */
class FaultsTest extends LiveStandInCalls {
    @Test
    void misbehavesAsAsked() throws Exception {
        String faults = "{\"status\":503,\"rate\":1.0,\"retryAfter\":2,\"latencyMs\":0,\"reset\":false}";
        assertThat(faults(faults)).isEqualTo(json(faults));
        int before = conversations().size();

        HttpResponse<String> response = post(QUEUE, queueBody());

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).hasValue("2");
        assertThat(error(response)).isEqualTo("a fault that was asked for");
        assertThat(conversations()).hasSize(before);
    }

    @Test
    void takesFaultsWithoutAnyFieldAsNone() throws Exception {
        String none = "{'status': null, 'rate': 1.0, 'retryAfter': null, 'latencyMs': 0, 'reset': false}";
        assertThat(faults("{}")).isEqualTo(json(none));
        assertThat(faults("{'status': null, 'rate': null, 'retryAfter': null, 'latencyMs': null, 'reset': null}"))
                .isEqualTo(json(none));

        queued(queueBody());
    }

    @Test
    void strikesEveryCallUnlessToldARate() throws Exception {
        String id = queued(queueBody());
        faults("{'status': 500}");

        for (int i = 0; i < 20; i++) {
            HttpResponse<String> response = post(messages(id), json(HELLO));
            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(response.headers().firstValue("Retry-After")).isEmpty();
        }
        assertThat(view(id).get("messages")).isEmpty();
    }

    @Test
    void strikesNoCallAtRateZero() throws Exception {
        String id = queued(queueBody());
        for (String faults : List.of("{'status': 500, 'rate': 0}", "{'reset': true, 'rate': 0.0}")) {
            faults(faults);
            for (int i = 0; i < 20; i++) {
                assertThat(post(messages(id), json(HELLO)).statusCode()).isEqualTo(200);
            }
        }
        assertThat(view(id).get("messages")).hasSize(40);
    }

    @Test
    void carriesOutExactlyTheCallsThatItSpares() throws Exception {
        String id = queued(queueBody());
        faults("{'status': 429, 'rate': 0.5}");
        int spared = 0;
        for (int i = 0; i < 200; i++) {
            int status = post(messages(id), json(HELLO)).statusCode();
            assertThat(status).isIn(200, 429);
            spared += status == 200 ? 1 : 0;
        }

        // outside of it once in 10^11 runs
        assertThat(spared).isBetween(50, 150);
        assertThat(view(id).get("messages")).hasSize(spared);
    }

    @Test
    void strikesBeforeItLooksAtTheCall() throws Exception {
        faults("{'status': 502}");

        assertThat(post(QUEUE, json("{}")).statusCode()).isEqualTo(502);
        assertThat(post(QUEUE, with(queueBody(), "/botId", "1")).statusCode()).isEqualTo(502);
        assertThat(post(messages("no-such-id"), json(HELLO)).statusCode()).isEqualTo(502);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 205, 301, 304, 400, 401, 404, 408, 410, 425, 429, 500, 599})
    void strikesWithAnyStatus(int status) throws Exception {
        faults("{'status': %d}".formatted(status));

        // twice, on one connection: what follows the first answer is not part of it
        assertThat(post(QUEUE, queueBody()).statusCode()).isEqualTo(status);
        assertThat(post(QUEUE, queueBody()).statusCode()).isEqualTo(status);
    }

    @Test
    void sparesControlCalls() throws Exception {
        String id = queued(queueBody());
        for (String faults : List.of("{'status': 503}", "{'reset': true}", "{'latencyMs': 600000}")) {
            faults(faults);
            assertThat(view(id).get("conversationId").textValue()).isEqualTo(id);
            done(send("POST", agent(id, "attend"), null));
            done(post(agent(id, "reply"), json("{'text': 'Hi'}")));
            done(post(agent(id, "transfer"), json("{'target': 1}")));
        }
    }

    @Test
    void closesTheConnectionOnReset() throws Exception {
        String id = queued(queueBody());
        faults("{'reset': true, 'status': 503}");

        assertThatThrownBy(() -> post(messages(id), json(HELLO))).isInstanceOf(IOException.class);
        assertThat(raw(port, "POST " + messages(id) + " HTTP/1.1\nHost: localhost\n\n"))
                .isEmpty();
        assertThat(view(id).get("messages")).isEmpty();
    }

    @Test
    void isLateWithEveryAnswer() throws Exception {
        String id = queued(queueBody());

        faults("{'latencyMs': 150}");
        assertThat(timed(() ->
                        assertThat(post(messages(id), json(HELLO)).statusCode()).isEqualTo(200)))
                .isGreaterThanOrEqualTo(Duration.ofMillis(150));
        assertThat(view(id).at("/messages/0/value").textValue()).isEqualTo("Hello");

        faults("{'latencyMs': 150, 'status': 503, 'retryAfter': 0}");
        assertThat(timed(() -> assertThat(
                                post(messages(id), json(HELLO)).headers().firstValue("Retry-After"))
                        .hasValue("0")))
                .isGreaterThanOrEqualTo(Duration.ofMillis(150));

        faults("{'latencyMs': 150, 'reset': true}");
        assertThat(timed(() -> assertThatThrownBy(() -> post(messages(id), json(HELLO)))
                        .isInstanceOf(IOException.class)))
                .isGreaterThanOrEqualTo(Duration.ofMillis(150));
        assertThat(view(id).get("messages")).hasSize(1);
    }

    @Test
    void carriesOutALateCallWhoseCallerIsGone() throws Exception {
        String id = queued(queueBody());
        String body = json(HELLO).toString();
        faults("{'latencyMs': 150}");

        try (Socket socket = new Socket("127.0.0.1", port)) {
            write(
                    socket,
                    "POST " + messages(id) + " HTTP/1.1\nHost: localhost\nContent-Type: application/json\n"
                            + "Content-Length: " + body.length() + "\n\n" + body);
        }

        await().untilAsserted(() -> assertThat(view(id).get("messages")).hasSize(1));
        faults("{}");
        assertThat(post(messages(id), json(HELLO)).statusCode()).isEqualTo(200);
    }

    @Test
    void endsItsFaults() throws Exception {
        faults("{'status': 503, 'retryAfter': 2, 'latencyMs': 600000, 'reset': true}");

        JsonNode none = done(send("DELETE", "/sandbox/faults", null));

        assertThat(none)
                .isEqualTo(json("{'status': null, 'rate': 0.0, 'retryAfter': null, 'latencyMs': 0, 'reset': false}"));
        queued(queueBody());
    }

    @Test
    void replacesItsFaultsAsAWhole() throws Exception {
        faults("{'status': 503, 'retryAfter': 2, 'latencyMs': 600000}");
        faults("{'status': 500}");

        HttpResponse<String> response = post(QUEUE, queueBody());

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.headers().firstValue("Retry-After")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"status": 199}         | /status
            {"status": 600}         | /status
            {"status": "503"}       | /status
            {"status": 503.0}       | /status
            {"rate": -0.01}         | /rate
            {"rate": 1.01}          | /rate
            {"rate": "1"}           | /rate
            {"retryAfter": -1}      | /retryAfter
            {"retryAfter": 0.5}     | /retryAfter
            {"latencyMs": -1}       | /latencyMs
            {"latencyMs": 600001}   | /latencyMs
            {"latencyMs": "50"}     | /latencyMs
            {"reset": "true"}       | /reset
            {"reset": 1}            | /reset
            {"delay": 50}           | /delay
            """)
    void refusesFaultsWith(String body, String path) throws Exception {
        HttpResponse<String> response = send("PUT", "/sandbox/faults", publisher(json(body)), JSON_TYPE);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response)).startsWith(path + ": ");
        queued(queueBody());
    }

    @Test
    void takesLongWaits() throws Exception {
        faults("{'status': 429, 'retryAfter': 9000000000}");

        assertThat(post(QUEUE, queueBody()).headers().firstValue("Retry-After")).hasValue("9000000000");
    }
}
