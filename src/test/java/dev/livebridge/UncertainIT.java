package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import jakarta.jms.Message;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls whose answer never comes: Live may have carried them out. */
class UncertainIT {
    private static final int MAX_ATTEMPTS = 3;

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("live.api.response-timeout", "1s")
            .with("live.retry.max-attempts", "" + MAX_ATTEMPTS)
            .with("live.retry.delay", "300ms")
            .with("live.retry.max-delay", "1s");

    private final String conversation = unique("conversation");
    private final String path = "/" + conversation + "/client/message";

    @ParameterizedTest
    @ValueSource(strings = {"too late", "reset"})
    void endsWhatOnlyItsOwnConversationMeets(String trouble) throws Exception {
        BRIDGE.live().stubFor(post(path).willReturn(trouble(trouble)));
        BRIDGE.send(MESSAGES, text(conversation));
        await().until(() -> calls() > 0);

        await().atMost(Duration.ofSeconds(30)).until(() -> {
            BRIDGE.request(MESSAGES, text(unique("another")));
            return BRIDGE.broker().locateQueue(DEADLETTERS).getMessageCount() == 1;
        });
        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getStringProperty("liveErrorCode")).isEqualTo("uncertain");
        assertThat(dead.getStringProperty("liveErrorMessage")).startsWith("Live may have taken it: ");
        assertThat(dead.getBooleanProperty("liveUncertain")).isTrue();
        // the first tries of a reset connection are too quick for a call of others to succeed meanwhile
        assertThat(calls()).isBetween(MAX_ATTEMPTS, MAX_ATTEMPTS + 8);
        assertDelayed(true);
        assertThat(json(BRIDGE.receive(EVENTS)).at("/name").asText()).isEqualTo("failed");
    }

    @Test
    void waitsAsLongAsNobodyIsAnswered() throws Exception {
        BRIDGE.live().stubFor(post(anyUrl()).willReturn(trouble("too late")));
        BRIDGE.send(MESSAGES, text(conversation));

        await().atMost(Duration.ofSeconds(30)).until(() -> calls() > MAX_ATTEMPTS + 1);
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
        assertDelayed(true);
        assertThat(BRIDGE.peek(EVENTS)).as("it is told once").isNull();

        BRIDGE.live().stubFor(post(anyUrl()).willReturn(okJson("{}")));
        JsonNode sent = json(BRIDGE.receive(EVENTS));
        assertThat(sent.at("/name").asText()).isEqualTo("sent");
        assertThat(sent.at("/data/uncertain").asBoolean()).isTrue();
        assertThat(json(BRIDGE.receive(EVENTS)).at("/name").asText()).isEqualTo("resumed");
    }

    private void assertDelayed(boolean uncertain) throws Exception {
        JsonNode delayed = json(BRIDGE.receive(EVENTS));
        assertThat(delayed.at("/name").asText()).isEqualTo("delayed");
        assertThat(delayed.at("/data/uncertain").asBoolean()).isEqualTo(uncertain);
        assertThat(delayed.at("/roomId").asText()).isEqualTo(conversation);
    }

    private static ResponseDefinitionBuilder trouble(String kind) {
        return kind.equals("reset")
                ? aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)
                : okJson("{}").withFixedDelay(2_000);
    }

    private static String text(String conversation) {
        return "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation);
    }

    private int calls() {
        return BRIDGE.live().findAll(postRequestedFor(urlEqualTo(path))).size();
    }
}
