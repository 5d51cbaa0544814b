package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
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
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.livebridge.chaos.DatabaseProcess;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.apache.camel.util.FileUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.dao.DataAccessResourceFailureException;

/** A message to a user opens the conversation where there is none: one, whoever else asks for it at the same moment. */
class OpeningIT {
    private static final Path FOLDER = folder();
    private static final DatabaseProcess POSTGRES = postgres();

    @RegisterExtension
    static final TestBridge BRIDGE = bridge();

    /** Another instance, with a broker of its own: what it shares is the store. */
    @RegisterExtension
    static final TestBridge OTHER = bridge();

    private final String user = unique("user");
    private final String conversation = unique("conversation");
    private final String path = "/" + conversation + "/client/message";

    @BeforeEach
    void answer() {
        for (TestBridge bridge : new TestBridge[] {BRIDGE, OTHER}) {
            bridge.live()
                    .stubFor(post(QUEUE_PATH)
                            .withRequestBody(matchingJsonPath("$.user.hash", equalTo(user)))
                            .willReturn(okJson("{\"conversationId\": \"%s\", \"customToken\": \"c1\"}"
                                            .formatted(conversation))
                                    .withFixedDelay(500)));
        }
    }

    @AfterAll
    static void removeFolder() throws IOException {
        POSTGRES.close();
        FileUtil.removeDir(FOLDER.toFile());
    }

