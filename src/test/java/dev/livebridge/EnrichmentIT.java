package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.QUEUE_PATH;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.http.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.camel.Route;
import org.apache.camel.util.FileUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The integrator's own place: routes/enrich-user.camel.yaml, saved while the bridge runs. */
class EnrichmentIT {
    private static final Path HOME = TestBridge.copyOfTheProject();
    private static final Path FILE = HOME.resolve("routes/enrich-user.camel.yaml");

    /** A lookup of the integrator's own. */
    private static final String CRM = """
                    - setHeader:
                        id: crm-query
                        name: CamelHttpQuery
                        expression:
                          simple:
                            expression: user=${bean:type:java.net.URLEncoder?method=encode(${body[hash]}, 'UTF-8')}
                    - enrich:
                        id: crm
                        expression:
                          constant:
                            expression: http://crm.example.org/crm?httpMethod=GET&throwExceptionOnFailure=false
                        aggregateOnException: true
                        aggregationStrategy: "#addToExtra"
            """;

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .at(HOME)
            .with("live.routes.reload", "true")
            .with("live.extra.Channel", "jms")
            .with("live.lookup.csv.file", HOME.resolve("customers.csv").toString());

    private final String hash = unique("user&x=1 #ñ/");
    private Log log;

    @AfterAll
    static void deleteTheCopy() {
        FileUtil.removeDir(HOME.toFile());
    }

