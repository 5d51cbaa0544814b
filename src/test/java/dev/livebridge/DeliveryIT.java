package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.QUEUE_PATH;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static dev.livebridge.TestBridge.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.livebridge.jms.JmsProperties;
import dev.livebridge.jms.NotKeptException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.activemq.artemis.api.core.ActiveMQObjectClosedException;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.apache.activemq.artemis.utils.UUIDGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Once, where that is possible; and where it isn't, it is said. The steps that break here roll the message back: the next consumer
 * finds the record alone. Processes die in the tests of chaos.
 */
class DeliveryIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("live.api.response-timeout", "1s")
            .with("live.uncertain.conversations", "dead-letter")
            .with("live.retry.notify-after", "300ms")
            .with("live.jms.max-crash-deliveries", "3");

    private static final NotKeptException ROLLBACK = new NotKeptException("rolled back by a test");

    private final String conversation = unique("conversation");
    private final String path = "/" + conversation + "/client/message";
    private final String body = "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation);

    @Test
    void doesNotSendAgainWhatIsConfirmed() throws Exception {
        BRIDGE.breakStep("report-sent", 1, ROLLBACK);
        JsonNode reply = BRIDGE.request(MESSAGES, body);

        assertThat(reply.at("/status").asText()).isEqualTo("sent");
        assertThat(reply.at("/duplicate").asBoolean()).isTrue();
        assertThat(reply.has("uncertain")).isFalse();
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(path)));
    }

    @Test
    void confirmsWhatLiveHasTakenOnceTheStoreIsBack() throws Exception {
        BRIDGE.breakStep(
                "confirm-message",
                2,
                new DataAccessResourceFailureException("the store is away", new SQLException("no route")));
        JsonNode reply = BRIDGE.request(MESSAGES, body);

        assertThat(reply.at("/status").asText()).isEqualTo("sent");
        assertThat(reply.has("uncertain")).isFalse();
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(path)));
    }

    @Test
    void doesNotQueueAgainWhatIsConfirmedAndRemembersIt() throws Exception {
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH).willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(conversation))));
        String user = unique("user");
        BRIDGE.breakStep("remember-queued", 1, ROLLBACK);
        JsonNode reply = BRIDGE.request(CONVERSATIONS, request(user));

        assertThat(reply.at("/conversationId").asText()).isEqualTo(conversation);
        assertThat(reply.at("/duplicate").asBoolean()).isTrue();
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(QUEUE_PATH)));
        assertThat(BRIDGE.request(MESSAGES, "{\"userHash\": \"%s\", \"text\": \"Hi\"}".formatted(user))
                        .at("/conversationId")
                        .asText())
                .isEqualTo(conversation);
    }

    @Test
    void comesAgainWhenTheBrokerFailed() throws Exception {
        Throwable closed = new ActiveMQObjectClosedException("Session is closed");
        BRIDGE.breakStep("choose-bot", 1, new IllegalStateException(closed));

        assertThat(BRIDGE.request(MESSAGES, body).at("/status").asText()).isEqualTo("sent");
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(path)));
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }

    @Test
    void marksWhatMayHaveBeenSent() throws Exception {
        BRIDGE.breakStep("read-answer", 1, ROLLBACK);
        JsonNode reply = BRIDGE.request(MESSAGES, body);

        assertThat(reply.at("/status").asText()).isEqualTo("sent");
        assertThat(reply.at("/uncertain").asBoolean()).isTrue();
        BRIDGE.live().verify(2, postRequestedFor(urlEqualTo(path)));
        Message event = BRIDGE.receive(EVENTS);
        assertThat(event.getStringProperty("eventName")).isEqualTo("sent");
        assertThat(json(event).at("/data/uncertain").asBoolean()).isTrue();
    }

    @Test
    void marksWhatWasSentAgainAfterALostAnswer() throws Exception {
        BRIDGE.live()
                .stubFor(post(path)
                        .inScenario(path)
                        .whenScenarioStateIs(STARTED)
                        .willReturn(ok().withFixedDelay(2_500))
                        .willSetStateTo("answers"));
        BRIDGE.live()
                .stubFor(post(path)
                        .inScenario(path)
                        .whenScenarioStateIs("answers")
                        .willReturn(ok()));

        assertThat(BRIDGE.request(MESSAGES, body).at("/uncertain").asBoolean()).isTrue();
        BRIDGE.receive(EVENTS);
    }

    @Test
    void doesNotMarkWhatLiveRefusedToTake() throws Exception {
        firstAnswers(503);

        assertThat(BRIDGE.request(MESSAGES, body).has("uncertain")).isFalse();
    }

    @Test
    void deadLettersWhatMayHaveBeenQueuedIfItIsToldTo() throws Exception {
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH).willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(conversation))));
        BRIDGE.breakStep("read-answer", 1, ROLLBACK);
        JsonNode reply = BRIDGE.request(CONVERSATIONS, request(unique("user")));

        assertThat(reply.at("/error/code").asText()).isEqualTo("uncertain");
        assertThat(reply.at("/uncertain").asBoolean()).isTrue();
        assertThat(BRIDGE.receive(DEADLETTERS).getBooleanProperty("liveUncertain"))
                .isTrue();
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(QUEUE_PATH)));
    }

    @Test
    void deadLettersAQueueCallWithoutAnswerIfItIsToldTo() throws Exception {
        BRIDGE.live().stubFor(post(QUEUE_PATH).willReturn(ok().withFixedDelay(2_500)));

        assertThat(BRIDGE.request(CONVERSATIONS, request(unique("user")))
                        .at("/error/code")
                        .asText())
                .isEqualTo("uncertain");
        assertThat(BRIDGE.receive(DEADLETTERS).getBooleanProperty("liveUncertain"))
                .isTrue();
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(QUEUE_PATH)));
    }

    @Test
    void doesNotCallAgainForADeadLetterThatWasNotCommitted() throws Exception {
        BRIDGE.live().stubFor(post(path).willReturn(status(422)));
        BRIDGE.breakStep("report-failed", 2);

        BRIDGE.send(MESSAGES, body);

        assertThat(BRIDGE.receive(DEADLETTERS).getIntProperty("liveHttpStatus")).isEqualTo(422);
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(path)));
    }

    @Test
    void waitsForADeadLetterQueueThatCannotBeWritten() throws Exception {
        BRIDGE.live().stubFor(post(path).willReturn(status(422)));
        BRIDGE.breakStep("deadletters", 6, new JMSException("full"));
        try (Log log = Log.listen()) {
            BRIDGE.send(MESSAGES, body);

            assertThat(BRIDGE.receive(DEADLETTERS).getIntProperty("liveHttpStatus"))
                    .isEqualTo(422);
            await().until(() ->
                    log.lines().stream().anyMatch(line -> line.startsWith("the dead-letter queue is back")));
            assertThat(log.lines().stream().filter(line -> line.startsWith("the dead-letter queue is away")))
                    .hasSize(1);
        }
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(path)));
    }

    @Test
    void endsWhatIsTakenUpTooOften() throws Exception {
        BRIDGE.breakStep("read-message", 100);
        // it goes back without a record of why, as it does when a process ends
        BRIDGE.breakStep("give-up-other", 3);

        JsonNode reply = BRIDGE.request(MESSAGES, body);
        assertThat(reply.at("/error/code").asText()).isEqualTo("internal-error");
        assertThat(reply.at("/error/message").asText()).contains("3 deliveries");
        assertThat(BRIDGE.passes("read-message")).isGreaterThanOrEqualTo(3);
        BRIDGE.breakStep("read-message", 0);
        BRIDGE.receive(DEADLETTERS);
    }

    @Test
    void answersARequestWithTheSameKeyOnce() throws Exception {
        JsonNode first = BRIDGE.request(MESSAGES, keyed(body));
        JsonNode second = BRIDGE.request(MESSAGES, keyed(body));

        assertThat(first.has("duplicate")).isFalse();
        assertThat(second.at("/duplicate").asBoolean()).isTrue();
        assertThat(second.at("/status").asText()).isEqualTo("sent");
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(path)));
    }

    @Test
    void refusesTheSameKeyWithAnotherBody() throws Exception {
        BRIDGE.request(MESSAGES, keyed(body));
        JsonNode second = BRIDGE.request(MESSAGES, keyed(body.replace("Hi", "Ho")));

        assertThat(second.at("/error/code").asText()).isEqualTo("invalid-request");
        assertThat(second.at("/error/details/0/path").asText()).isEqualTo("property:idempotencyKey");
        BRIDGE.receive(DEADLETTERS);
    }

    @Test
    void freesTheKeyOfAFailure() throws Exception {
        BRIDGE.live().stubFor(post(path).willReturn(status(422)));
        assertThat(BRIDGE.request(MESSAGES, keyed(body)).at("/error/code").asText())
                .isEqualTo("rejected");
        BRIDGE.receive(DEADLETTERS);
        BRIDGE.live().stubFor(post(path).willReturn(ok()));

        JsonNode second = BRIDGE.request(MESSAGES, keyed(body));
        assertThat(second.at("/status").asText()).isEqualTo("sent");
        assertThat(second.has("duplicate")).isFalse();
    }

    @Test
    void tellsThatAMessageWaitsAndThatItWaitsNoMore() throws Exception {
        BRIDGE.live().stubFor(post(path).willReturn(status(503)));
        String id = BRIDGE.send(MESSAGES, body);

        JsonNode delayed = json(BRIDGE.receive(EVENTS));
        assertThat(delayed.at("/name").asText()).isEqualTo("delayed");
        assertThat(delayed.at("/roomId").asText()).isEqualTo(conversation);
        assertThat(delayed.at("/data/request/messageId").asText()).isEqualTo(id);
        BRIDGE.live().stubFor(post(path).willReturn(ok()));
        assertThat(json(BRIDGE.receive(EVENTS)).at("/name").asText()).isEqualTo("resumed");
        assertThat(BRIDGE.peek(EVENTS)).isNull();
    }

    @Test
    void saysThatLiveIsAwayAndThatItIsBack() throws Exception {
        BRIDGE.request(MESSAGES, body.replace(conversation, unique("other")));
        assertThat(BRIDGE.health("").at("/status").asText()).isEqualTo("UP");
        // what succeeded just now is no outage
        await().pollDelay(Duration.ofMillis(1_100)).until(() -> true);
        BRIDGE.live().stubFor(post(path).willReturn(status(503)));
        try (Log log = Log.listen()) {
            BRIDGE.send(MESSAGES, body);
            await().until(() -> BRIDGE.health("").at("/status").asText().equals("DOWN"));

            assertThat(BRIDGE.health("").toString()).contains("Live is away since", "503");
            assertThat(BRIDGE.health("/live").at("/status").asText()).isEqualTo("UP");
            assertThat(BRIDGE.health("/ready").at("/status").asText()).isEqualTo("UP");
            BRIDGE.live().stubFor(post(path).willReturn(ok()));
            await().until(() -> BRIDGE.health("").at("/status").asText().equals("UP"));
            await().until(() -> log.lines().stream().anyMatch(line -> line.startsWith("Live is back")));
            assertThat(log.lines().stream().filter(line -> line.contains("Live is away")))
                    .hasSize(1);
        }
    }

    @Test
    void takesAForbiddenForTheMessagesFaultOnceOthersGetThrough() throws Exception {
        BRIDGE.live().stubFor(post(path).willReturn(status(403)));
        BRIDGE.send(MESSAGES, body);
        await().until(() ->
                BRIDGE.live().findAll(postRequestedFor(urlEqualTo(path))).size() > 1);
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();

        BRIDGE.request(MESSAGES, body.replace(conversation, unique("other")));

        assertThat(BRIDGE.receive(DEADLETTERS).getStringProperty("liveErrorCode"))
                .isEqualTo("rejected");
    }

    @Test
    void knowsThatAConversationIsClosed() throws Exception {
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH).willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(conversation))));
        BRIDGE.request(CONVERSATIONS, request(unique("user")));
        BRIDGE.live().stubFor(post(path).willReturn(status(404)));

        assertThat(BRIDGE.request(MESSAGES, body).at("/error/code").asText()).isEqualTo("unknown-conversation");
        assertThat(BRIDGE.request(MESSAGES, body).at("/error/code").asText()).isEqualTo("conversation-closed");
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(path)));
        BRIDGE.receive(DEADLETTERS);
        BRIDGE.receive(DEADLETTERS);
    }

    @Test
    void keepsWhatTheProducerSetOverItsHops() throws Exception {
        BRIDGE.live().stubFor(post(path).willReturn(status(422)));
        Queue replies = BRIDGE.queue("hop-replies");
        TextMessage message = BRIDGE.text(body);
        message.setJMSReplyTo(replies);
        message.setJMSType("chat");
        message.setStringProperty("JMSXGroupID", "the producer's");
        message.setIntProperty("priority-of-mine".replace('-', '_'), 7);
        String id = BRIDGE.send(MESSAGES, message);

        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getStringProperty("liveOriginMessageId")).isEqualTo(id);
        assertThat(dead.getStringProperty("liveOriginQueue")).isEqualTo(MESSAGES);
        assertThat(dead.getStringProperty("JMSXGroupID")).isEqualTo("the producer's");
        assertThat(dead.getIntProperty("priority_of_mine")).isEqualTo(7);
        assertThat(dead.getJMSType()).isEqualTo("chat");
        assertThat(JmsProperties.of(dead).keySet()).noneMatch(name -> name.startsWith("liveHop"));
        assertThat(BRIDGE.receive("hop-replies").getJMSCorrelationID()).isEqualTo(id);
    }

    @Test
    void keepsMessagesApartThatShareAnId() throws Exception {
        UUID id = UUID.randomUUID();
        String attackers = unique("conversation");
        Queue replies = BRIDGE.queue(unique("replies"));
        String hello = "{\"conversationId\": \"%s\", \"text\": \"Hello\"}";
        List<JsonNode> told = new ArrayList<>();
        for (String to : List.of(attackers, conversation, conversation)) {
            send(id, replies, hello.formatted(to));
            told.add(json(BRIDGE.receive(replies.getQueueName())));
        }

        assertThat(told)
                .extracting(reply -> reply.path("conversationId").asText())
                .containsExactly(attackers, conversation, conversation);
        assertThat(told).extracting(reply -> reply.has("duplicate")).containsExactly(false, false, true);
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(path)));
    }

    /** As a producer of another protocol may: with an id of its own choice, and a reply to an address. */
    private static void send(UUID id, Queue replies, String text) throws Exception {
        ClientMessage message = ((ActiveMQMessage) BRIDGE.bytes(utf8(text))).getCoreMessage();
        message.setUserID(UUIDGenerator.getInstance().fromJavaUUID(id));
        message.putStringProperty("JMSReplyTo", replies.getQueueName());
        message.setRoutingType(RoutingType.ANYCAST);
        ClientSession core = ((ActiveMQSession) BRIDGE.session()).getCoreSession();
        try (ClientProducer producer = core.createProducer(MESSAGES)) {
            producer.send(message);
        }
    }

    private void firstAnswers(int status) {
        BRIDGE.live()
                .stubFor(post(path)
                        .inScenario(path)
                        .whenScenarioStateIs(STARTED)
                        .willReturn(status(status))
                        .willSetStateTo("back"));
        BRIDGE.live()
                .stubFor(post(path).inScenario(path).whenScenarioStateIs("back").willReturn(ok()));
    }

    private static TextMessage keyed(String body) throws Exception {
        TextMessage message = BRIDGE.text(body);
        message.setStringProperty("idempotencyKey", "key");
        return message;
    }

    private static String request(String user) {
        return "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}}".formatted(user);
    }
}
