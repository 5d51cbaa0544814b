package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.QUEUE_PATH;
import static dev.livebridge.TestBridge.TOKEN;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static dev.livebridge.TestBridge.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** live.conversations, over a real broker and real HTTP. */
class ConversationsIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().with("live.groups.sales", "7,8");

    private final String hash = unique("user");
    private final String conversation = unique("conversation");

    @BeforeEach
    void liveQueues() {
        BRIDGE.live().stubFor(post(QUEUE_PATH).willReturn(okJson("""
                        {"conversationId": "%s", "customToken": "custom-%s_%s", "messageQueueId": 3, "notAttended": 1}
                        """.formatted(conversation, hash, TOKEN))));
    }

    @Test
    void becomesTheDocumentedQueueCall() throws Exception {
        BRIDGE.request(CONVERSATIONS, """
                {"groupsId": [1, 2], "user": {"hash": "%s", "firstname": "Ana", "extra": {"Ticket": 2024}}}
                """.formatted(hash));

        BRIDGE.live()
                .verify(
                        1,
                        postRequestedFor(urlEqualTo(QUEUE_PATH))
                                .withHeader("Content-Type", equalTo("application/json"))
                                .withRequestBody(equalToJson("""
                        {"botId": 1000, "botToken": "%s", "groupsId": [1, 2], "protocolId": 28, "status": "queued",
                         "lastSender": "user",
                         "user": {"hash": "%s", "firstname": "Ana", "lastname": "", "email": null, "phone": null,
                                  "username": null, "picture": null, "extra": [{"Ticket": 2024}]}}
                        """.formatted(TOKEN, hash))));
    }

    @Test
    void repliesWithWhatLiveAnsweredButTheToken() throws Exception {
        JsonNode reply = BRIDGE.request(CONVERSATIONS, BRIDGE.bytes(utf8(request())));

        assertThat(reply).isEqualTo(json("""
                {'status': 'queued', 'conversationId': '%s', 'customToken': 'custom-%s', 'messageQueueId': 3,
                 'notAttended': 1, 'userHash': '%s'}
                """.formatted(conversation, hash, hash)));
    }

    @Test
    void correlatesTheReplyByTheMessageIdUnlessTheRequestHasACorrelationId() throws Exception {
        var replies = BRIDGE.session().createTemporaryQueue();
        TextMessage uncorrelated = BRIDGE.text(request());
        uncorrelated.setJMSReplyTo(replies);
        String id = BRIDGE.send(CONVERSATIONS, uncorrelated);
        TextMessage correlated = BRIDGE.text(request());
        correlated.setJMSReplyTo(replies);
        correlated.setJMSCorrelationID("my-own");

        try (var consumer = BRIDGE.session().createConsumer(replies)) {
            assertThat(consumer.receive(10_000).getJMSCorrelationID()).isEqualTo(id);
            BRIDGE.send(CONVERSATIONS, correlated);
            assertThat(consumer.receive(10_000).getJMSCorrelationID()).isEqualTo("my-own");
        }
        BRIDGE.receive(EVENTS);
        BRIDGE.receive(EVENTS);
    }

    @Test
    void publishesTheQueuedEvent() throws Exception {
        TextMessage message = BRIDGE.text(request());
        message.setJMSCorrelationID("my-own");
        String id = BRIDGE.send(CONVERSATIONS, message);

        Message event = BRIDGE.receive(EVENTS);
        assertThat(event.getStringProperty("eventName")).isEqualTo("queued");
        assertThat(event.getStringProperty("eventSource")).isEqualTo("bridge");
        assertThat(event.getStringProperty("conversationId")).isEqualTo(conversation);
        assertThat(event.getStringProperty("JMSXGroupID")).isEqualTo(conversation);
        JsonNode json = json(event);
        assertThat(json.at("/name").asText()).isEqualTo("queued");
        assertThat(json.at("/roomId").asText()).isEqualTo(conversation);
        assertThat(json.at("/botId").asInt()).isEqualTo(1000);
        assertThat(json.at("/userHash").asText()).isEqualTo(hash);
        assertThat(json.at("/timestamp").asText()).hasSize(19);
        assertThat(json.at("/timestamp").asLong() / 1_000_000_000)
                .isEqualTo(json.at("/eventTime").asLong());
        assertThat(json.at("/data/status").asText()).isEqualTo("queued");
        assertThat(json.at("/data/request"))
                .isEqualTo(json(
                        "{'queue': '%s', 'messageId': '%s', 'correlationId': 'my-own'}".formatted(CONVERSATIONS, id)));
    }

    @Test
    void resolvesAGroupByItsName() throws Exception {
        BRIDGE.request(CONVERSATIONS, """
                {"group": "sales", "user": {"hash": "%s", "firstname": "Ana"}}
                """.formatted(hash));

        BRIDGE.live()
                .verify(
                        1,
                        postRequestedFor(urlEqualTo(QUEUE_PATH))
                                .withRequestBody(equalToJson("{\"groupsId\": [7, 8]}", true, true)));
    }

    @Test
    void refusesAGroupThatNothingMaps() throws Exception {
        JsonNode reply = BRIDGE.request(CONVERSATIONS, """
                {"group": "nobody", "user": {"hash": "%s", "firstname": "Ana"}}
                """.formatted(hash));

        assertThat(reply.at("/error/code").asText()).isEqualTo("unknown-group");
        assertThat(reply.at("/error/details/0/path").asText()).isEqualTo("/group");
        assertThat(BRIDGE.receive(DEADLETTERS).getStringProperty("liveErrorCode"))
                .isEqualTo("unknown-group");
        BRIDGE.live().verify(0, postRequestedFor(urlEqualTo(QUEUE_PATH)));
    }

    @Test
    void takesExtraFieldsFromJmsProperties() throws Exception {
        TextMessage message = BRIDGE.text("""
                {"user": {"hash": "%s", "firstname": "Ana", "extra": {"Plan": "gold"}}}
                """.formatted(hash));
        message.setStringProperty("extra_Plan", "silver");
        message.setIntProperty("extra_Ticket", 2024);
        BRIDGE.request(CONVERSATIONS, message);

        BRIDGE.live()
                .verify(
                        1,
                        postRequestedFor(urlEqualTo(QUEUE_PATH))
                                .withRequestBody(equalToJson(
                                        "{\"user\": {\"extra\": [{\"Plan\": \"gold\"}, {\"Ticket\": 2024}]}}",
                                        true,
                                        true)));
    }

    @Test
    void deadLettersWhatLiveRefusesAtOnce() throws Exception {
        BRIDGE.live().stubFor(post(QUEUE_PATH).willReturn(status(422).withBody("no such bot: " + hash + "_" + TOKEN)));

        JsonNode reply = BRIDGE.request(CONVERSATIONS, request());

        assertThat(reply.at("/status").asText()).isEqualTo("failed");
        assertThat(reply.at("/error/code").asText()).isEqualTo("rejected");
        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getIntProperty("liveHttpStatus")).isEqualTo(422);
        assertThat(dead.getStringProperty("liveHttpBody")).isEqualTo("no such bot: " + hash);
        assertThat(dead.getIntProperty("liveAttempts")).isEqualTo(1);
        assertThat(dead.getBooleanProperty("liveUncertain")).isFalse();
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(QUEUE_PATH)));
    }

    @Test
    void doesNotResendWhenTheAnswerLacksTheConversation() throws Exception {
        BRIDGE.live().stubFor(post(QUEUE_PATH).willReturn(okJson("{\"customToken\": \"x\"}")));

        JsonNode reply = BRIDGE.request(CONVERSATIONS, request());

        assertThat(reply.at("/error/code").asText()).isEqualTo("invalid-response");
        assertThat(reply.at("/uncertain").asBoolean()).isTrue();
        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getStringProperty("liveErrorCode")).isEqualTo("invalid-response");
        assertThat(dead.getBooleanProperty("liveUncertain")).isTrue();
        assertThat(dead.getIntProperty("liveHttpStatus")).isEqualTo(200);
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(QUEUE_PATH)));
    }

    @Test
    void letsNoHeaderOfTheMessageSteerTheCallOrReachLive() throws Exception {
        TextMessage message = BRIDGE.text(request());
        message.setJMSType("from-a-caller");
        message.setJMSCorrelationID("from-a-caller");
        for (String name : new String[] {
            "CamelHttpUri",
            "CamelHttpPath",
            "CamelHttpQuery",
            "CamelHttpMethod",
            "CamelHttpRawQuery",
            "Host",
            "Authorization",
            "Cookie",
            "CamelJmsDestinationName",
            "CamelRedeliveryDelay",
            "botToken"
        }) {
            message.setStringProperty(name, "http://127.0.0.1:1/from-a-caller");
        }

        assertThat(BRIDGE.request(CONVERSATIONS, message).at("/status").asText())
                .isEqualTo("queued");

        var call =
                BRIDGE.live().findAll(postRequestedFor(urlEqualTo(QUEUE_PATH))).get(0);
        assertThat(call.getHeaders().all().toString()).doesNotContain("from-a-caller");
        assertThat(call.getHeaders().keys())
                .isSubsetOf("Content-Type", "Content-Length", "Host", "User-Agent", "Connection", "Accept-Encoding");
    }

    private String request() {
        return "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}}".formatted(hash);
    }
}