    @BeforeEach
    void liveAnswers() {
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH).willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(unique("c")))));
        BRIDGE.live()
                .stubFor(get(urlPathEqualTo("/crm"))
                        .willReturn(okJson("{\"Plan\": \"silver\", \"Since\": 2019, \"Score\": 1.50}")));
        log = Log.listen();
    }

    @AfterEach
    void stopLog() {
        log.close();
    }

    @Test
    void takesUpASavedLookupAndKeepsThePrecedence() throws Exception {
        save(enrichUser(CRM.replace("http://crm.example.org", BRIDGE.live().baseUrl())));
        awaitReload();

        request("{\"Ticket\": 2024, \"Plan\": \"gold\"}");

        BRIDGE.live().verify(1, getRequestedFor(urlPathEqualTo("/crm")).withQueryParam("user", equalTo(hash)));
        BRIDGE.live()
                .verify(1, postRequestedFor(urlEqualTo(QUEUE_PATH)).withRequestBody(equalToJson("""
                        {"user": {"extra": [{"Ticket": 2024}, {"Plan": "gold"}, {"Since": 2019}, {"Score": "1.50"},
                                            {"Channel": "jms"}]}}
                        """, false, true)));
    }

    @ParameterizedTest
    @CsvSource({
        "ask-csv.camel.yaml, id: find-csv-row, id: another-csv-row, another-csv-row",
        "look-up-user.camel.yaml, id: ask-service, id: ask-anew, csv-ask-anew",
        "look-up-user.camel.yaml, prefixId: csv-, prefixId: table-, table-ask-service"
    })
    void takesUpAChangeOfALookup(String name, String before, String after, String step) throws Exception {
        Files.copy(Path.of("routes/enrich-user.camel.yaml"), FILE, StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(HOME.resolve("customers.csv"), "id,Level\n%s,3\n".formatted(hash));
        // the other tests have no such file
        BRIDGE.closeBreaker("csv-break-circuit");
        Path file = HOME.resolve("routes").resolve(name);
        String lookup = Files.readString(file);
        try {
            replace(file, lookup.replaceFirst("(?m)" + before + "$", after));
            await().until(() -> BRIDGE.context().getProcessor(step) != null
                    && BRIDGE.context().getProcessor("look-up-in-csv") != null);

            request("{}");

            BRIDGE.live()
                    .verify(1, postRequestedFor(urlEqualTo(QUEUE_PATH)).withRequestBody(equalToJson("""
                        {"user": {"extra": [{"Level": "3"}, {"Channel": "jms"}]}}
                        """, false, true)));
            assertThat(BRIDGE.passes(step)).isEqualTo(1);
        } finally {
            replace(file, lookup);
            await().until(() -> BRIDGE.context().getProcessor(step) == null);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"404", "500", "reset"})
    void goesOnWithoutALookupThatFails(String answer) throws Exception {
        BRIDGE.live()
                .stubFor(get(urlPathEqualTo("/crm"))
                        .willReturn(
                                answer.equals("reset")
                                        ? aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)
                                        : status(Integer.parseInt(answer)).withBody("{\"Oops\": 1}")));
        save(enrichUser(CRM.replace("http://crm.example.org", BRIDGE.live().baseUrl())));
        awaitReload();

        assertThat(request("{}").at("/status").asText()).isEqualTo("queued");

        BRIDGE.live()
                .verify(
                        1,
                        postRequestedFor(urlEqualTo(QUEUE_PATH))
                                .withRequestBody(
                                        equalToJson("{\"user\": {\"extra\": [{\"Channel\": \"jms\"}]}}", false, true)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ${body.put('vip', 'yes')}               | 'vip'
            ${body.put('hash', 'other')}            | 'hash'
            ${body.remove('firstname')}             | 'firstname'
            ${body.put('extra', 'text')}            | 'extra'
            ${body[extra].put('List', ${body})}     | 'List'
            """)
    void refusesWhatLiveDoesNotKnow(String change, String named) throws Exception {
        save(enrichUser("""
                        - script:
                            id: change
                            expression:
                              simple:
                                expression: "%s"
                """.formatted(change)));
        awaitReload();

        JsonNode reply = request("{}");

        assertThat(reply.at("/error/code").asText()).isEqualTo("internal-error");
        assertThat(reply.at("/error/message").asText()).contains("enrich-user").contains(named);
        BRIDGE.receive(DEADLETTERS);
        BRIDGE.live().verify(0, postRequestedFor(urlEqualTo(QUEUE_PATH)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            - nosuchstep:; id: x
            - to:; id: x; uri: nosuchcomponent; parameters:;   name: x
            - to:; id: x; uri: direct; parameters:;   name: x;   nosuchoption: 1
            - bean:; id: x; ref: noSuchBean
            - setBody:; id: x; expression:;   simple:;     expression: ${nosuchfunction}
            - setBody:; id: x; expression:;   simple:;     expression: "{{no.such.property}}"
            - log: "unclosed
            """)
    void keepsTheOldRoutesWhenASavedFileHasAMistake(String step) throws Exception {
        save(enrichUser("        " + step.replace("; ", "\n            ") + "\n"));

        await().untilAsserted(() -> assertThat(log.lines())
                .anyMatch(text -> text.contains("Not reloaded")
                        && text.contains("enrich-user.camel.yaml")
                        && text.matches("(?s).*line 13\\b.*")));
        assertThat(request("{}").at("/status").asText()).isEqualTo("queued");
    }

    @Test
    void putsBackWhatIsBeingRetriedWhenItsRouteIsReplaced() throws Exception {
        BRIDGE.live().stubFor(post(QUEUE_PATH).willReturn(status(503).withFixedDelay(100)));
        BRIDGE.send(CONVERSATIONS, "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}}".formatted(hash));
        await().until(() ->
                !BRIDGE.live().findAll(postRequestedFor(urlEqualTo(QUEUE_PATH))).isEmpty());

        Path route = HOME.resolve("routes/queue-conversation.camel.yaml");
        Path draft = Files.writeString(HOME.resolve("draft"), Files.readString(route) + "# " + hash + "\n");
        Files.move(draft, route, StandardCopyOption.REPLACE_EXISTING);
        await().untilAsserted(() -> assertThat(log.lines())
                .anyMatch(line -> line.contains("Reloaded ") && line.contains("queue-conversation")));

        BRIDGE.live()
                .stubFor(post(QUEUE_PATH).willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(unique("c")))));
        assertThat(TestBridge.json(BRIDGE.receive(EVENTS)).at("/name").asText()).isEqualTo("queued");
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }

    @Test
    void saysWhatIsWrongWithAnAnswerThatIsNoJson() throws Exception {
        BRIDGE.live().stubFor(get(urlPathEqualTo("/crm")).willReturn(ok("<html>")));
        save(enrichUser(CRM.replace("http://crm.example.org", BRIDGE.live().baseUrl())));
        awaitReload();

        JsonNode reply = request("{}");

        assertThat(reply.at("/error/code").asText()).isEqualTo("internal-error");
        assertThat(reply.at("/error/message").asText())
                .startsWith("direct:enrich-user made a lookup whose answer is no JSON object");
        BRIDGE.receive(DEADLETTERS);
    }

    @Test
    void triesAPolicyButLeavesItForTheNextStart() throws Exception {
        // the folder as it is delivered: a policy is tried with all routes
        Files.copy(Path.of("routes/enrich-user.camel.yaml"), FILE, StandardCopyOption.REPLACE_EXISTING);
        Path policy = HOME.resolve("routes/error-handling.camel.yaml");
        String before = Files.readString(policy);
        try {
            replace(policy, before.replace("java.lang.Throwable", "java.lang.Throwabl"));
            await().untilAsserted(() -> assertThat(log.lines())
                    .anyMatch(line -> line.contains("Not reloaded") && line.contains("Throwabl")));
            replace(policy, before + "# changed\n");
            await().untilAsserted(() ->
                    assertThat(log.lines()).anyMatch(line -> line.contains("takes effect with the next start")));
        } finally {
            replace(policy, before);
        }
        assertThat(request("{}").at("/status").asText()).isEqualTo("queued");
    }

    private static void replace(Path file, String content) throws IOException {
        Files.move(Files.writeString(HOME.resolve("draft"), content), file, StandardCopyOption.REPLACE_EXISTING);
    }

    private JsonNode request(String extra) throws Exception {
        return BRIDGE.request(
                CONVERSATIONS,
                "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\", \"extra\": %s}}".formatted(hash, extra));
    }

    /** The route with these steps, of which the first stands in line 13. */
    private static String enrichUser(String steps) {
        return """
                # the integrator's own
                - route:
                    id: enrich-user
                    description: Add what the caller doesn't know, %s
                    errorHandler:
                      noErrorHandler: {}
                    from:
                      id: user
                      uri: direct
                      parameters:
                        name: enrich-user
                      steps:
                """.formatted(unique("save")) + steps.replaceAll("(?m)^ {24}", "        ");
    }

    /** What another test has saved may be reloaded just now. */
    private void awaitReload() throws IOException {
        String saved = Files.readString(FILE);
        await().until(() -> {
            Route route = BRIDGE.context().getRoute("enrich-user");
            return route != null && saved.contains("description: " + route.getDescription());
        });
    }

    private void save(String route) throws IOException {
        log.lines().clear();
        Path draft = HOME.resolve("draft");
        Files.writeString(draft, route);
        Files.move(draft, FILE, StandardCopyOption.REPLACE_EXISTING);
    }
}
