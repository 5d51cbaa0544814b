package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.livebridge.jms.NotKeptException;
import jakarta.jms.Message;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.DataAccessResourceFailureException;

/** {@code live.api.split-entries}: what Live has confirmed is not sent again, wherever the message stops. */
class SplitEntriesIT {
    @RegisterExtension
    static final TestBridge BRIDGE =
            new TestBridge().withS3().with("live.api.split-entries", "true").with("live.retry.max-attempts", "3");

    /** The next consumer finds the record alone, as after a crash. */
    private static final NotKeptException CRASH = new NotKeptException("rolled back by a test");

    private static final Exception STORE_AWAY =
            new DataAccessResourceFailureException("the store is away", new SQLException("no route"));

    private final String conversation = unique("conversation");
    private final String path = "/" + conversation + "/client/message";

    @Test
    void sendsTheTextThenEachAttachment() throws Exception {
        JsonNode reply = send();

        assertThat(called()).containsExactly("Hi", "a.txt", "b.txt");
        assertTold(reply, false);
    }

    @Test
    void sendsATextAlone() throws Exception {
        JsonNode reply =
                BRIDGE.request(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation));

        assertThat(called()).containsExactly("Hi");
        assertThat(reply.at("/entries")).isEqualTo(json("[{'action': 'text'}]"));
    }

    @Test
    void goesOnWithTheEntryThatFailed() throws Exception {
        int uploads = BRIDGE.passes("place-object");
        fails("a.txt", 1, 503);

        assertTold(send(), false);
        assertThat(called()).containsExactly("Hi", "a.txt", "a.txt", "b.txt");
        assertThat(BRIDGE.passes("place-object") - uploads).isEqualTo(2);
    }

    @Test
    void givesEachEntryItsAttempts() throws Exception {
        for (String entry : List.of("Hi", "a.txt", "b.txt")) {
            fails(entry, 2, 500);
        }

        assertTold(send(), false);
        assertThat(called()).hasSize(9);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            # behind this step, once, this one fails;  calls;                  uploads; whether an entry may have come twice
            confirm-entry,  build-entry-call,          Hi a.txt b.txt,         4,       false
            confirm-entry,  read-answer,               Hi a.txt a.txt b.txt,   4,       true
            build-entry-call, confirm-entry,           Hi Hi a.txt b.txt,      4,       true
            build-call,     read-answer,               Hi a.txt b.txt b.txt,   3,       true
            build-call,     confirm-message,           Hi a.txt b.txt b.txt,   3,       true
            build-call,     report-sent,               Hi a.txt b.txt,         2,       false
            """)
    void goesOnAfterACrash(String behind, String step, String calls, int uploads, boolean uncertain) throws Exception {
        int before = BRIDGE.passes("place-object");
        BRIDGE.atStep(behind, () -> BRIDGE.breakStep(step, 1, CRASH));
        JsonNode reply = send();

        assertThat(String.join(" ", called())).isEqualTo(calls);
        assertTold(reply, uncertain);
        assertThat(BRIDGE.passes("place-object") - before).isEqualTo(uploads);
    }

    @ParameterizedTest
    @CsvSource({"confirm-entry, build-entry-call", "confirm-message, build-call"})
    void sendsNothingAgainWhenTheStoreWasAway(String step, String before) throws Exception {
        BRIDGE.atStep(before, () -> BRIDGE.breakStep(step, 2, STORE_AWAY));

        assertTold(send(), false);
        assertThat(called()).containsExactly("Hi", "a.txt", "b.txt");
    }

    @Test
    void saysOfARefusedEntryWhatLiveHas() throws Exception {
        fails("a.txt", 1, 400);
        JsonNode reply = send();

        assertThat(reply.at("/error/message").asText()).endsWith("; Live has taken the first 1 of its entries");
        assertThat(called()).containsExactly("Hi", "a.txt");
        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getStringProperty("liveErrorCode")).isEqualTo("rejected");
        assertThat(dead.getBooleanProperty("liveUncertain")).isFalse();
    }

    private JsonNode send() throws Exception {
        return BRIDGE.request(MESSAGES, """
                {"conversationId": "%s", "text": "Hi", "attachments": [
                  {"name": "a.txt", "content": "YQ=="}, {"name": "b.txt", "content": "Yg=="}]}
                """.formatted(conversation));
    }

    /** All three, in their order, with the addresses that Live got last. */
    private void assertTold(JsonNode reply, boolean uncertain) throws Exception {
        assertThat(reply.at("/status").asText()).isEqualTo("sent");
        assertThat(reply.at("/uncertain").asBoolean()).isEqualTo(uncertain);
        List<String> told = new ArrayList<>();
        reply.at("/entries")
                .forEach(entry ->
                        told.add(entry.path("name").asText(entry.path("action").asText())));
        assertThat(told).containsExactly("text", "a.txt", "b.txt");
        List<String> values = values();
        assertThat(values).contains(reply.at("/entries/1/value").asText());
        assertThat(values).last().isEqualTo(reply.at("/entries/2/value").asText());
        if (uncertain) {
            BRIDGE.receive(EVENTS);
        }
    }

    /** What Live was sent, in its order: the text, or the attachment's name. */
    private List<String> called() throws Exception {
        return values().stream()
                .map(value -> value.replaceFirst(".*/([ab]\\.txt).*", "$1"))
                .toList();
    }

    private List<String> values() throws Exception {
        List<LoggedRequest> calls = new ArrayList<>(BRIDGE.live().findAll(postRequestedFor(urlEqualTo(path))));
        calls.sort(Comparator.comparing(LoggedRequest::getLoggedDate));
        List<String> values = new ArrayList<>();
        for (LoggedRequest call : calls) {
            JsonNode message = json(call.getBodyAsString()).at("/message");
            assertThat(message).hasSize(1);
            values.add(message.at("/0/value").asText());
        }
        return values;
    }

    private void fails(String entry, int times, int status) {
        for (int i = 0; i <= times; i++) {
            BRIDGE.live()
                    .stubFor(post(path)
                            .withRequestBody(containing(entry))
                            .inScenario(entry)
                            .whenScenarioStateIs(i == 0 ? STARTED : "" + i)
                            .willReturn(i == times ? ok() : status(status))
                            .willSetStateTo("" + Math.min(i + 1, times)));
        }
    }
}
