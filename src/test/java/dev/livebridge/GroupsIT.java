package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import dev.livebridge.command.LiveBridge;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** bin/live-bridge groups, and what check says of the groups. */
class GroupsIT {
    private static final String KEY = "g4teway-k3y";

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().with("live.api.headers.X-Api-Key", KEY);

    @Test
    void showsJsonAsItCameWithoutTheToken() {
        groupsAnswer(okJson("[{\"id\":2179,\"name\":\"Sales_" + TOKEN + "\",\"id\":1.50,\"x\":\"\\u001b[1m\"}]"));

        assertThat(groups(Map.of())).isEqualTo("""
                        0: [ {
                          "id" : 2179,
                          "name" : "Sales",
                          "id" : 1.50,
                          "x" : "\\u001B[1m"
                        } ]
                        """);
        BRIDGE.live().verify(getRequestedFor(urlEqualTo("/group")).withHeader("X-Api-Key", equalTo(KEY)));
    }

    @Test
    void needsNoBotYet() {
        groupsAnswer(ok("Sales_1: 2179"));

        assertThat(groups(Map.of("live.bot.id", "", "live.bot.token", ""))).isEqualTo("0: Sales_1: 2179\n");
    }

    @Test
    void showsWhatIsNoJson() {
        groupsAnswer(ok("<p>\u001b[1mSales: 2179"));

        assertThat(groups(Map.of())).isEqualTo("0: <p> [1mSales: 2179\n");
    }

    @Test
    void saysWhyItShowsNone() {
        groupsAnswer(status(401).withBody("who is " + TOKEN + "?\n"));
        String url = BRIDGE.live().baseUrl() + "/group";

        assertThat(groups(Map.of())).isEqualTo("1: live-bridge groups: " + url + " answered 401: who is ?\n");
        assertThat(groups(Map.of("live.api.groups-url", "http://127.0.0.1:1/group")))
                .startsWith(
                        "1: live-bridge groups: http://127.0.0.1:1/group: org.apache.hc.client5.http.HttpHostConnectException")
                .hasLineCount(1);
        assertThat(groups(Map.of("live.api.headers.X-Api-Key", KEY + "\nX: y")))
                .isEqualTo("1: live-bridge groups: live.api.headers.X-Api-Key can't be sent as a header (in"
                        + " -Dlive.api.headers.X-Api-Key)\n");
        groupsAnswer(ok("late").withFixedDelay(3_000));
        assertThat(groups(Map.of("live.api.connect-timeout", "500ms", "live.api.response-timeout", "500ms")))
                .isEqualTo("1: live-bridge groups: " + url + " did not answer within 1 s\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"id\": 2179}, {\"id\": 7}]",
                "{\"groups\": {\"sales\": {\"groupId\": 2179}, \"other\": [{\"group_id\": 7}]}}"
            })
    void checkFindsTheConfiguredGroups(String answer) throws Exception {
        groupsAnswer(okJson(answer));

        assertThat(checked(Map.of("live.groups.other", "7")))
                .containsExactly("ok: " + BRIDGE.live().baseUrl() + "/group lists all that are configured");
        assertThat(checked(Map.of("live.groups.other", "7,8", "live.groups.more", "9")))
                .containsExactly(
                        "warning: live.groups.more = 9: " + BRIDGE.live().baseUrl() + "/group lists no such group",
                        "warning: live.groups.other = 8: " + BRIDGE.live().baseUrl() + "/group lists no such group");
    }

    @Test
    void checkFindsTheGroupsOfFurtherBots() throws Exception {
        groupsAnswer(okJson("[{\"id\": 2179}]"));

        assertThat(checked(Map.of(
                        "live.bots.sales.id", "2000",
                        "live.bots.sales.token", "sales-t0ken",
                        "live.bots.sales.default-groups-id", "8")))
                .containsExactly("warning: live.bots.sales.default-groups-id = 8: "
                        + BRIDGE.live().baseUrl() + "/group lists no such group");
    }

    @Test
    void checkLeavesOpenWhatItCannotAsk() throws Exception {
        String url = BRIDGE.live().baseUrl() + "/group";
        groupsAnswer(status(403));
        assertThat(checked(Map.of())).containsExactly("not checked: " + url + " answered 403");
        groupsAnswer(okJson("{\"names\": [\"sales\"], \"id\": \"x\"}"));
        assertThat(checked(Map.of()))
                .containsExactly("not checked: no ids found in what " + url + " answers: see the command groups");
    }

    private static void groupsAnswer(ResponseDefinitionBuilder answer) {
        BRIDGE.live().stubFor(get("/group").willReturn(answer));
    }

    private static Map<String, String> with(Map<String, String> differently) {
        Map<String, String> properties = new HashMap<>(differently);
        properties.putIfAbsent("live.api.groups-url", BRIDGE.live().baseUrl() + "/group");
        return properties;
    }

    /** The command's exit code and what it said. */
    private static String groups(Map<String, String> differently) {
        return BRIDGE.withSystemProperties(with(differently), () -> {
            StringWriter out = new StringWriter();
            int code = LiveBridge.commandLine()
                    .setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(out, true))
                    .execute("groups");
            return code + ": " + out;
        });
    }

    @Test
    void checkTellsWarningsByItsExitCode() {
        groupsAnswer(okJson("[{\"id\": 2179}]"));

        assertThat(code(Map.of())).isZero();
        assertThat(code(Map.of("live.groups.other", "7"))).isEqualTo(3);
        assertThat(code(Map.of("live.groups.other", "x"))).isEqualTo(1);
    }

    private static int code(Map<String, String> differently) {
        return BRIDGE.withSystemProperties(with(differently), () -> LiveBridge.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .execute("check"));
    }

    /** The verdicts on the groups, and their details. */
    private static List<String> checked(Map<String, String> differently) {
        return BRIDGE.withSystemProperties(with(differently), () -> {
            StringWriter out = new StringWriter();
            LiveBridge.commandLine().setOut(new PrintWriter(out, true)).execute("check");
            return out.toString()
                    .lines()
                    .filter(line -> line.startsWith("groups "))
                    .map(line -> line.substring(35, 47).strip() + ": " + line.substring(48))
                    .toList();
        });
    }
}
