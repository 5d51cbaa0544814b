package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is tried again, how often and when; and what is not. */
class RetryIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("live.api.response-timeout", "300ms")
            .with("live.retry.max-attempts", "3")
            .with("live.retry.max-retry-after", "3s")
            .with("live.retry.give-up-after", "2s");

    private final String conversation = unique("conversation");
    private final String path = "/" + conversation + "/client/message";

    @ParameterizedTest
    @ValueSource(ints = {302, 401, 403, 408, 425, 429, 500, 502, 503, 504, 599})
    void deliversOnceTheServiceIsBack(int status) throws Exception {
        firstAnswers(status(status));

        assertThat(send().at("/status").asText()).isEqualTo("sent");
        assertThat(calls()).hasSize(2);
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONNECTION_RESET_BY_PEER",
                "EMPTY_RESPONSE",
                "RANDOM_DATA_THEN_CLOSE",
                "MALFORMED_RESPONSE_CHUNK"
            })
    void deliversAfterABrokenConnection(Fault fault) throws Exception {
        firstAnswers(aResponse().withFault(fault));

        assertThat(send().at("/status").asText()).isEqualTo("sent");
        assertThat(calls()).hasSize(2);
    }

    @Test
    void deliversAfterATimeout() throws Exception {
        firstAnswers(ok().withFixedDelay(1_000));

        assertThat(send().at("/status").asText()).isEqualTo("sent");
        assertThat(calls()).hasSize(2);
    }

    @Test
    void waitsForMemory() throws Exception {
        BRIDGE.breakStep("build-call", 2, new OutOfMemoryError("of a test"));

        assertThat(send().at("/status").asText()).isEqualTo("sent");
    }

    @Test
    void waitsForMemoryOnlySoOften() throws Exception {
        BRIDGE.breakStep("build-call", 3, new OutOfMemoryError("of a test"));

        assertThat(send().at("/error/code").asText()).isEqualTo("internal-error");
        assertThat(BRIDGE.receive(DEADLETTERS).getIntProperty("liveAttempts")).isEqualTo(3);
    }

    @Test
    void heedsRetryAfterInSeconds() throws Exception {
        firstAnswers(status(503).withHeader("retry-after", "1"));

        assertThat(send().at("/status").asText()).isEqualTo("sent");
        assertThat(waited()).isBetween(Duration.ofMillis(990), Duration.ofSeconds(10));
    }

    @Test
    void heedsRetryAfterAsADate() throws Exception {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().plusSeconds(3).atOffset(ZoneOffset.UTC));
        firstAnswers(status(429).withHeader("Retry-After", date));

        assertThat(send().at("/status").asText()).isEqualTo("sent");
        assertThat(waited()).isBetween(Duration.ofMillis(1_000), Duration.ofSeconds(10));
    }

    @Test
    void waitsNoLongerThanTheCapOfRetryAfter() throws Exception {
        firstAnswers(status(503).withHeader("Retry-After", "3600"));

        assertThat(send().at("/status").asText()).isEqualTo("sent");
        assertThat(waited()).isBetween(Duration.ofMillis(2_900), Duration.ofSeconds(15));
    }

    @Test
    void heedsRetryAfterOnce() throws Exception {
        String[] states = {STARTED, "again", "back"};
        BRIDGE.live()
                .stubFor(post(path)
                        .inScenario(path)
                        .whenScenarioStateIs(states[0])
                        .willReturn(status(503).withHeader("Retry-After", "1"))
                        .willSetStateTo(states[1]));
        BRIDGE.live()
                .stubFor(post(path)
                        .inScenario(path)
                        .whenScenarioStateIs(states[1])
                        .willReturn(status(503))
                        .willSetStateTo(states[2]));
        BRIDGE.live()
                .stubFor(post(path)
                        .inScenario(path)
                        .whenScenarioStateIs(states[2])
                        .willReturn(ok()));

        assertThat(send().at("/status").asText()).isEqualTo("sent");
        List<Date> times =
                calls().stream().map(LoggedRequest::getLoggedDate).sorted().toList();
        assertThat(times.get(2).getTime() - times.get(1).getTime()).isLessThan(900);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 405, 409, 413, 422})
    void doesNotRepeatWhatLiveRefuses(int status) throws Exception {
        answers(status(status));

        assertThat(send().at("/error/code").asText()).isEqualTo("rejected");
        assertThat(calls()).hasSize(1);
        assertThat(BRIDGE.receive(DEADLETTERS).getIntProperty("liveHttpStatus")).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 410})
    void knowsAConversationThatIsGone(int status) throws Exception {
        answers(status(status));

        assertThat(send().at("/error/code").asText()).isEqualTo("unknown-conversation");
        assertThat(calls()).hasSize(1);
    }

    @Test
    void deadLettersAServerErrorAfterMaxAttempts() throws Exception {
        answers(status(500).withBody("it broke"));

        assertThat(send().at("/error/code").asText()).isEqualTo("server-error");
        assertThat(calls()).hasSize(3);
        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getStringProperty("liveErrorCode")).isEqualTo("server-error");
        assertThat(dead.getIntProperty("liveAttempts")).isEqualTo(3);
        assertThat(dead.getStringProperty("liveHttpBody")).isEqualTo("it broke");
    }

    @Test
    void givesUpOnAServiceThatStaysAwayInTheEnd() throws Exception {
        answers(status(503));

        assertThat(send().at("/error/code").asText()).isEqualTo("expired");
        assertThat(calls()).as("more than max-attempts").hasSizeGreaterThan(3);
        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getIntProperty("liveHttpStatus")).isEqualTo(503);
        assertThat(dead.getIntProperty("liveAttempts")).isEqualTo(calls().size());
    }

    @Test
    void countsOnlyServerErrorsAgainstMaxAttempts() throws Exception {
        String[] states = {STARTED, "2", "3", "4", "5", "back"};
        int[] statuses = {503, 503, 503, 500, 500};
        for (int i = 0; i < statuses.length; i++) {
            BRIDGE.live()
                    .stubFor(post(path)
                            .inScenario(path)
                            .whenScenarioStateIs(states[i])
                            .willReturn(status(statuses[i]))
                            .willSetStateTo(states[i + 1]));
        }
        BRIDGE.live()
                .stubFor(post(path).inScenario(path).whenScenarioStateIs("back").willReturn(ok()));

        assertThat(send().at("/status").asText()).isEqualTo("sent");
        assertThat(calls()).hasSize(6);
    }

    @Test
    void doesNotDeliverWhatExpiredWhileItWaited() throws Exception {
        firstAnswers(status(503).withHeader("Retry-After", "3"));
        TextMessage message = BRIDGE.text("{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation));
        try (var producer = BRIDGE.session().createProducer(BRIDGE.session().createQueue(MESSAGES))) {
            producer.setTimeToLive(500);
            producer.send(message);
        }

        assertThat(BRIDGE.receive(DEADLETTERS).getStringProperty("liveErrorCode"))
                .isEqualTo("expired");
        assertThat(calls()).hasSize(1);
    }

    @Test
    void stopsRetryingWhenTheMessageExpires() throws Exception {
        answers(status(500).withFixedDelay(250));
        TextMessage message = BRIDGE.text("{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation));
        message.setJMSReplyTo(BRIDGE.queue("expired-replies"));
        try (var producer = BRIDGE.session().createProducer(BRIDGE.session().createQueue(MESSAGES))) {
            producer.setTimeToLive(200);
            producer.send(message);
        }

        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getStringProperty("liveErrorCode")).isEqualTo("expired");
        assertThat(dead.getJMSExpiration()).isZero();
        assertThat(calls()).hasSize(1);
        assertThat(TestBridge.json(BRIDGE.receive("expired-replies"))
                        .at("/error/code")
                        .asText())
                .isEqualTo("expired");
    }

    @Test
    void keepsTheOrderOfAMessageGroupWhileItRetries() throws Exception {
        firstAnswers(status(503));
        List<String> texts = IntStream.range(0, 30).mapToObj(Integer::toString).toList();
        for (String text : texts) {
            TextMessage message =
                    BRIDGE.text("{\"conversationId\": \"%s\", \"text\": \"%s\"}".formatted(conversation, text));
            message.setStringProperty("JMSXGroupID", conversation);
            BRIDGE.send(MESSAGES, message);
        }

        await().until(() -> calls().size() == 31);
        assertThat(calls())
                .extracting(call -> TestBridge.json(call.getBodyAsString())
                        .at("/message/0/value")
                        .asText())
                .startsWith("0", "0", "1")
                .endsWith("28", "29");
        assertThat(calls().stream()
                        .map(call -> call.getBodyAsString())
                        .distinct()
                        .map(body -> body.replaceAll("\\D", "")))
                .containsExactlyElementsOf(texts);
    }

    @Test
    void holdsUpNoOtherConsumerWhileItWaits() throws Exception {
        answers(status(503));
        BRIDGE.send(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation));
        await().until(() -> !calls().isEmpty());

        JsonNode reply =
                BRIDGE.request(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(unique("other")));
        assertThat(reply.at("/status").asText()).isEqualTo("sent");
        BRIDGE.receive(DEADLETTERS);
    }

    private JsonNode send() throws Exception {
        return BRIDGE.request(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation));
    }

    private void answers(ResponseDefinitionBuilder response) {
        BRIDGE.live().stubFor(post(path).willReturn(response));
    }

    private void firstAnswers(ResponseDefinitionBuilder response) {
        BRIDGE.live()
                .stubFor(post(path)
                        .inScenario(path)
                        .whenScenarioStateIs(STARTED)
                        .willReturn(response)
                        .willSetStateTo("back"));
        BRIDGE.live()
                .stubFor(post(path).inScenario(path).whenScenarioStateIs("back").willReturn(ok()));
    }

    private List<LoggedRequest> calls() {
        return BRIDGE.live().findAll(postRequestedFor(urlEqualTo(path)));
    }

    private Duration waited() {
        List<LoggedRequest> calls = calls();
        assertThat(calls).hasSize(2);
        return Duration.between(
                        calls.get(0).getLoggedDate().toInstant(),
                        calls.get(1).getLoggedDate().toInstant())
                .abs();
    }
}
