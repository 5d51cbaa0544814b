package dev.livebridge.sandbox;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is the same for all of the stand-in's calls: bodies, their types and sizes, addresses and methods. */
class LiveStandInHttpTest extends LiveStandInCalls {
    static Stream<byte[]> noJson() {
        return Stream.concat(
                Stream.of(
                                "",
                                " ",
                                "{",
                                "Hello",
                                "[]",
                                "null",
                                "'text'",
                                "7",
                                "{} {}",
                                "{'message': [], 'message': []}",
                                "{'a': NaN}",
                                "{'a': 1e999}",
                                "{'a': 9223372036854775808}",
                                "{'a': '\\ud800'}",
                                "[".repeat(1000))
                        .map(body -> body.replace('\'', '"').getBytes(UTF_8)),
                Stream.of("{}".getBytes(UTF_16BE), new byte[] {'{', '"', (byte) 0xC3, '"', ':', '1', '}'}));
    }

    @ParameterizedTest
    @MethodSource("noJson")
    void refusesWhatIsNoJson(byte[] body) throws Exception {
        String id = queued(queueBody());
        for (String path : List.of(QUEUE, messages(id), agent(id, "reply"), agent(id, "transfer"))) {
            refusesTheBody("POST", path, body);
        }
        refusesTheBody("PUT", "/sandbox/faults", body);
    }

    private static void refusesTheBody(String method, String path, byte[] body) throws Exception {
        HttpResponse<String> response = send(method, path, BodyPublishers.ofByteArray(body), JSON_TYPE);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response)).startsWith("/: the body ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON"})
    void takesJsonByAnySpellingOfItsType(String type) throws Exception {
        String id = queued(queueBody());
        BodyPublisher body = BodyPublishers.ofString("\uFEFF" + json(HELLO));

        assertThat(send("POST", messages(id), body, "Content-Type", type).statusCode())
                .isEqualTo(200);
        assertThat(view(id).get("messages")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text/plain",
                "text/plain; application/json",
                "application/jsonp",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "multipart/form-data"
            })
    void refusesBodiesOfOtherTypes(String type) throws Exception {
        String id = queued(queueBody());
        String[] header = type.isEmpty() ? new String[0] : new String[] {"Content-Type", type};

        for (String path : List.of(
                QUEUE,
                messages(id),
                agent(id, "attend"),
                agent(id, "reply"),
                agent(id, "transfer"),
                agent(id, "close"))) {
            refusesTheType(send("POST", path, BodyPublishers.ofString("{}"), header));
            // of unknown length: no Content-Length, but chunks
            refusesTheType(send("POST", path, BodyPublishers.ofInputStream(InputStream::nullInputStream), header));
        }
        refusesTheType(send("PUT", "/sandbox/faults", BodyPublishers.ofString("{}"), header));
        assertThat(view(id).get("status").textValue()).isEqualTo("queued");
    }

    private static void refusesTheType(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(error(response)).isEqualTo("Content-Type must be application/json");
    }

    @Test
    void refusesBodiesThatAreTooLargeAsSoonAsTheyAreAnnounced() throws Exception {
        String answer = raw(port, """
                POST %s HTTP/1.1
                Host: localhost
                Content-Type: application/json
                Content-Length: %d
                Connection: close

                """.formatted(QUEUE, MAX_BODY + 1));

        assertThat(answer).startsWith("HTTP/1.1 413 ").endsWith("{\"error\":\"Request Entity Too Large\"}");
    }

    @Test
    void refusesBodiesThatTurnOutTooLarge() throws Exception {
        BodyPublisher spaces = BodyPublishers.ofByteArrays(
                () -> Stream.generate(() -> " ".repeat(1024 * 1024).getBytes(UTF_8))
                        .limit(65)
                        .iterator());

        HttpResponse<String> response = send("POST", QUEUE, spaces, JSON_TYPE);

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(error(response)).isEqualTo("Request Entity Too Large");
    }

    @Test
    void answersClientsThatAskBeforeTheySend() throws Exception {
        HttpRequest request = request("POST", messages(queued(queueBody())), publisher(json(HELLO)))
                .headers(JSON_TYPE)
                .expectContinue(true)
                .build();

        assertThat(CLIENT.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /",
        "GET, /sandbox",
        "GET, /sandbox/",
        "GET, /sandbox/nothing",
        "POST, /queue/external",
        "POST, /api/v1/live-handler/queue",
        "POST, /api/v1/live-handler/a/b/client/message",
        "POST, /sandbox/conversations/a/forget"
    })
    void answersJsonWhereThereIsNothing(String method, String path) throws Exception {
        HttpResponse<String> response = send(method, path, null);

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(error(response)).isEqualTo("Not Found");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/live-handler/queue/external, POST",
        "PUT, /api/v1/live-handler/queue/external, POST",
        "GET, /api/v1/live-handler/a/client/message, POST",
        "POST, /sandbox/conversations, GET",
        "DELETE, /sandbox/conversations, GET",
        "GET, /sandbox/conversations/a/attend, POST",
        "PUT, /sandbox/conversations/a/reply, POST",
        "GET, /sandbox/conversations/a/transfer, POST",
        "DELETE, /sandbox/conversations/a/close, POST",
        "GET, /sandbox/faults, 'DELETE, PUT'",
        "POST, /sandbox/faults, 'DELETE, PUT'",
        "OPTIONS, /sandbox/faults, 'DELETE, PUT'"
    })
    void answersJsonToAMethodThatIsNotAllowed(String method, String path, String allowed) throws Exception {
        HttpResponse<String> response = send(method, path, null);

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow").orElseThrow().split(", "))
                .containsExactlyInAnyOrder(allowed.split(", "));
        assertThat(error(response)).isEqualTo("Method Not Allowed");
    }

    @Test
    void answersJsonToAnAddressThatIsNone() throws Exception {
        String answer = raw(port, "GET /sandbox/%zz HTTP/1.1\nHost: localhost\nConnection: close\n\n");

        assertThat(answer).startsWith("HTTP/1.1 400 ").endsWith("{\"error\":\"Bad Request\"}");
    }
}
