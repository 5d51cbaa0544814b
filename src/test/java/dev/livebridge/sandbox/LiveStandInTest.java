package dev.livebridge.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.BindException;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the stand-in takes and refuses of Live's API, as the bridge calls it. */
class LiveStandInTest extends LiveStandInCalls {
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

        assertThatThrownBy(() -> new LiveStandIn("127.0.0.1", port, Map.of(1000L, TOKEN), agent(), new LocalCallers()))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(BindException.class);

        endsAllThreadsBut(before);
    }

    @Test
    void leavesNothingBehindWhenItCloses() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        int other = freePort();
        LiveStandIn closing = new LiveStandIn("localhost", other, Map.of(1L, "a"), agent(), new LocalCallers());
        String answer = raw(other, "GET /sandbox/conversations HTTP/1.1\nHost: localhost\nConnection: close\n\n");
        assertThat(answer).endsWith("[]");

        closing.close();

        endsAllThreadsBut(before);
        assertThatThrownBy(() -> raw(other, "GET / HTTP/1.1\n\n")).isInstanceOf(IOException.class);
        new LiveStandIn("localhost", other, Map.of(1L, "a"), agent(), new LocalCallers()).close();
    }

    private static void endsAllThreadsBut(Set<Thread> before) {
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("vert"))
                .isSubsetOf(before));
    }
}
