package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.QUEUE_PATH;
import static dev.livebridge.TestBridge.TOKEN;
import static dev.livebridge.TestBridge.WEBHOOK_SECRET;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.tomakehurst.wiremock.client.WireMock;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.DataAccessResourceFailureException;

/** Live's webhook: what is taken is on live.events, and what isn't is told why. */
class WebhookIT {
    private static final String PREVIOUS = "0ld-w3bh00k-s3cr3t";
    private static final int MAX_SIZE = 64 * 1024;

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("live.webhook.previous-secret", PREVIOUS)
            .with("live.webhook.max-size", "64KB")
            .with("live.webhook.event.closed", "finished");

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final String conversation = unique("conversation");

    @Test
    void bringsAnEventOntoTheQueueAsItCame() throws Exception {
        String event = event("typing", "{\"n\":[1706293970842633079,1.10,18446744073709551616,null]}");

        HttpResponse<String> answer = BRIDGE.postEvent(event);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        TextMessage message = (TextMessage) BRIDGE.receive(EVENTS);
        assertThat(message.getText()).isEqualTo(event);
        assertThat(message.getStringProperty("eventName")).isEqualTo("typing");
        assertThat(message.getStringProperty("eventSource")).isEqualTo("live");
        assertThat(message.getStringProperty("conversationId")).isEqualTo(conversation);
        assertThat(message.getStringProperty("JMSXGroupID")).isEqualTo(conversation);
        assertThat(message.getJMSDeliveryMode()).isEqualTo(DeliveryMode.PERSISTENT);
    }

    @Test
    void passesNoHeaderOnAndGivesNoneBack() throws Exception {
        HttpRequest request = request("/live/events/" + WEBHOOK_SECRET + "?X-Query=a")
                .header("X-Live-Secret", WEBHOOK_SECRET)
                .header("X-Other", "x")
                .header("JMSReplyTo", "elsewhere")
                .header("CamelJmsDestinationName", "elsewhere")
                .header("Content-Type", "application/json; charset=no-such-charset")
                .POST(BodyPublishers.ofString(event("typing", "{}")))
                .build();

        HttpResponse<String> answer = HTTP.send(request, BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().map().keySet()).isSubsetOf("transfer-encoding");
        Message message = BRIDGE.receive(EVENTS);
        assertThat(message.getJMSReplyTo()).isNull();
        assertThat(Collections.list((Enumeration<?>) message.getPropertyNames()).stream()
                        .map(String::valueOf))
                .filteredOn(name -> !name.startsWith("__AMQ"))
                .containsExactlyInAnyOrder(
                        "eventName",
                        "eventSource",
                        "conversationId",
                        "JMSXGroupID",
                        "JMSXDeliveryCount",
                        "_AMQ_DUPL_ID");
    }

    @ParameterizedTest
    @CsvSource({
        WEBHOOK_SECRET + ", /live/events",
        PREVIOUS + ", /live/events",
        ", /live/events/" + WEBHOOK_SECRET,
        ", /live/events/" + PREVIOUS,
        WEBHOOK_SECRET + ", /live/events/anything",
        ", /live/events/" + WEBHOOK_SECRET + "/",
        ", /live/events/%773bh00k-s3cr3t",
    })
    void letsInWhoKnowsTheSecret(String header, String path) throws Exception {
        assertThat(post(path, header, event("typing", "{}")).statusCode()).isEqualTo(200);
        BRIDGE.receive(EVENTS);
    }

