package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.QUEUE_PATH;
import static dev.livebridge.TestBridge.TOKEN;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import jakarta.jms.BytesMessage;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.camel.util.FileUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One bridge, three bots: the first, one that requests choose by its name, and one that has queues for itself. */
class BotsIT {
    private static final String SUPPORT_CONVERSATIONS = "support.conversations";
    private static final String SUPPORT_MESSAGES = "support.messages";

    private static final Path HOME = TestBridge.copyOfTheProject();

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .at(HOME)
            .with("live.routes.reload", "true")
            .with("live.consumers", "2")
            .with("live.hold.after", "300ms")
            .with("live.bots.sales.id", "2000")
            .with("live.bots.sales.token", "sales-t0ken")
            .with("live.bots.sales.previous-token", "sales-0ld")
            .with("live.bots.sales.default-groups-id", "3000")
            .with("live.bots.support.id", "4000")
            .with("live.bots.support.token", "support-t0ken")
            .with("live.bots.support.queues.conversations", SUPPORT_CONVERSATIONS)
            .with("live.bots.support.queues.messages", SUPPORT_MESSAGES);

    private final String user = unique("user");
    private final String conversation = unique("conversation");

    @AfterAll
    static void removeHome() {
        FileUtil.removeDir(HOME.toFile());
    }

    @BeforeEach
    void answer() {
        for (int bot : new int[] {1000, 2000, 4000}) {
            answer(bot, okJson("{\"conversationId\": \"%s\"}".formatted(conversation(bot))));
        }
    }

    @Test
    void asksInTheNameOfTheBotThatARequestNames() throws Exception {
        JsonNode reply = BRIDGE.request(CONVERSATIONS, request("sales"));

        assertThat(reply.at("/conversationId").asText()).isEqualTo(conversation(2000));
        BRIDGE.live()
                .verify(
                        1,
                        postRequestedFor(urlEqualTo(QUEUE_PATH))
                                .withRequestBody(matchingJsonPath("$.botId", equalTo("2000")))
                                .withRequestBody(matchingJsonPath("$.botToken", equalTo("sales-t0ken")))
                                .withRequestBody(matchingJsonPath("$.groupsId", equalToJson("[3000]"))));
        assertThat(json(BRIDGE.receive(EVENTS)).at("/botId").asLong()).isEqualTo(2000);
    }

    @Test
    void asksInTheNameOfTheBotWhoseQueueItIs() throws Exception {
        JsonNode reply = BRIDGE.request(SUPPORT_CONVERSATIONS, request(null));

        assertThat(reply.at("/conversationId").asText()).isEqualTo(conversation(4000));
        BRIDGE.live()
                .verify(
                        1,
                        postRequestedFor(urlEqualTo(QUEUE_PATH))
                                .withRequestBody(matchingJsonPath("$.botToken", equalTo("support-t0ken")))
                                .withRequestBody(matchingJsonPath("$.groupsId", equalToJson("[2179]"))));
        assertThat(BRIDGE.request(SUPPORT_CONVERSATIONS, request("support"))
                        .at("/status")
                        .asText())
                .isEqualTo("queued");
    }

    @Test
    void refusesAnotherBotThanThoseThatAreThere() throws Exception {
        JsonNode unknown = BRIDGE.request(CONVERSATIONS, request("slaes"));
        assertThat(unknown.at("/error/details/0/path").asText()).isEqualTo("/bot");
        assertThat(unknown.at("/error/details/0/message").asText())
                .isEqualTo("no live.bots.slaes is configured, only sales, support");

        JsonNode other =
                BRIDGE.request(SUPPORT_MESSAGES, "{\"bot\": \"sales\", \"userHash\": \"u\", \"text\": \"Hi\"}");
        assertThat(other.at("/error/details/0/message").asText())
                .isEqualTo("must be 'support' or absent on queue support.messages, not 'sales'");
    }

