package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.QUEUE_PATH;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A lookup whose failure the message waits for, and beside it two that are off. */
class LookupRetryIT {
    private static final WireMockServer CRM = crm();

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("live.lookup.http.url", CRM.baseUrl() + "/crm/{hash}")
            .with("live.lookup.http.on-failure", "retry")
            .with("live.retry.give-up-after", "1s");

    private final String hash = unique("user");

    @AfterAll
    static void stop() {
        CRM.stop();
    }

    @Test
    void waitsForAServiceThatFails() throws Exception {
        liveTakesAll();
        CRM.stubFor(get(urlPathMatching("/crm/.*"))
                .inScenario("outage")
                .whenScenarioStateIs(Scenario.STARTED)
                .willReturn(status(503))
                .willSetStateTo("over"));
        CRM.stubFor(get(urlPathMatching("/crm/.*"))
                .inScenario("outage")
                .whenScenarioStateIs("over")
                .willReturn(okJson("{\"Plan\": \"gold\", \"Since\": 2019, \"Score\": 1.50, \"Vip\": true,"
                        + " \"Note\": null, \"Inner\": {\"a\": 1}, \"List\": [1], \"Bad\": \"\\ud800\"}")));

        assertThat(request().at("/status").asText()).isEqualTo("queued");

        assertThat(BRIDGE.live().findAll(postRequestedFor(urlEqualTo(QUEUE_PATH))))
                .singleElement()
                .satisfies(call -> assertThat(json(call.getBodyAsString()).at("/user/extra"))
                        .isEqualTo(json("[{'Plan': 'gold'}, {'Since': 2019}, {'Score': '1.50'}, {'Vip': 'true'}]")));
    }

    @Test
    void givesUpAsForLive() throws Exception {
        CRM.stubFor(get(urlPathMatching("/crm/.*")).willReturn(status(503)));

        JsonNode reply = request();

        assertThat(reply.at("/error/code").asText()).isEqualTo("expired");
        assertThat(reply.at("/error/message").asText()).startsWith("gave up: the HTTP lookup ");
        BRIDGE.receive(DEADLETTERS);
        BRIDGE.live().verify(0, postRequestedFor(urlEqualTo(QUEUE_PATH)));
    }

    @Test
    void waitsForNoAnswerThatOneUserIsToBlameFor() throws Exception {
        liveTakesAll();
        CRM.stubFor(get(urlPathMatching("/crm/.*")).willReturn(status(400)));

        assertThat(request().at("/status").asText()).isEqualTo("queued");
    }

    @Test
    void hasNothingOfTheOthers() {
        assertThat(BRIDGE.context().getRoute("lookup-http")).isNotNull();
        assertThat(BRIDGE.context().getRoute("lookup-sql")).isNull();
        assertThat(BRIDGE.context().getRoute("ask-csv")).isNull();
        assertThat(BRIDGE.context().getRegistry().lookupByName("lookupDatabase"))
                .isNull();
    }

    private static WireMockServer crm() {
        WireMockServer crm =
                new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));
        crm.start();
        return crm;
    }

    @BeforeEach
    void begin() {
        CRM.resetAll();
        BRIDGE.closeBreaker("http-break-circuit");
    }

    private void liveTakesAll() {
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH).willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(unique("c")))));
    }

    private JsonNode request() throws Exception {
        return BRIDGE.request(CONVERSATIONS, "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}}".formatted(hash));
    }
}
