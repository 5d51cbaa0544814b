package dev.livebridge.sandbox;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.WireMock;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LiveStandInTest {
    private static final String API = "/api/v1/live-handler";
    private static final String QUEUE = API + "/queue/external";
    private static final String TOKEN = "secret-token";
    private static final String HELLO = "{'message': [{'action': 'text', 'value': 'Hello', 'source': 'user'}]}";
    private static final String[] JSON_TYPE = {"Content-Type", "application/json"};
    private static final int MAX_BODY = 64 * 1024 * 1024;

    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)\r\ncontent-length: (\\d+)");
    private static final JsonMapper JSON = new JsonMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxStringLength(MAX_BODY).build())
            .build());
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static WireMockServer bridge;
    private static Webhook webhook;
    private static int port;
    private LiveStandIn live;

    @BeforeAll
    static void startTheBridge() {
        bridge = new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
        bridge.start();
        webhook = new Webhook(URI.create(bridge.url("/live/events")), "webhook-secret");
    }

    @AfterAll
    static void stopTheBridge() {
        webhook.close();
        bridge.stop();
    }

    @BeforeEach
    void start() throws Exception {
        bridge.resetAll();
        bridge.stubFor(WireMock.any(anyUrl()).willReturn(ok()));
        port = freePort();
        live = new LiveStandIn("127.0.0.1", port, Map.of(1000L, TOKEN), agent());
    }

    @AfterEach
    void stop() throws Exception {
        live.close();
    }

    // --- queue ---

    @Test
    void queuesAConversation() throws Exception {
        HttpResponse<String> response = post(QUEUE, queueBody());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        JsonNode answer = JSON.readTree(response.body());
        assertThat(answer.properties().stream().map(field -> field.getKey()))
                .containsExactly("conversationId", "customToken", "messageQueueId", "notAttended");
        assertThat(answer.get("messageQueueId")).isEqualTo(json("0"));
        assertThat(answer.get("notAttended")).isEqualTo(json("0"));
        JsonNode conversation = view(answer.get("conversationId").textValue());
        assertThat(conversation.properties().stream().map(field -> field.getKey()))
                .containsExactly("conversationId", "status", "groupsId", "user", "messages");
        assertThat(conversation.get("status").textValue()).isEqualTo("queued");
        assertThat(conversation.get("groupsId")).isEqualTo(json("[2179, 7]"));
        assertThat(conversation.get("messages")).isEmpty();
    }

    @Test
    void knowsTheUserByTheSuffixedHashButShowsThePlainOne() throws Exception {
        JsonNode answer = JSON.readTree(post(QUEUE, queueBody()).body());

        assertThat(answer.get("customToken").textValue()).endsWith("7f3c9a1e55d0_" + TOKEN);
        JsonNode user = view(answer.get("conversationId").textValue()).get("user");
        assertThat(user).isEqualTo(queueBody().get("user"));
        assertThat(get("/sandbox/conversations").body()).doesNotContain(TOKEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[{'Ticket': 2024, 'Plan': 'gold'}]",
                "[{'Ticket': 2024}, {'Plan': 'gold'}]",
                "{'Ticket': 2024, 'Plan': 'gold'}"
            })
    void takesEveryReadingOfExtra(String extra) throws Exception {
        String id = queued(with(queueBody(), "/user/extra", extra));

        assertThat(view(id).at("/user/extra")).isEqualTo(json(extra));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lastname", "email", "phone", "username", "picture", "extra"})
    void takesUsersWithoutWhatIsOptional(String field) throws Exception {
        String id = queued(without(queueBody(), "/user/" + field));

        assertThat(view(id).get("user").has(field)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"email", "phone", "username", "picture"})
    void takesTheDocumentedNullsAndShowsThem(String field) throws Exception {
        String id = queued(with(queueBody(), "/user/" + field, "null"));

        assertThat(view(id).get("user").get(field)).isEqualTo(json("null"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1]", "[0]", "[-5]", "[9223372036854775807]", "[1, 2, 3]"})
    void knowsAnyGroup(String groups) throws Exception {
        assertThat(view(queued(with(queueBody(), "/groupsId", groups))).get("groupsId"))
                .isEqualTo(json(groups));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /botId    | 1001
            /botId    | 0
            /botId    | -1000
            /botId    | 4294968296
            /botToken | "Secret-token"
            /botToken | "secret-token "
            /botToken | "secret"
            /botToken | ""
            """)
    void refusesAnUnknownBotAndAWrongToken(String field, String value) throws Exception {
        int before = conversations().size();

        HttpResponse<String> response = post(QUEUE, with(queueBody(), field, value));

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(error(response)).isEqualTo("unknown bot or wrong token");
        assertThat(conversations()).hasSize(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/botId",
                "/botToken",
                "/groupsId",
                "/protocolId",
                "/status",
                "/lastSender",
                "/user",
                "/user/hash",
                "/user/firstname"
            })
    void refusesAQueueCallWithout(String field) throws Exception {
        refusesTheQueueCall(without(queueBody(), field), field);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /botId           | "1000"               | /botId
            /botId           | 1000.0               | /botId
            /botId           | null                 | /botId
            /botToken        | 17                   | /botToken
            /botToken        | null                 | /botToken
            /groupsId        | []                   | /groupsId
            /groupsId        | 2179                 | /groupsId
            /groupsId        | null                 | /groupsId
            /groupsId        | [2179, "7"]          | /groupsId/1
            /groupsId        | [1.0]                | /groupsId/0
            /groupsId        | [1.5]                | /groupsId/0
            /groupsId        | [null]               | /groupsId/0
            /protocolId      | 1                    | /protocolId
            /protocolId      | 28.0                 | /protocolId
            /protocolId      | "28"                 | /protocolId
            /protocolId      | null                 | /protocolId
            /status          | "attended"           | /status
            /status          | "Queued"             | /status
            /status          | null                 | /status
            /lastSender      | "agent"              | /lastSender
            /lastSender      | null                 | /lastSender
            /user            | []                   | /user
            /user            | "7f3c9a1e55d0"       | /user
            /user            | null                 | /user
            /user/hash       | ""                   | /user/hash
            /user/hash       | 7                    | /user/hash
            /user/hash       | null                 | /user/hash
            /user/firstname  | ""                   | /user/firstname
            /user/firstname  | null                 | /user/firstname
            /user/lastname   | null                 | /user/lastname
            /user/lastname   | 7                    | /user/lastname
            /user/email      | 7                    | /user/email
            /user/phone      | 5492230000000        | /user/phone
            /user/username   | {}                   | /user/username
            /user/picture    | ["x"]                | /user/picture
            /user/extra      | null                 | /user/extra
            /user/extra      | "Ticket"             | /user/extra
            /user/extra      | ["Ticket"]           | /user/extra/0
            /user/extra      | [{"Ticket": true}]   | /user/extra/0/Ticket
            /user/extra      | [{"Ticket": 20.5}]   | /user/extra/0/Ticket
            /user/extra      | [{"Ticket": 20.0}]   | /user/extra/0/Ticket
            /user/extra      | [{"Ticket": null}]   | /user/extra/0/Ticket
            /user/extra      | [{"A": 1}, {"B": []}]| /user/extra/1/B
            /user/extra      | {"Ticket": {}}       | /user/extra/Ticket
            /user/name       | "Ana"                | /user/name
            /user/name       | null                 | /user/name
            /group           | "sales"              | /group
            """)
    void refusesAQueueCallWith(String field, String value, String path) throws Exception {
        refusesTheQueueCall(with(queueBody(), field, value), path);
    }

    @Test
    void namesAllThatIsWrongWithAQueueCall() throws Exception {
        HttpResponse<String> response = post(QUEUE, without(with(queueBody(), "/protocolId", "1"), "/user/hash"));

        assertThat(error(response)).contains("/protocolId: ", "; ", "/user/hash: is required");
    }

    private static void refusesTheQueueCall(JsonNode body, String path) throws Exception {
        int before = conversations().size();

        HttpResponse<String> response = post(QUEUE, body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response)).startsWith(path + ": ").doesNotContain(TOKEN);
        assertThat(conversations()).hasSize(before);
    }

    // --- message ---

    @Test
    void takesTextsAndAttachmentsInOrder() throws Exception {
        String id = queued(queueBody());
        Instant before = Instant.now();

        HttpResponse<String> first = post(messages(id), json("""
                {"message": [
                  {"action": "text", "value": "Here is the invoice", "source": "user"},
                  {"action": "file", "value": "https://files.example.org/invoice.pdf", "source": "user"},
                  {"action": "image", "value": "s3://files/screen.png", "source": "user"}]}"""));
        HttpResponse<String> second = post(messages(id), json(HELLO));

        assertThat(List.of(first.statusCode(), second.statusCode())).containsOnly(200);
        assertThat(json(first.body()).isObject()).isTrue();
        JsonNode arrived = view(id).get("messages");
        assertThat(arrived.findValuesAsText("action")).containsExactly("text", "file", "image", "text");
        assertThat(arrived.findValuesAsText("value"))
                .containsExactly(
                        "Here is the invoice",
                        "https://files.example.org/invoice.pdf",
                        "s3://files/screen.png",
                        "Hello");
        assertThat(arrived.findValuesAsText("source")).containsOnly("user");
        assertThat(arrived.findValuesAsText("receivedAt")).hasSize(4).allSatisfy(at -> assertThat(Instant.parse(at))
                .isBetween(before, Instant.now()));
    }

    @Test
    void listsItsGroups() throws Exception {
        HttpResponse<String> response = get(API + "/group");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(response.body()).findValuesAsText("id")).contains("2179");
    }

    @Test
    void takesMessagesBeforeAndAfterAnAgentAttends() throws Exception {
        String id = queued(queueBody());
        assertThat(post(messages(id), json(HELLO)).statusCode()).isEqualTo(200);
        send("POST", agent(id, "attend"), null);
        assertThat(post(messages(id), json(HELLO)).statusCode()).isEqualTo(200);

        assertThat(view(id).get("messages")).hasSize(2);
    }

    @Test
    void keepsTextsAsTheyAre() throws Exception {
        String id = queued(queueBody());
        String text = "línea 1\nlínea 2\t\"\\ \u0000 \uD83D\uDE00 " + "x".repeat(25_000_000);
        ObjectNode body = (ObjectNode) json(HELLO);
        ((ObjectNode) body.at("/message/0")).put("value", text);

        assertThat(post(messages(id), body).statusCode()).isEqualTo(200);

        assertThat(view(id).at("/messages/0/value").textValue().equals(text)).isTrue();
        assertThat(send("POST", agent(id, "close"), null).statusCode()).isEqualTo(200);
    }

    @Test
    void refusesMessagesOfUnknownAndClosedConversations() throws Exception {
        String id = queued(queueBody());
        post(messages(id), json(HELLO));
        send("POST", agent(id, "close"), null);

        for (String conversation : List.of(id, "no-such-id", id.toUpperCase(), "a%2Fb", "%C3%AD")) {
            HttpResponse<String> response = post(messages(conversation), json(HELLO));
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(error(response)).isEqualTo("unknown or closed conversation");
        }
        assertThat(view(id).get("messages")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                                          | /message
            {"message": null}                                                           | /message
            {"message": []}                                                             | /message
            {"message": "Hello"}                                                        | /message
            {"message": {"action": "text", "value": "Hello", "source": "user"}}         | /message
            {"message": ["Hello"]}                                                      | /message/0
            {"message": [null]}                                                         | /message/0
            {"message": [{"value": "Hello", "source": "user"}]}                         | /message/0/action
            {"message": [{"action": "video", "value": "Hello", "source": "user"}]}      | /message/0/action
            {"message": [{"action": "Text", "value": "Hello", "source": "user"}]}       | /message/0/action
            {"message": [{"action": null, "value": "Hello", "source": "user"}]}         | /message/0/action
            {"message": [{"action": "text", "source": "user"}]}                         | /message/0/value
            {"message": [{"action": "text", "value": "", "source": "user"}]}            | /message/0/value
            {"message": [{"action": "text", "value": 7, "source": "user"}]}             | /message/0/value
            {"message": [{"action": "file", "value": null, "source": "user"}]}          | /message/0/value
            {"message": [{"action": "text", "value": "Hello"}]}                         | /message/0/source
            {"message": [{"action": "text", "value": "Hello", "source": "agent"}]}      | /message/0/source
            {"message": [{"action": "text", "value": "H", "source": "user", "to": "x"}]}| /message/0/to
            {"message": [{"action": "text", "value": "H", "source": "user"}, {}]}       | /message/1/action
            {"message": [{"action": "text", "value": "H", "source": "user"}], "id": 1}  | /id
            """)
    void refusesAMessageCallWith(String body, String path) throws Exception {
        String id = queued(queueBody());

        HttpResponse<String> response = post(messages(id), json(body));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response)).startsWith(path + ": ");
        assertThat(view(id).get("messages")).isEmpty();
    }

    // --- bodies of any call ---

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

    // --- what there is, and how ---

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

    // --- the agent ---

    @Test
    void playsTheAgent() throws Exception {
        String id = queued(queueBody());

        JsonNode attended = done(send("POST", agent(id, "attend"), null));
        assertThat(attended).isEqualTo(view(id));
        assertThat(attended.get("status").textValue()).isEqualTo("attended");

        JsonNode replied = done(post(agent(id, "reply"), json("{'text': 'How can I help?'}")));
        assertThat(replied).isEqualTo(view(id));
        assertThat(replied.at("/messages/0/action").textValue()).isEqualTo("text");
        assertThat(replied.at("/messages/0/value").textValue()).isEqualTo("How can I help?");
        assertThat(replied.at("/messages/0/source").textValue()).isEqualTo("agent");
        assertThat(Instant.parse(replied.at("/messages/0/receivedAt").textValue()))
                .isBeforeOrEqualTo(Instant.now());

        JsonNode transferred = done(post(agent(id, "transfer"), json("{'target': 9000000000}")));
        assertThat(transferred).isEqualTo(view(id));
        assertThat(transferred.get("groupsId")).isEqualTo(json("[9000000000]"));
        assertThat(transferred.get("status").textValue()).isEqualTo("queued");

        JsonNode closed = done(send("POST", agent(id, "close"), null));
        assertThat(closed).isEqualTo(view(id));
        assertThat(closed.get("status").textValue()).isEqualTo("closed");
        assertThat(closed.get("messages")).isEqualTo(replied.get("messages"));
    }

    @Test
    void tellsTheWebhookWhatTheAgentDoes() throws Exception {
        String id = queued(queueBody());

        done(send("POST", agent(id, "attend"), null));
        done(post(agent(id, "reply"), json("{'text': 'How can I help?'}")));
        done(post(agent(id, "transfer"), json("{'target': 7}")));
        done(send("POST", agent(id, "close"), null));

        List<JsonNode> events = events(4);
        assertThat(events)
                .extracting(event -> event.get("name").textValue())
                .containsExactly("attended", "message", "transfer", "close");
        assertThat(events).allSatisfy(event -> {
            assertThat(event.get("roomId").textValue()).isEqualTo(id);
            assertThat(event.get("botId").intValue()).isEqualTo(1000);
            assertThat(event.get("timestamp").longValue() / 1_000_000_000L)
                    .isEqualTo(event.get("eventTime").longValue());
        });
        assertThat(events)
                .extracting(event -> event.get("timestamp").longValue())
                .isSorted()
                .doesNotHaveDuplicates();
        String agent = "'agent': {'name': 'Eva Gil', 'nickname': 'eva', 'groupId': %d}";
        assertThat(events.get(0).get("data")).isEqualTo(json(("{" + agent + "}").formatted(2179)));
        assertThat(events.get(1).get("data"))
                .isEqualTo(json(("{'text': 'How can I help?', " + agent + "}").formatted(2179)));
        assertThat(events.get(2).get("data"))
                .isEqualTo(
                        json(("{'value': '7', 'hash': '7f3c9a1e55d0_secret-token', 'originGroup': 2179, 'target': 7, "
                                        + agent + "}")
                                .formatted(2179)));
        assertThat(events.get(3).get("data")).isEqualTo(json(("{" + agent + "}").formatted(7)));
    }

    @Test
    void tellsAgainWhatTheWebhookDidNotTake() throws Exception {
        bridge.stubFor(WireMock.any(anyUrl())
                .inScenario("away")
                .whenScenarioStateIs(STARTED)
                .willReturn(status(503))
                .willSetStateTo("back"));
        String id = queued(queueBody());

        done(send("POST", agent(id, "attend"), null));
        done(send("POST", agent(id, "close"), null));

        List<JsonNode> events = events(3);
        assertThat(events.get(1)).isEqualTo(events.get(0));
        assertThat(events.get(2).get("name").textValue()).isEqualTo("close");
    }

    /** What came to the webhook, in its order. */
    private static List<JsonNode> events(int number) {
        await().until(() ->
                bridge.findAll(postRequestedFor(urlEqualTo("/live/events"))).size() == number);
        return bridge
                .findAll(postRequestedFor(urlEqualTo("/live/events"))
                        .withHeader("X-Live-Secret", equalTo("webhook-secret"))
                        .withHeader("Content-Type", equalTo("application/json")))
                .stream()
                .map(request -> json(request.getBodyAsString()))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"attend", "reply", "transfer", "close"})
    void refusesToActInUnknownAndClosedConversations(String act) throws Exception {
        String id = queued(queueBody());
        JsonNode closed = done(send("POST", agent(id, "close"), null));
        JsonNode body = json(act.equals("reply") ? "{'text': 'Hi'}" : act.equals("transfer") ? "{'target': 1}" : "{}");

        for (String conversation : List.of(id, "no-such-id")) {
            HttpResponse<String> response = post(agent(conversation, act), body);
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(error(response)).isEqualTo("unknown or closed conversation");
        }
        assertThat(view(id)).isEqualTo(closed);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            reply    | {}                           | /text
            reply    | {"text": null}               | /text
            reply    | {"text": ""}                 | /text
            reply    | {"text": 7}                  | /text
            reply    | {"text": "Hi", "to": "Ana"}  | /to
            transfer | {}                           | /target
            transfer | {"target": null}             | /target
            transfer | {"target": "2179"}           | /target
            transfer | {"target": 2179.0}           | /target
            transfer | {"target": [2179]}           | /target
            transfer | {"target": 1, "group": "a"}  | /group
            """)
    void refusesAnAgentsCallWith(String act, String body, String path) throws Exception {
        String id = queued(queueBody());
        JsonNode before = view(id);

        HttpResponse<String> response = post(agent(id, act), json(body));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response)).startsWith(path + ": ");
        assertThat(view(id)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"attend, attended", "close, closed"})
    void needsNoBodyToAttendAndClose(String act, String status) throws Exception {
        // as curl -X POST, curl -d '' and any JSON client send it
        for (String head : List.of(
                "",
                "Content-Length: 0\n",
                "Content-Length: 0\nContent-Type: application/x-www-form-urlencoded\n",
                "Content-Length: 0\nContent-Type: application/json\n",
                "Content-Length: 2\nContent-Type: application/json\n")) {
            String id = queued(queueBody());
            String answer = raw(
                    port,
                    "POST " + agent(id, act) + " HTTP/1.1\nHost: localhost\nConnection: close\n" + head + "\n"
                            + (head.contains("2") ? "{}" : ""));
            assertThat(answer).startsWith("HTTP/1.1 200 ");
            assertThat(view(id).get("status").textValue()).isEqualTo(status);
        }
    }

    // --- who may make control calls ---

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LocalHost", "127.0.0.1", "[::1]"})
    void takesControlCallsByLocalNames(String name) throws Exception {
        for (String suffix : List.of("", ":8090")) {
            assertThat(control("Host: " + name + suffix + "\n")).startsWith("HTTP/1.1 200 ");
            assertThat(control("Host: localhost\nOrigin: http://" + name + suffix + "\n"))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "Host: localhost.evil.example",
                "Host: 127.0.0.1.evil.example:8090",
                "Host: evil.example:127",
                "Host: 10.0.0.1",
                "Host: localhost\nOrigin: http://evil.example",
                "Host: localhost\nOrigin: http://localhost.evil.example",
                "Host: localhost\nOrigin: http://localhost@evil.example",
                "Host: localhost\nOrigin: null",
                "Host: localhost\nOrigin: file://",
                "Host: localhost\nOrigin: no origin",
                "Host: localhost\nOrigin:"
            })
    void refusesControlCallsFromElsewhere(String headers) throws Exception {
        assertThat(control(headers + "\n"))
                .startsWith("HTTP/1.1 403 ")
                .contains("application/json")
                .endsWith("{\"error\":\"control calls are for this host only\"}");
    }

    @Test
    void refusesStrangersEveryControlCall() throws Exception {
        String id = queued(queueBody());

        for (String call : List.of(
                "GET /sandbox/conversations",
                "GET //sandbox/conversations",
                "GET /%73andbox/conversations",
                "GET /api/../sandbox/conversations",
                "POST " + agent(id, "attend"),
                "POST " + agent(id, "reply"),
                "POST " + agent(id, "transfer"),
                "POST " + agent(id, "close"),
                "PUT /sandbox/faults",
                "DELETE /sandbox/faults",
                "OPTIONS /sandbox/faults",
                "GET /sandbox/nothing")) {
            assertThat(raw(port, call + " HTTP/1.1\nHost: evil.example\nConnection: close\n\n"))
                    .startsWith("HTTP/1.1 40")
                    .doesNotContain(id);
        }
        assertThat(view(id).get("status").textValue()).isEqualTo("queued");
    }

    @Test
    void refusesControlCallsWithoutAHost() throws Exception {
        assertThat(raw(port, "GET /sandbox/conversations HTTP/1.0\n\n")).startsWith("HTTP/1.0 403 ");
    }

    @Test
    void takesControlCallsFromThisHostOnlyAndTheApisOwnFromAnywhere() throws Exception {
        InetAddress address = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(candidate -> !candidate.isLoopbackAddress() && !candidate.isLinkLocalAddress())
                .findFirst()
                .orElse(null);
        assumeThat(address).as("a network of this host").isNotNull();
        int open = freePort();
        try (LiveStandIn everywhere = new LiveStandIn("0.0.0.0", open, Map.of(1000L, TOKEN), agent())) {
            String body = queueBody().toString();
            String head = " HTTP/1.1\nHost: localhost\nConnection: close\nContent-Type: application/json\n";

            assertThat(raw(address, open, "GET /sandbox/conversations" + head + "\n"))
                    .startsWith("HTTP/1.1 403 ");
            assertThat(raw(
                            address,
                            open,
                            "POST " + QUEUE + head + "Content-Length: " + body.getBytes(UTF_8).length + "\n\n" + body))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(raw(open, "GET /sandbox/conversations" + head + "\n"))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("7f3c9a1e55d0");
        }
    }

    // --- faults ---

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

    // --- many at once ---

    @Test
    void takesManyCallsAtOnce() throws Exception {
        String shared = queued(queueBody());
        faults("{'latencyMs': 5}");

        List<CompletableFuture<Void>> calls = IntStream.range(0, 200)
                .mapToObj(i -> async(QUEUE, with(queueBody(), "/user/hash", "'user-" + i + "'"))
                        .thenCompose(answer -> async(
                                        messages(answer.get("conversationId").textValue()), hello(i))
                                .thenCombine(async(messages(shared), hello(i)), (own, other) -> (Void) null)))
                .toList();
        CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);

        assertThat(view(shared).get("messages").findValuesAsText("value"))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 200).mapToObj(i -> "Hello " + i).toList());
        List<JsonNode> own = StreamSupport.stream(conversations().spliterator(), false)
                .filter(conversation ->
                        conversation.at("/user/hash").textValue().startsWith("user-"))
                .toList();
        assertThat(own).hasSize(200).allSatisfy(conversation -> {
            String number = conversation.at("/user/hash").textValue().substring("user-".length());
            assertThat(conversation.get("messages").findValuesAsText("value")).containsExactly("Hello " + number);
        });
        assertThat(own.stream().map(conversation -> conversation.get("conversationId")))
                .doesNotHaveDuplicates();
    }

    // --- start and stop ---

    @Test
    void leavesNothingBehindWhenItsPortIsTaken() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();

        assertThatThrownBy(() -> new LiveStandIn("127.0.0.1", port, Map.of(1000L, TOKEN), agent()))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(BindException.class);

        endsAllThreadsBut(before);
    }

    @Test
    void leavesNothingBehindWhenItCloses() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        int other = freePort();
        LiveStandIn closing = new LiveStandIn("localhost", other, Map.of(1L, "a"), agent());
        String answer = raw(other, "GET /sandbox/conversations HTTP/1.1\nHost: localhost\nConnection: close\n\n");
        assertThat(answer).endsWith("[]");

        closing.close();

        endsAllThreadsBut(before);
        assertThatThrownBy(() -> raw(other, "GET / HTTP/1.1\n\n")).isInstanceOf(IOException.class);
        new LiveStandIn("localhost", other, Map.of(1L, "a"), agent()).close();
    }

    private static Agent agent() {
        return new Agent(webhook, new Agent.Names("attended", "transfer", "close"), Map.of(1000L, TOKEN));
    }

    private static void endsAllThreadsBut(Set<Thread> before) {
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("vert"))
                .isSubsetOf(before));
    }

    // --- how to say it ---

    private static ObjectNode queueBody() {
        return (ObjectNode) json("""
                {"botId": 1000, "botToken": "%s", "groupsId": [2179, 7], "protocolId": 28, "status": "queued",
                 "lastSender": "user",
                 "user": {"hash": "7f3c9a1e55d0", "firstname": "Ana", "lastname": "Suárez", "email": "ana@example.org",
                          "phone": null, "username": null, "picture": null, "extra": [{"Ticket": 2024}]}}""".formatted(TOKEN));
    }

    private static JsonNode hello(int number) {
        return with((ObjectNode) json(HELLO), "/message/0/value", "'Hello " + number + "'");
    }

    private static ObjectNode with(ObjectNode body, String pointer, String value) {
        int last = pointer.lastIndexOf('/');
        ((ObjectNode) body.at(pointer.substring(0, last))).set(pointer.substring(last + 1), json(value));
        return body;
    }

    private static ObjectNode without(ObjectNode body, String pointer) {
        int last = pointer.lastIndexOf('/');
        ((ObjectNode) body.at(pointer.substring(0, last))).remove(pointer.substring(last + 1));
        return body;
    }

    private static String messages(String id) {
        return API + "/" + id + "/client/message";
    }

    private static String agent(String id, String act) {
        return "/sandbox/conversations/" + id + "/" + act;
    }

    private static String queued(JsonNode body) throws Exception {
        return done(post(QUEUE, body)).get("conversationId").textValue();
    }

    private static JsonNode faults(String faults) throws Exception {
        return done(send("PUT", "/sandbox/faults", publisher(json(faults)), JSON_TYPE));
    }

    private static ArrayNode conversations() throws Exception {
        return (ArrayNode) done(get("/sandbox/conversations"));
    }

    private static JsonNode view(String id) throws Exception {
        return StreamSupport.stream(conversations().spliterator(), false)
                .filter(conversation ->
                        conversation.get("conversationId").textValue().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode done(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        return json(response.body());
    }

    private static String error(HttpResponse<String> response) {
        JsonNode body = json(response.body());
        assertThat(body).hasSize(1);
        return body.get("error").textValue();
    }

    /** Names and texts may stand in single quotes. */
    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text.contains("\"") ? text : text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static BodyPublisher publisher(JsonNode body) {
        return BodyPublishers.ofString(body.toString());
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return send("GET", path, null);
    }

    private static HttpResponse<String> post(String path, JsonNode body) throws Exception {
        return send("POST", path, publisher(body), JSON_TYPE);
    }

    private static HttpResponse<String> send(String method, String path, BodyPublisher body, String... headers)
            throws Exception {
        HttpRequest.Builder request = request(method, path, body == null ? BodyPublishers.noBody() : body);
        return CLIENT.send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }

    private static CompletableFuture<JsonNode> async(String path, JsonNode body) {
        HttpRequest request =
                request("POST", path, publisher(body)).headers(JSON_TYPE).build();
        return CLIENT.sendAsync(request, BodyHandlers.ofString()).thenApply(LiveStandInTest::done);
    }

    private static HttpRequest.Builder request(String method, String path, BodyPublisher body) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, body);
    }

    /** For headers that the client keeps to itself. */
    private static String control(String headers) throws IOException {
        return raw(port, "GET /sandbox/conversations HTTP/1.1\nConnection: close\n" + headers + "\n");
    }

    private static String raw(int port, String request) throws IOException {
        return raw(InetAddress.getLoopbackAddress(), port, request);
    }

    private static String raw(InetAddress address, int port, String request) throws IOException {
        try (Socket socket = new Socket(address, port)) {
            socket.setSoTimeout(20_000);
            write(socket, request);
            return read(socket);
        }
    }

    private static void write(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.replace("\n", "\r\n").getBytes(UTF_8));
    }

    /** One answer, or what there is of it before the end: its connection may stay open. */
    private static String read(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            head.append((char) octet);
            if (head.toString().endsWith("\r\n\r\n")) {
                Matcher length = CONTENT_LENGTH.matcher(head);
                return head
                        + (length.find() ? new String(in.readNBytes(Integer.parseInt(length.group(1))), UTF_8) : "");
            }
        }
        return head.toString();
    }

    private static Duration timed(ThrowingCallable call) throws Exception {
        long start = System.nanoTime();
        try {
            call.call();
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