    @Test
    void remembersTheOpenedConversationOnceTheStoreIsBack() throws Exception {
        BRIDGE.breakStep(
                "remember-opened",
                2,
                new DataAccessResourceFailureException("the store is away", new SQLException("no route")));
        JsonNode reply = BRIDGE.request(MESSAGES, message("Hi", ""));

        assertThat(reply.at("/conversationId").asText()).isEqualTo(conversation);
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(QUEUE_PATH)));
        JsonNode next = BRIDGE.request(MESSAGES, "{\"userHash\": \"%s\", \"text\": \"And?\"}".formatted(user));
        assertThat(next.at("/conversationId").asText()).isEqualTo(conversation);
        // its claim is gone as well: another conversation of the user can be opened
        OTHER.request(MESSAGES, message("Hi again", ""));
        BRIDGE.receive(EVENTS);
    }

    @Test
    void opensOneFirstAndSaysSo() throws Exception {
        JsonNode reply = BRIDGE.request(MESSAGES, message("Hi", ", \"groupsId\": [7]"));

        assertThat(reply.at("/status").asText()).isEqualTo("sent");
        assertThat(reply.at("/conversationId").asText()).isEqualTo(conversation);
        BRIDGE.live()
                .verify(
                        1,
                        postRequestedFor(urlEqualTo(QUEUE_PATH))
                                .withRequestBody(matchingJsonPath("$.groupsId", equalToJson("[7]")))
                                .withRequestBody(matchingJsonPath("$.user[?(@.firstname == 'Ana')]")));
        Message event = BRIDGE.receive(EVENTS);
        assertThat(event.getStringProperty("eventName")).isEqualTo("queued");
        assertThat(json(event).at("/data/customToken").asText()).isEqualTo("c1");

        assertThat(BRIDGE.request(MESSAGES, message("And again", ""))
                        .at("/conversationId")
                        .asText())
                .isEqualTo(conversation);
        assertThat(OTHER.request(MESSAGES, message("There, too", ""))
                        .at("/conversationId")
                        .asText())
                .isEqualTo(conversation);
        assertThat(queueCalls()).isEqualTo(1);
    }

    @Test
    void opensOneForTwoAtTheSameMoment() throws Exception {
        send(BRIDGE, "one");
        send(OTHER, "two");

        await().until(() -> messageCalls() == 2);
        assertThat(queueCalls()).isEqualTo(1);
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }

    @Test
    void opensOneForTheNextWhenTheFirstIsRefused() throws Exception {
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH)
                        .inScenario(user)
                        .whenScenarioStateIs(STARTED)
                        .willReturn(status(422))
                        .willSetStateTo("answers"));
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH)
                        .inScenario(user)
                        .whenScenarioStateIs("answers")
                        .willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(conversation))));

        assertThat(BRIDGE.request(MESSAGES, message("Hi", "")).at("/error/code").asText())
                .isEqualTo("rejected");
        assertThat(OTHER.request(MESSAGES, message("Hi", "")).at("/status").asText())
                .isEqualTo("sent");
    }

    @Test
    void opensANewOneForAMessageToAClosedOneWhereThatIsSet() throws Exception {
        BRIDGE.request(MESSAGES, message("Hi", ""));
        BRIDGE.live().stubFor(post(path).willReturn(status(404)));
        assertThat(BRIDGE.request(MESSAGES, message("Gone?", ""))
                        .at("/error/code")
                        .asText())
                .isEqualTo("unknown-conversation");
        String next = unique("conversation");
        BRIDGE.live().stubFor(post(QUEUE_PATH).willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(next))));

        String toOld = "{\"conversationId\": \"%s\", \"text\": \"Still there?\"}".formatted(conversation);
        assertThat(BRIDGE.request(MESSAGES, toOld).at("/conversationId").asText())
                .isEqualTo(next);
        BRIDGE.live()
                .verify(postRequestedFor(urlEqualTo(QUEUE_PATH))
                        .withRequestBody(matchingJsonPath("$.user[?(@.firstname == 'Customer')]")));
        String toUser = "{\"userHash\": \"%s\", \"text\": \"And now?\"}".formatted(user);
        assertThat(BRIDGE.request(MESSAGES, toUser).at("/conversationId").asText())
                .isEqualTo(next);
    }

    @Test
    void refusesGroupsBesideAnotherAddress() throws Exception {
        JsonNode reply = BRIDGE.request(MESSAGES, "{\"userHash\": \"u\", \"group\": \"sales\", \"text\": \"Hi\"}");

        assertThat(reply.at("/error/code").asText()).isEqualTo("invalid-request");
        assertThat(reply.at("/error/details/0/path").asText()).isEqualTo("/");
        assertThat(reply.at("/error/details/0/message").asText()).contains("only beside user");
    }

    @Test
    void answersARequestWithTheOpenOneWhereThatIsSet() throws Exception {
        String request = "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}}".formatted(user);
        JsonNode first = OTHER.request(CONVERSATIONS, request);
        JsonNode second = OTHER.request(CONVERSATIONS, request);

        assertThat(first.has("duplicate")).isFalse();
        assertThat(second.at("/status").asText()).isEqualTo("queued");
        assertThat(second.at("/conversationId").asText()).isEqualTo(conversation);
        assertThat(second.at("/customToken").asText()).isEqualTo("c1");
        assertThat(second.at("/duplicate").asBoolean()).isTrue();
        assertThat(queueCalls()).isEqualTo(1);
    }

    @Test
    void sendsTheMessageWhoseQueuedEventCanNotBeSent() throws Exception {
        BRIDGE.breakStep("events", 1);

        assertThat(BRIDGE.request(MESSAGES, message("Hi", "")).at("/status").asText())
                .isEqualTo("sent");
        assertThat(BRIDGE.peek(EVENTS)).isNull();
    }

    private String message(String text, String more) {
        return "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}, \"text\": \"%s\"%s}".formatted(user, text, more);
    }

    private void send(TestBridge bridge, String text) throws Exception {
        TextMessage message = bridge.text(message(text, ""));
        message.setStringProperty("JMSXGroupID", text);
        bridge.send(MESSAGES, message);
    }

    private int queueCalls() {
        return calls(QUEUE_PATH);
    }

    private int messageCalls() {
        return calls(path);
    }

    private int calls(String at) {
        return BRIDGE.live().findAll(postRequestedFor(urlEqualTo(at))).size()
                + OTHER.live().findAll(postRequestedFor(urlEqualTo(at))).size();
    }

    private static TestBridge bridge() {
        return new TestBridge()
                .with("live.conversations.reuse-open", "true")
                .with("live.conversations.reopen-closed", "true")
                .with("live.store.url", POSTGRES.url())
                .with("live.store.username", POSTGRES.username())
                .with("live.store.password", "any");
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("live-bridge-postgres");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DatabaseProcess postgres() {
        try {
            DatabaseProcess database = new DatabaseProcess(FOLDER);
            database.start();
            return database;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
