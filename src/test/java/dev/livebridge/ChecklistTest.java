package dev.livebridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.Checklist.Finding;
import dev.livebridge.Checklist.Verdict;
import dev.livebridge.command.LiveBridge;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.apache.camel.util.FileUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code check} of homes with mistakes, where nothing else runs. */
class ChecklistTest {
    private Path home;

    @BeforeEach
    void copyTheProject() throws Exception {
        home = TestBridge.copyOfTheProject();
        add("""
                live.bot.id = 1
                live.bot.token = t
                live.webhook.secret = s
                live.jms.url = tcp://127.0.0.1:1?trustStorePassword=s3cret
                live.api.base-url = http://127.0.0.1:1/live?code=s3cret
                live.api.groups-url = http://127.0.0.1:1/groups?code=s3cret
                """);
    }

    @AfterEach
    void deleteTheCopy() {
        FileUtil.removeDir(home.toFile());
    }

    @Test
    void findsInTheRoutesWhatTheStartWould() throws Exception {
        write("beans", "- beans:\n    - name: mine\n      type: java.lang.Object\n");
        write("uses-bean", route("uses-bean", "bean: {ref: mine, method: toString}"));
        write("broken", "- route: {id: x\n");
        write("copied", route("call-live", "stop: {}"));
        write("no-bean", route("no-bean", "process: {ref: nobody}"));

        List<Finding> found = found("routes/");

        assertThat(found.stream()
                        .filter(finding -> finding.verdict() != Verdict.OK)
                        .map(Finding::subject))
                .containsExactly("routes/broken.camel.yaml", "routes/copied.camel.yaml", "routes/no-bean.camel.yaml");
    }

    @Test
    void findsWhatOnlyTheFirstMessageWould() throws Exception {
        write("dead-end", route("dead-end", "to: {uri: direct, parameters: {name: nowhere}}"));
        write(
                "fallback",
                route(
                        "fallback",
                        "circuitBreaker: {steps: [{stop: {}}], onFallback: {steps: [{to: {uri: 'direct:gone'}}]}}"));
        write("otherwise", route("otherwise", "choice: {otherwise: {steps: [{to: {uri: 'direct:gone'}}]}}"));
        write("when", route("when", "choice: {when: [{simple: 'true', steps: [{to: {uri: 'direct:gone'}}]}]}"));
        write(
                "catch",
                route(
                        "catch",
                        "doTry: {steps: [{stop: {}}], doCatch: [{exception: [java.lang.Exception], steps: [{to: {uri: 'direct:gone'}}]}]}"));
        Path policy = home.resolve("routes/error-handling.camel.yaml");
        Files.writeString(
                policy,
                Files.readString(policy)
                        .replaceFirst("onExceptionOccurredRef: retries", "onExceptionOccurredRef: retriez"));

        assertThat(found("routes/").stream().filter(finding -> finding.verdict() != Verdict.OK))
                .containsExactly(
                        new Finding("routes/catch.camel.yaml", Verdict.FAILED, "no route begins with direct:gone"),
                        new Finding(
                                "routes/dead-end.camel.yaml", Verdict.FAILED, "no route begins with direct:nowhere"),
                        new Finding("routes/error-handling.camel.yaml", Verdict.FAILED, "there is no bean retriez"),
                        new Finding("routes/fallback.camel.yaml", Verdict.FAILED, "no route begins with direct:gone"),
                        new Finding("routes/otherwise.camel.yaml", Verdict.FAILED, "no route begins with direct:gone"),
                        new Finding("routes/when.camel.yaml", Verdict.FAILED, "no route begins with direct:gone"));
    }

    @Test
    void blamesThePolicyForItsMissingBean() throws Exception {
        Path policy = home.resolve("routes/error-handling.camel.yaml");
        Files.writeString(
                policy,
                Files.readString(policy)
                        .replaceFirst("(?m)^( +)- to:\\R +id: give-up-refused", "$1- process: {ref: nobody}\n$0"));

        assertThat(found("routes/").stream().filter(finding -> finding.verdict() != Verdict.OK))
                .singleElement()
                .satisfies(finding -> assertThat(finding.subject()).isEqualTo("routes/error-handling.camel.yaml"))
                .satisfies(finding -> assertThat(finding.detail()).contains("nobody"));
    }

    @Test
    void alwaysShowsTheTable() throws Exception {
        add("camel.component.http.proxyHots = s3cret\n");
        assertThat(found("configuration"))
                .containsExactly(new Finding(
                        "configuration",
                        Verdict.FAILED,
                        "the property camel.component.http.proxyHots can't be set: there is no such option, or it takes no such"
                                + " value"));
        assertThat(found("Live API")).extracting(Finding::verdict).containsExactly(Verdict.NOT_CHECKED);

        add("live.extra.Folder = C:\\users\n");
        assertThat(found("configuration"))
                .containsExactly(new Finding(
                        "configuration",
                        Verdict.FAILED,
                        "cannot read config/application.properties: Malformed \\uxxxx encoding."));
        assertThat(found("broker")).extracting(Finding::verdict).containsExactly(Verdict.NOT_CHECKED);
    }

    @Test
    void showsHostAndPortButNoSecretOfAnAddress() {
        List<Finding> findings = found("");

        assertThat(findings).noneMatch(finding -> finding.detail().contains("s3cret"));
        assertThat(found("broker").get(0).detail()).startsWith("tcp://127.0.0.1:1?***: ");
        assertThat(found("Live API").get(0).detail()).startsWith("http://127.0.0.1:1/live?***: ");
        assertThat(found("groups").get(0).detail()).startsWith("http://127.0.0.1:1/groups?***: ");
    }

    @Test
    void goesTheWayOfTheCallsToLive() throws Exception {
        add("camel.component.http.proxyHost = 127.0.0.1\ncamel.component.http.proxyPort = 2\n");

        assertThat(found("Live API").get(0).detail()).contains("127.0.0.1:2");
        assertThat(found("groups").get(0).detail()).contains("127.0.0.1:2");
    }

    @Test
    void endsWithACodeForFailures() throws Exception {
        System.setProperty("live.home", home.toString());
        try {
            StringWriter out = new StringWriter();

            assertThat(LiveBridge.commandLine()
                            .setOut(new PrintWriter(out, true))
                            .execute("check"))
                    .isEqualTo(1);
            assertThat(out.toString()).containsPattern("broker +failed");
        } finally {
            System.clearProperty("live.home");
        }
    }

    private List<Finding> found(String subject) {
        return new Checklist(home, null)
                .findings().stream()
                        .filter(finding -> finding.subject().startsWith(subject))
                        .toList();
    }

    private void add(String properties) throws Exception {
        Files.writeString(home.resolve("config/application.properties"), properties, StandardOpenOption.APPEND);
    }

    private void write(String file, String yaml) throws Exception {
        Files.writeString(home.resolve("routes/" + file + ".camel.yaml"), yaml);
    }

    private static String route(String id, String step) {
        return "- route:\n    id: %s\n    from:\n      uri: direct\n      parameters:\n        name: of-%s\n      steps:\n        - %s\n"
                .formatted(id, id, step);
    }
}