    @Test
    void keepsTheUsersOfBotsApart() throws Exception {
        BRIDGE.request(CONVERSATIONS, request(null));
        BRIDGE.request(CONVERSATIONS, request("sales"));
        BRIDGE.request(SUPPORT_CONVERSATIONS, request(null));

        assertThat(sent(MESSAGES, message(null, "one"))).isEqualTo(conversation(1000));
        assertThat(sent(MESSAGES, message("sales", "two"))).isEqualTo(conversation(2000));
        assertThat(sent(SUPPORT_MESSAGES, message(null, "three"))).isEqualTo(conversation(4000));
        BytesMessage file = BRIDGE.bytes(new byte[] {1});
        file.setStringProperty("fileName", "a.bin");
        file.setStringProperty("bot", "sales");
        file.setStringProperty("userHash", user);
        // there is no bucket, but a conversation
        BRIDGE.send(MESSAGES, file);
        assertThat(BRIDGE.receive(DEADLETTERS).getStringProperty("liveErrorMessage"))
                .contains("live.s3.bucket");
    }

    @Test
    void scopesAKeyByTheBot() throws Exception {
        for (String bot : new String[] {null, "sales"}) {
            TextMessage message = BRIDGE.text(request(bot));
            message.setStringProperty("idempotencyKey", "k");
            assertThat(BRIDGE.request(CONVERSATIONS, message).path("duplicate").asBoolean())
                    .isFalse();
        }
        TextMessage again = BRIDGE.text(request("sales"));
        again.setStringProperty("idempotencyKey", "k");
        assertThat(BRIDGE.request(CONVERSATIONS, again).path("duplicate").asBoolean())
                .isTrue();
    }

    @Test
    void opensAConversationWithTheBotOfAMessage() throws Exception {
        for (int i = 0; i < 3; i++) {
            BRIDGE.send(
                    SUPPORT_MESSAGES,
                    "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}, \"text\": \"%d\"}".formatted(user, i));
        }

        await().until(() -> texts(4000).size() == 3);
        assertThat(texts(4000)).containsExactly("0", "1", "2");
        BRIDGE.live()
                .verify(
                        1,
                        postRequestedFor(urlEqualTo(QUEUE_PATH))
                                .withRequestBody(matchingJsonPath("$.user.hash", equalTo(user)))
                                .withRequestBody(matchingJsonPath("$.botId", equalTo("4000"))));
    }