    @ParameterizedTest
    @CsvSource({
        ", /live/events",
        "'', /live/events",
        "wrong, /live/events",
        "wrong, /live/events/wrong",
        "W3BH00K-S3CR3T, /live/events",
        "w3bh00k, /live/events/w3bh00k-s3cr3",
        ", /live/events/",
        ", /live/events?secret=" + WEBHOOK_SECRET,
        ", /live/events?*=" + WEBHOOK_SECRET,
    })
    void keepsOutWhoDoesNot(String header, String path) throws Exception {
        HttpResponse<String> answer = post(path, header, event("typing", "{}"));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(json(answer.body()).at("/error/code").textValue()).isEqualTo("unauthorized");
        assertThat(answer.headers().map().keySet()).isSubsetOf("transfer-encoding", "content-type");
        assertThat(BRIDGE.peek(EVENTS)).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                            | invalid-request | /name
            {"name":"a","timestamp":1}                    | invalid-request | /roomId
            {"name":"a","roomId":"a/b","timestamp":1}     | invalid-request | /roomId
            {"name":"a","roomId":"c","timestamp":"1"}     | invalid-request | /timestamp
            {"name":"a","name":"b"}                       | invalid-json    | /
            []                                            | invalid-json    | /
            ''                                            | invalid-json    | /
            """)
    void namesWhatIsWrong(String body, String code, String path) throws Exception {
        HttpResponse<String> answer = BRIDGE.postEvent(body);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        JsonNode error = new JsonMapper().readTree(answer.body()).get("error");
        assertThat(error.get("code").textValue()).isEqualTo(code);
        assertThat(error.at("/details/0/path").textValue()).isEqualTo(path);
        assertThat(error.get("message").textValue()).startsWith(path + ": ");
        assertThat(BRIDGE.peek(EVENTS)).isNull();
    }

    @Test
    void takesNoMoreThanItsSize() throws Exception {
        String frame = event("typing", "\"\"");
        String largest = event("typing", "\"" + "x".repeat(MAX_SIZE - frame.length()) + "\"");

        assertThat(BRIDGE.postEvent(largest.replace("x\"", "xx\"")).statusCode())
                .isEqualTo(413);
        assertThat(BRIDGE.postEvent(largest).statusCode()).isEqualTo(200);
        BRIDGE.receive(EVENTS);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /live/events, 405",
        "PUT, /live/events, 405",
        "DELETE, /live/events/" + WEBHOOK_SECRET + ", 405",
        "POST, /live, 404",
        "POST, /, 404",
        "POST, /live/events/" + WEBHOOK_SECRET + "/more, 404",
        "POST, /live/events" + WEBHOOK_SECRET + ", 404",
        "GET, /observe/health, 404",
    })
    void hasNothingElse(String method, String path, int status) throws Exception {
        HttpRequest request = request(path)
                .header("X-Live-Secret", WEBHOOK_SECRET)
                .method(method, BodyPublishers.noBody())
                .build();

        assertThat(HTTP.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(status);
    }

    @Test
    void takesTheTokenOut() throws Exception {
        String user = queued();

        assertThat(BRIDGE.postEvent(event(
                                "transfer",
                                "{\"value\":\"7\",\"hash\":\"%s_%s\",\"originGroup\":1,\"target\":7,\"agent\":{\"%s\":[\"%s\"]}}"
                                        .formatted(user, TOKEN, TOKEN, TOKEN)))
                        .statusCode())
                .isEqualTo(200);

        Message message = BRIDGE.receive(EVENTS);
        assertThat(((TextMessage) message).getText()).doesNotContain(TOKEN);
        assertThat(json(message).at("/data/hash").textValue()).isEqualTo(user);
        assertThat(json(message).at("/userHash").textValue()).isEqualTo(user);
    }

    @Test
    void bringsARepeatedEventOnce() throws Exception {
        String event = event("typing", "{}");

        for (int i = 0; i < 3; i++) {
            assertThat(BRIDGE.postEvent(event).statusCode()).isEqualTo(200);
        }
        BRIDGE.receive(EVENTS);
        assertThat(BRIDGE.peek(EVENTS)).isNull();
    }

    @Test
    void bringsAnEventOnceWhoseRecordWasLost() throws Exception {
        String event = event("typing", "{}");
        BRIDGE.breakStep("record-event", 1);

        HttpResponse<String> answer = BRIDGE.postEvent(event);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().map().keySet()).isSubsetOf("transfer-encoding", "content-type", "retry-after");
        assertThat(BRIDGE.postEvent(event).statusCode()).isEqualTo(200);
        BRIDGE.receive(EVENTS);
        assertThat(BRIDGE.peek(EVENTS)).isNull();
    }

    @Test
    void bringsAnEventOnceThatComesManyTimesAtOnce() throws Exception {
        String event = event("typing", "{}");
        List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 20)
                .mapToObj(i -> HTTP.sendAsync(
                        request("/live/events/" + WEBHOOK_SECRET)
                                .POST(BodyPublishers.ofString(event))
                                .build(),
                        BodyHandlers.ofString()))
                .toList();

        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.get().statusCode()).isEqualTo(200));
        BRIDGE.receive(EVENTS);
        assertThat(BRIDGE.peek(EVENTS)).isNull();
    }

    @Test
    void remembersAnEventThatOvertakesTheAnswerOfTheQueueCall() throws Exception {
        BRIDGE.postEvent(event("finished", "{}"));
        assertThat(json(BRIDGE.receive(EVENTS)).has("userHash")).isFalse();

        String user = queued();
        BRIDGE.postEvent(event("typing", "{}"));
        assertThat(json(BRIDGE.receive(EVENTS)).at("/userHash").textValue()).isEqualTo(user);
        assertThat(code(BRIDGE.request(MESSAGES, message("conversationId", conversation))))
                .isEqualTo("conversation-closed");
    }

    @Test
    void sendsNothingMoreToAConversationThatIsClosed() throws Exception {
        String user = queued();
        assertThat(BRIDGE.request(MESSAGES, message("conversationId", conversation))
                        .at("/status")
                        .textValue())
                .isEqualTo("sent");
        BRIDGE.postEvent(event("finished", "{}"));

        assertThat(code(BRIDGE.request(MESSAGES, message("conversationId", conversation))))
                .isEqualTo("conversation-closed");
        assertThat(code(BRIDGE.request(MESSAGES, message("userHash", user)))).isEqualTo("conversation-closed");
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo("/" + conversation + "/client/message")));
    }

    @Test
    void asksToComeAgainWhileTheStoreIsAway() throws Exception {
        BRIDGE.breakStep("record-attended", 1, new DataAccessResourceFailureException("no connection"));
        String event = event("attended", "{\"agent\":{}}");

        HttpResponse<String> answer = BRIDGE.postEvent(event);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
        assertThat(BRIDGE.peek(EVENTS)).isNull();

        assertThat(BRIDGE.postEvent(event).statusCode()).isEqualTo(200);
        BRIDGE.receive(EVENTS);
    }

    @Test
    void asksToComeAgainWhileTheBrokerIsAway() throws Exception {
        String event = event("attended", "{\"agent\":{}}");
        BRIDGE.stopBroker();
        try {
            HttpResponse<String> answer = BRIDGE.postEvent(event);
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
        } finally {
            BRIDGE.restartBroker();
        }

        await().atMost(Duration.ofSeconds(20))
                .until(() -> BRIDGE.postEvent(event).statusCode() == 200);
        BRIDGE.receive(EVENTS);
        assertThat(BRIDGE.peek(EVENTS)).isNull();
    }

    @Test
    void saysNoSecretInItsLog() throws Exception {
        try (Log log = Log.listenToAll()) {
            post("/live/events/" + WEBHOOK_SECRET, PREVIOUS, event("typing", "{\"a\":\"b_" + TOKEN + "\"}"));
            post("/live/events/" + WEBHOOK_SECRET, PREVIOUS, "{\"a_" + TOKEN + "\":1,\"a_" + TOKEN + "\":2}");
            post("/live/events/wrong", "wr0ng", event("typing", "{}"));
            BRIDGE.breakStep("record-event", 1);
            post(
                    "/live/events/" + WEBHOOK_SECRET,
                    PREVIOUS,
                    event("typing", "{}").replace("3079", "3081"));
            BRIDGE.receive(EVENTS);
            BRIDGE.receive(EVENTS);

            assertThat(log.lines())
                    .isNotEmpty()
                    .noneMatch(line -> line.contains(WEBHOOK_SECRET)
                            || line.contains(PREVIOUS)
                            || line.contains(TOKEN)
                            || line.contains("wr0ng"));
        }
    }

    /** Queues the conversation for a new user, and answers whose it is. */
    private String queued() throws Exception {
        String user = unique("user");
        BRIDGE.live()
                .stubFor(WireMock.post(QUEUE_PATH)
                        .willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(conversation))));
        BRIDGE.request(CONVERSATIONS, "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}}".formatted(user));
        BRIDGE.receive(EVENTS);
        return user;
    }

    private String event(String name, String data) {
        return "{\"name\":\"%s\",\"roomId\":\"%s\",\"timestamp\":1706293970842633079,\"botId\":1000,\"eventTime\":1706293970,\"data\":%s}"
                .formatted(name, conversation, data);
    }

    private static String message(String address, String value) {
        return "{\"%s\": \"%s\", \"text\": \"Hi\"}".formatted(address, value);
    }

    private static String code(JsonNode reply) {
        return reply.at("/error/code").textValue();
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(BRIDGE.webhook(path));
    }

    private static HttpResponse<String> post(String path, String header, String body) throws Exception {
        HttpRequest.Builder request = request(path).POST(BodyPublishers.ofString(body));
        return HTTP.send(
                (header == null ? request : request.header("X-Live-Secret", header)).build(), BodyHandlers.ofString());
    }
}
