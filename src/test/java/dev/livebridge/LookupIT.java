package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.notFound;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
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
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import dev.livebridge.command.LiveBridge;
import dev.livebridge.lookup.UserLookupException;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.camel.util.FileUtil;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The lookups that are ready, with their defaults but for the times: failures are gone on without. */
class LookupIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String KEY = "crm-k3y";
    private static final String DATABASE = "jdbc:h2:mem:lookup-it;DB_CLOSE_DELAY=-1";
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final WireMockServer CRM = crm();
    private static final Path FOLDER = folder();
    private static final Path FILE = FOLDER.resolve("customers.csv");
    private static final JdbcClient ROWS = JdbcClient.create(database());

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("live.extra.Channel", "jms")
            .with("live.lookup.http.url", CRM.baseUrl() + "/crm/{hash}?view=full&mail={email}")
            .with("live.lookup.http.headers.X-Api-Key", KEY)
            .with("live.lookup.http.fields.Plan", "plan")
            .with("live.lookup.http.fields.City", "/address/city")
            .with("live.lookup.http.timeout", TIMEOUT.toMillis() + "ms")
            .with(
                    "live.lookup.sql.query",
                    "select * from customer where id = :#hash and name like '%&%' and gate_pass(id)")
            .with("live.lookup.sql.url", DATABASE)
            .with("live.lookup.sql.fields.Plan", "plan")
            .with("live.lookup.sql.fields.Since", "since")
            .with("live.lookup.sql.timeout", TIMEOUT.toMillis() + "ms")
            .with("live.lookup.csv.file", FILE.toString())
            .with("live.lookup.csv.key", "customer")
            .with("live.lookup.csv.timeout", TIMEOUT.toMillis() + "ms");

    private final String hash = unique("user");
    private final String conversation = unique("c");
    private Log log;

    /** What a row passes on its way out of the database. */
    public static final class Gate {
        private static volatile CountDownLatch closed = new CountDownLatch(0);

        private Gate() {}

        public static boolean pass(String id) throws InterruptedException {
            closed.await();
            return id != null;
        }
    }

    @BeforeAll
    static void createTable() {
        ROWS.sql("create table customer (id varchar(300) primary key, name varchar(99), plan varchar(99), since date)")
                .update();
        ROWS.sql("create alias gate_pass for '" + Gate.class.getName() + ".pass'")
                .update();
    }

    @AfterAll
    static void stop() {
        CRM.stop();
        ROWS.sql("shutdown").update();
        FileUtil.removeDir(FOLDER.toFile());
    }

    @BeforeEach
    void begin() throws IOException {
        CRM.resetAll();
        CRM.stubFor(get(urlPathMatching("/crm/.*")).atPriority(9).willReturn(notFound()));
        save("customer,Level\nnobody,1\n");
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH).willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(conversation))));
        for (String breaker : new String[] {"http-break-circuit", "sql-break-circuit", "csv-break-circuit"}) {
            BRIDGE.closeBreaker(breaker);
        }
        log = Log.listen();
    }

    @AfterEach
    void end() {
        Gate.closed.countDown();
        log.close();
    }

    @Test
    void addsWhatEachKnowsWhereNobodyBeforeItDoes() throws Exception {
        crmAnswers(answer("{'plan': 'http', 'address': {'city': 'Mar del Plata'}, 'name': 'Ana', 'id': 7}"));
        ROWS.sql("insert into customer values (?, 'a & b', 'sql', date '2019-05-01')")
                .param(hash)
                .update();
        save("Level,Plan,customer\n3,csv,%s\n4,csv,%s\n".formatted(hash, hash));

        request("{}");

        assertThat(extra())
                .isEqualTo(json("[{'City': 'Mar del Plata'}, {'Plan': 'http'}, {'Since': '2019-05-01'}, {'Level': '3'},"
                        + " {'Channel': 'jms'}]"));
    }

    @Test
    void leavesWhatTheCallerSaid() throws Exception {
        crmAnswers(answer("{'plan': 'http', 'address': {'city': 'Mar del Plata'}}"));
        TextMessage message = BRIDGE.text(body("{\"Plan\": \"caller\"}"));
        message.setStringProperty("extra_City", "Tandil");

        BRIDGE.request(CONVERSATIONS, message);

        assertThat(extra()).isEqualTo(json("[{'Plan': 'caller'}, {'City': 'Tandil'}, {'Channel': 'jms'}]"));
    }

    @Test
    void asksWithTheKeyAndTheHashEncoded() throws Exception {
        request("a&b=c #ñ %2E{{live.bot.token}}'; --", "{}");

        CRM.verify(
                1,
                getRequestedFor(
                                urlEqualTo(
                                        "/crm/a%26b%3Dc%20%23%C3%B1%20%252E%7B%7Blive.bot.token%7D%7D%27%3B%20--?view=full&mail="))
                        .withHeader("X-Api-Key", equalTo(KEY))
                        .withHeader("Accept", equalTo("application/json"))
                        .withHeader("User-Agent", equalTo("live-bridge")));
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(QUEUE_PATH)).withHeader("X-Api-Key", absent()));
    }

    @Test
    void asksAgainForAUserWithAnotherAddress() throws Exception {
        for (String email : new String[] {"a@example.org", "b@example.org", "a@example.org"}) {
            BRIDGE.request(CONVERSATIONS, body("{}").replace("\"extra\"", "\"email\": \"" + email + "\", \"extra\""));
        }

        for (String email : new String[] {"a%40example.org", "b%40example.org"}) {
            CRM.verify(1, getRequestedFor(urlEqualTo("/crm/" + hash + "?view=full&mail=" + email)));
        }
    }

    @Test
    void asksForNobodyWhoseHashIsAStepInAPath() throws Exception {
        request("..", "{}");

        CRM.verify(0, getRequestedFor(anyUrl()));
        assertThat(extra()).isEqualTo(json("[{'Channel': 'jms'}]"));
        assertThat(warnings()).isEmpty();
    }

    @Test
    void writesNumbersAndTimesOut() throws Exception {
        crmAnswers(okJson("[{\"plan\": 1.25E7, \"address\": {\"city\": \"M\u00e1laga\"}}]"));
        ROWS.sql("insert into customer values (?, '&', null, date '2026-11-27')")
                .param(hash)
                .update();
        TextMessage message = BRIDGE.text(body("{}"));
        message.setDoubleProperty("extra_Total", 1.25E7);
        message.setFloatProperty("extra_Rate", 1E-4f);
        message.setDoubleProperty("extra_Odd", Double.NaN);

        BRIDGE.request(CONVERSATIONS, message);

        assertThat(extra())
                .containsExactlyInAnyOrder(
                        json("{'Total': '12500000'}"),
                        json("{'Rate': '0.0001'}"),
                        json("{'Odd': 'NaN'}"),
                        json("{'Plan': '12500000'}"),
                        json("{'City': 'M\u00e1laga'}"),
                        json("{'Since': '2026-11-27'}"),
                        json("{'Channel': 'jms'}"));
    }

    @Test
    void takesNoHashForSql() throws Exception {
        ROWS.sql("insert into customer values (?, '&', 'sql', null)")
                .param(hash)
                .update();

        request("x' or id = '" + hash, "{}");

        assertThat(extra()).isEqualTo(json("[{'Channel': 'jms'}]"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void asksOnceForAUserKnownOrNot(boolean known) throws Exception {
        if (known) {
            crmAnswers(answer("{'plan': 'http'}"));
        }

        request("{}");
        request("{}");

        CRM.verify(1, getRequestedFor(urlPathMatching("/crm/.*")));
        assertThat(extras())
                .hasSize(2)
                .containsOnly(json(known ? "[{'Plan': 'http'}, {'Channel': 'jms'}]" : "[{'Channel': 'jms'}]"));
    }

    @Test
    void readsAFileAgainThatHasChanged() throws Exception {
        request("{}");
        save("customer,Level\n" + hash + ",7\n");
        request("{}");

        assertThat(extras())
                .containsExactly(json("[{'Channel': 'jms'}]"), json("[{'Level': '7'}, {'Channel': 'jms'}]"));
    }

    static Stream<ResponseDefinitionBuilder> stalls() {
        return Stream.of(
                answer("{'plan': 'late'}").withFixedDelay(5_000),
                // each byte comes in time
                okJson("{\"plan\": \"late\"}" + " ".repeat(1_000)).withChunkedDribbleDelay(30, 6_000));
    }

    @ParameterizedTest
    @MethodSource("stalls")
    void waitsForASlowServiceNoLongerThanItsTimeout(ResponseDefinitionBuilder stall) throws Exception {
        crmAnswers(stall);

        Duration took = request("{}");

        assertThat(took).isBetween(TIMEOUT, TIMEOUT.plusMillis(2_000));
        assertThat(extra()).isEqualTo(json("[{'Channel': 'jms'}]"));
        assertThat(warnings())
                .containsExactly("the HTTP lookup failed: no answer within 2000 ms; the user goes on without");
        // the call itself has ended, too
        await().atMost(Duration.ofSeconds(2))
                .until(() -> BRIDGE.context().getInflightRepository().size("ask-http") == 0);
    }

    @Test
    void waitsForASlowDatabaseNoLongerThanItsTimeout() throws Exception {
        ROWS.sql("insert into customer values (?, '&', 'sql', null)")
                .param(hash)
                .update();
        Gate.closed = new CountDownLatch(1);

        Duration took = request("{}");

        assertThat(took).isBetween(TIMEOUT, TIMEOUT.plusMillis(2_000));
        assertThat(extra()).isEqualTo(json("[{'Channel': 'jms'}]"));
        assertThat(warnings())
                .containsExactly("the SQL lookup failed: no answer within 2000 ms; the user goes on without");
    }

    @Test
    void goesOnWithoutAFileThatIsGone() throws Exception {
        Files.delete(FILE);

        request("{}");

        assertThat(extra()).isEqualTo(json("[{'Channel': 'jms'}]"));
        assertThat(warnings())
                .containsExactly("the CSV lookup failed: there is no file " + FILE + "; the user goes on without");
    }

    static Stream<ResponseDefinitionBuilder> failures() {
        return Stream.of(
                status(500).withBody("{\"plan\": \"" + KEY + "\"}"),
                status(401),
                status(302).withHeader("Location", "/elsewhere"),
                ok("<html>" + KEY),
                ok("\"text\""),
                ok("{\"plan\": \"" + "x".repeat(1024 * 1024) + "\"}"),
                aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void goesOnWithoutAServiceThatFailsAndTellsNoSecret(ResponseDefinitionBuilder failure) throws Exception {
        crmAnswers(failure);
        try (Log all = Log.listenToAll()) {
            request("{}");
            assertThat(all.lines()).isNotEmpty().noneMatch(line -> line.contains(KEY));
        }

        assertThat(extra()).isEqualTo(json("[{'Channel': 'jms'}]"));
        assertThat(warnings()).singleElement().asString().startsWith("the HTTP lookup failed: ");
        assertThat(log.lines()).noneMatch(line -> line.contains(KEY));
    }

    @Test
    void leavesNoTraceInWhatFailsLater() throws Exception {
        crmAnswers(status(500));
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH)
                        .inScenario("later")
                        .whenScenarioStateIs(Scenario.STARTED)
                        .willReturn(status(503))
                        .willSetStateTo("back"));
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH)
                        .inScenario("later")
                        .whenScenarioStateIs("back")
                        .willReturn(status(400)));

        JsonNode reply = BRIDGE.request(CONVERSATIONS, body("{}"));

        assertThat(reply.at("/error/message").asText()).isEqualTo("Live answered 400 to the queue call");
        assertThat(extras()).hasSize(2).containsOnly(json("[{'Channel': 'jms'}]"));
        assertThat(BRIDGE.receive(DEADLETTERS).getIntProperty("liveAttempts")).isEqualTo(2);
        CRM.verify(1, getRequestedFor(urlPathMatching("/crm/.*")));
    }

    static Stream<ResponseDefinitionBuilder> faultsOfUsers() {
        return Stream.of(status(400), status(422), ok("<html>"), ok("{\"plan\": \"" + "x".repeat(1024 * 1024) + "\"}"));
    }

    @ParameterizedTest
    @MethodSource("faultsOfUsers")
    void asksForOthersWhateverOneUserIsToBlameFor(ResponseDefinitionBuilder fault) throws Exception {
        CRM.stubFor(get(urlPathMatching("/crm/.*")).atPriority(8).willReturn(fault));
        crmAnswers(answer("{'plan': 'http'}"));
        for (int i = 0; i < 6; i++) {
            request(unique("other"), "{}");
        }
        assertThat(warnings()).hasSize(6).allMatch(line -> line.startsWith("the HTTP lookup failed: it"));

        request("{}");

        assertThat(extras()).hasSize(7).last().isEqualTo(json("[{'Plan': 'http'}, {'Channel': 'jms'}]"));
        assertThat(extras().subList(0, 6)).containsOnly(json("[{'Channel': 'jms'}]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sql", "csv"})
    void goesOnWithoutWhatOneUserIsToBlameFor(String kind) throws Exception {
        UserLookupException fault = mock(UserLookupException.class);
        when(fault.getMessage()).thenReturn("it can't be asked for this user");
        save("customer,Level\n%s,3\n".formatted(hash));
        BRIDGE.breakStep(kind + "-ask-service", 1, fault);

        request("{}");

        assertThat(warnings()).singleElement().asString().contains("it can't be asked for this user");
        assertThat(BRIDGE.passes(kind + "-set-fault-of-user")).isEqualTo(1);
    }

    @Test
    void leavesAServiceAloneThatKeepsFailing() throws Exception {
        CRM.stubFor(get(urlPathMatching("/crm/.*")).willReturn(status(503)));
        for (int i = 0; i < 5; i++) {
            request(unique("other"), "{}");
        }
        assertThat(warnings()).hasSize(5);

        request("{}");
        request(unique("other"), "{}");

        CRM.verify(5, getRequestedFor(urlPathMatching("/crm/.*")));
        assertThat(warnings()).hasSize(5);
        assertThat(log.lines())
                .filteredOn(line -> line.contains("is suspended"))
                .containsExactly(
                        "The HTTP lookup is suspended, as it kept failing: its circuit breaker is open. Until it"
                                + " answers again, users go on without");

        BRIDGE.closeBreaker("http-break-circuit");
        CRM.stubFor(get(urlPathMatching("/crm/.*")).willReturn(notFound()));
        request(unique("other"), "{}");
        assertThat(log.lines()).contains("The HTTP lookup answers again");
    }

    @Test
    void areChecked() throws IOException {
        assertThat(check(Map.of()))
                .containsPattern("HTTP lookup +not checked +answers for users alone")
                .containsPattern("SQL lookup +ok +jdbc:h2:mem:lookup-it")
                .containsPattern("CSV lookup +ok +" + FILE)
                .doesNotContain(KEY);

        assertThat(check(Map.of("live.lookup.sql.query", "select plan fro customer")))
                .containsPattern("SQL lookup +warning +Syntax error");

        Files.delete(FILE);
        assertThat(check(Map.of(
                        "live.lookup.sql.url",
                        "jdbc:postgresql://127.0.0.1:1/crm",
                        "live.lookup.csv.on-failure",
                        "retry")))
                .containsPattern("SQL lookup +warning +Connection refused")
                .containsPattern("CSV lookup +failed +there is no file " + FILE);
    }

    private static String check(Map<String, String> differently) {
        return BRIDGE.withSystemProperties(differently, () -> {
            StringWriter out = new StringWriter();
            LiveBridge.commandLine().setOut(new PrintWriter(out, true)).execute("check");
            return out.toString();
        });
    }

    private static WireMockServer crm() {
        WireMockServer crm =
                new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));
        crm.start();
        return crm;
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("lookup");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JdbcDataSource database() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL(DATABASE);
        return database;
    }

    private static ResponseDefinitionBuilder answer(String json) {
        return okJson(json.replace('\'', '"'));
    }

    private void crmAnswers(ResponseDefinitionBuilder answer) {
        CRM.stubFor(get(urlEqualTo("/crm/" + hash + "?view=full&mail=")).willReturn(answer));
    }

    private static void save(String csv) throws IOException {
        Files.move(Files.writeString(FOLDER.resolve("draft"), csv), FILE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Duration request(String extra) throws Exception {
        return request(hash, extra);
    }

    private Duration request(String user, String extra) throws Exception {
        Instant before = Instant.now();
        assertThat(BRIDGE.request(CONVERSATIONS, body(user, extra))
                        .at("/status")
                        .asText())
                .isEqualTo("queued");
        return Duration.between(before, Instant.now());
    }

    private String body(String extra) {
        return body(hash, extra);
    }

    private static String body(String user, String extra) {
        return "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\", \"extra\": %s}}".formatted(user, extra);
    }

    /** What Live was shown, the one time. */
    private JsonNode extra() throws IOException {
        assertThat(extras()).hasSize(1);
        return extras().get(0);
    }

    private static List<JsonNode> extras() throws IOException {
        return BRIDGE.live().findAll(postRequestedFor(urlEqualTo(QUEUE_PATH))).stream()
                .map(call -> {
                    try {
                        return JSON.readTree(call.getBodyAsString()).at("/user/extra");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .toList();
    }

    private List<String> warnings() {
        return log.lines().stream()
                .filter(line -> line.contains("goes on without"))
                .map(line -> line.replaceFirst("^ID:\\S+: ", ""))
                .toList();
    }
}