    @Test
    void knowsTheBotOfAConversationAndOfAnEvent() throws Exception {
        BRIDGE.request(CONVERSATIONS, request("sales"));
        BRIDGE.receive(EVENTS);

        assertThat(BRIDGE.postEvent("""
                        {"name": "transfer", "roomId": "%s", "timestamp": 1, "botId": 7, "eventTime": 1,
                         "data": {"hash": "%s_sales-t0ken", "was": "x_sales-0ld", "other": "%s"}}
                        """.formatted(conversation(2000), user, TOKEN))
                        .statusCode())
                .isEqualTo(200);
        JsonNode event = json(BRIDGE.receive(EVENTS));
        assertThat(event.at("/userHash").asText()).isEqualTo(user);
        assertThat(event.at("/data").toString())
                .isEqualTo("{\"hash\":\"%s\",\"was\":\"x\",\"other\":\"\"}".formatted(user));

        BRIDGE.postEvent(
                "{\"name\": \"close\", \"roomId\": \"%s\", \"timestamp\": 2, \"botId\": 2000, \"eventTime\": 1}"
                        .formatted(conversation(2000)));
        BRIDGE.receive(EVENTS);
        JsonNode closed = BRIDGE.request(
                MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation(2000)));
        assertThat(closed.at("/error/code").asText()).isEqualTo("conversation-closed");
    }

    @Test
    void knowsTheBotOfAConversationThatOnlyLiveHasSpokenOf() throws Exception {
        String opened = user + "-by-another";
        BRIDGE.postEvent(
                "{\"name\": \"close\", \"roomId\": \"%s\", \"timestamp\": 3, \"botId\": 2000, \"eventTime\": 1}"
                        .formatted(opened));
        BRIDGE.receive(EVENTS);

        JsonNode closed = BRIDGE.request(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(opened));
        assertThat(closed.at("/error/code").asText()).isEqualTo("conversation-closed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wrong token", "rate limit", "no answer"})
    void feelsNothingOfABotWithQueuesOfItsOwn(String trouble) throws Exception {
        answer(4000, trouble(trouble));
        List<String> waiting =
                IntStream.range(0, 6).mapToObj(i -> user + "-" + i).toList();
        for (String hash : waiting) {
            BRIDGE.send(SUPPORT_CONVERSATIONS, request(null).replace(user, hash));
        }
        // both its consumers have one
        await().until(() -> Set.copyOf(users(4000)).size() >= 2);

        for (int i = 0; i < 5; i++) {
            BRIDGE.request(CONVERSATIONS, request(null));
            assertThat(sent(MESSAGES, message(null, "Hi"))).isEqualTo(conversation(1000));
        }
        assertThat(users(1000)).as("a call each").hasSize(5);
        assertThat(BRIDGE.health("").toString()).doesNotContain("Live is away");

        answer(4000, okJson("{\"conversationId\": \"%s\"}".formatted(conversation(4000))));
        for (int i = 0; i < waiting.size() + 5; i++) {
            assertThat(json(BRIDGE.receive(EVENTS)).at("/name").asText()).isEqualTo("queued");
        }
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }

    private ResponseDefinitionBuilder trouble(String kind) {
        return switch (kind) {
            case "wrong token" -> status(401);
            case "rate limit" -> status(429).withHeader("Retry-After", "2");
            default ->
                okJson("{\"conversationId\": \"%s\"}".formatted(conversation(4000)))
                        .withFixedDelay(2_000);
        };
    }

    @Test
    void setsAsideWhatOneBotCannotSendWhereAllShareTheQueues() throws Exception {
        answer(2000, status(403));
        for (int i = 0; i < 6; i++) {
            BRIDGE.send(CONVERSATIONS, request("sales").replace(user, user + "-" + i));
        }
        for (int i = 0; i < 20; i++) {
            BRIDGE.request(CONVERSATIONS, request(null));
        }
        // its credentials, though those of others are well
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
        assertThat(BRIDGE.health("").toString())
                .contains("Live for bot sales is away")
                .doesNotContain("Live is away");

        answer(2000, okJson("{\"conversationId\": \"%s\"}".formatted(conversation(2000))));
        for (int i = 0; i < 26; i++) {
            assertThat(json(BRIDGE.receive(EVENTS)).at("/name").asText()).isEqualTo("queued");
        }
    }

    @Test
    void changesTheRoutesOfAllBotsWithTheirFile() throws Exception {
        Path file = HOME.resolve("routes/send-message.camel.yaml");
        Files.writeString(
                file, Files.readString(file).replace("Send the user's message to the agent", "Send it otherwise"));

        // for a moment there is none
        await().ignoreExceptions().untilAsserted(() -> {
            assertThat(BRIDGE.context().getRoute("send-message").getDescription())
                    .isEqualTo("Send it otherwise");
            assertThat(BRIDGE.context().getRoute("send-message-support").getDescription())
                    .isEqualTo("Send it otherwise, for bot support");
        });
        BRIDGE.request(SUPPORT_CONVERSATIONS, request(null));
        assertThat(sent(SUPPORT_MESSAGES, message(null, "Hi"))).isEqualTo(conversation(4000));
    }

    /** What Live answers to the queue calls of a bot for this test's users. */
    private void answer(long bot, ResponseDefinitionBuilder answer) {
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH)
                        .withRequestBody(matchingJsonPath("$.botId", equalTo(Long.toString(bot))))
                        .willReturn(answer));
    }

    private String conversation(long bot) {
        return conversation + "-" + bot;
    }

    private String request(String bot) {
        return "{\"bot\": %s, \"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}}".formatted(quoted(bot), user);
    }

    private String message(String bot, String text) {
        return "{\"userHash\": \"%s\", \"text\": \"%s\", \"bot\": %s}".formatted(user, text, quoted(bot));
    }

    private static String quoted(String text) {
        return text == null ? "null" : "\"" + text + "\"";
    }

    /** Drops a message, and answers which conversation it reached. */
    private static String sent(String queue, String message) throws Exception {
        return BRIDGE.request(queue, message).at("/conversationId").asText();
    }

    private static List<String> users(long bot) {
        return calls(QUEUE_PATH).stream()
                .filter(call -> call.at("/botId").asLong() == bot)
                .map(call -> call.at("/user/hash").asText())
                .toList();
    }

    private List<String> texts(long bot) {
        return calls("/" + conversation(bot) + "/client/message").stream()
                .map(call -> call.at("/message/0/value").asText())
                .toList();
    }

    private static List<JsonNode> calls(String path) {
        return BRIDGE.live().findAll(postRequestedFor(urlEqualTo(path))).stream()
                .map(LoggedRequest::getBodyAsString)
                .map(body -> {
                    try {
                        return json(body);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }
}
