package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.livebridge.outage.Outages;
import jakarta.jms.MessageProducer;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was away has come back, and no message shows it. */
class HealthIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().withS3().with("live.api.headers.X-Api-Key", "k3y");

    @ParameterizedTest
    @ValueSource(strings = {Outages.S3, Outages.STORE, Outages.DEAD_LETTERS, EVENTS})
    void isUpAgainWithoutTraffic(String service) throws Exception {
        BRIDGE.context()
                .getRegistry()
                .lookupByNameAndType("outages", Outages.class)
                .lost(service, "of a test");
        assertThat(health()).isEqualTo("DOWN");

        await().atMost(SOON).until(() -> health().equals("UP"));
    }

    @Test
    void isUpAgainOnceLiveAnswers() throws Exception {
        expires();
        // Live still answers 503
        staysSo(() -> health().equals("DOWN"));

        BRIDGE.live().stubFor(any(anyUrl()).willReturn(status(404)));
        await().atMost(SOON).until(() -> health().equals("UP"));
        assertThat(BRIDGE.live().findAll(getRequestedFor(anyUrl())))
                .isNotEmpty()
                .allMatch(probe -> probe.getBodyAsString().isEmpty() && !probe.containsHeader("X-Api-Key"))
                .extracting(LoggedRequest::getUrl)
                .containsOnly("/");
    }

    @Test
    void doesNotAskWhereAMessageWaits() throws Exception {
        BRIDGE.live().stubFor(post(anyUrl()).willReturn(status(503)));
        BRIDGE.send(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(unique("conversation")));
        await().until(() -> health().equals("DOWN"));

        staysSo(() -> health().equals("DOWN"));
        BRIDGE.live().verify(0, getRequestedFor(anyUrl()));
        BRIDGE.live().resetMappings();
        BRIDGE.live().stubFor(any(anyUrl()).willReturn(status(200).withBody("{}")));
        await().atMost(SOON).until(() -> health().equals("UP"));
    }

    @Test
    void doesNotAskBeforeTheTimeThatLiveNamed() throws Exception {
        BRIDGE.live().stubFor(get(anyUrl()).willReturn(status(503).withHeader("Retry-After", "3600")));
        expires();
        await().atMost(SOON)
                .until(() -> !BRIDGE.live().findAll(getRequestedFor(anyUrl())).isEmpty());

        staysSo(() -> BRIDGE.live().findAll(getRequestedFor(anyUrl())).size() == 1);
        BRIDGE.context()
                .getRegistry()
                .lookupByNameAndType("outages", Outages.class)
                .succeeded("Live");
    }

    @Test
    void isUpAgainWithTheBroker() throws Exception {
        BRIDGE.stopBroker();
        await().atMost(SOON).until(() -> health().equals("DOWN"));
        BRIDGE.restartBroker();

        await().atMost(SOON.multipliedBy(2)).until(() -> health().equals("UP"));
        BRIDGE.live().verify(0, anyRequestedFor(anyUrl()));
    }

    /** A message that finds Live away, and expires while it waits. */
    private void expires() throws Exception {
        BRIDGE.live().stubFor(post(anyUrl()).willReturn(status(503)));
        BRIDGE.live().stubFor(get(anyUrl()).atPriority(6).willReturn(status(503)));
        await().pollDelay(Duration.ofMillis(1_100)).until(() -> true);
        String text = "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(unique("conversation"));
        try (MessageProducer producer =
                BRIDGE.session().createProducer(BRIDGE.session().createQueue(MESSAGES))) {
            producer.setTimeToLive(2_000);
            producer.send(BRIDGE.text(text));
        }
        await().until(() -> health().equals("DOWN"));
        assertThat(BRIDGE.receive(DEADLETTERS).getStringProperty("liveErrorCode"))
                .isEqualTo("expired");
    }

    /** For longer than two looks at what is away. */
    private static void staysSo(Callable<Boolean> condition) {
        await().during(Duration.ofSeconds(6)).atMost(Duration.ofSeconds(9)).until(condition);
    }

    private static String health() throws Exception {
        return BRIDGE.health("").at("/status").asText();
    }
}
