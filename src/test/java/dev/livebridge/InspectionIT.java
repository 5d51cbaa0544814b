package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.binaryEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import jakarta.jms.BytesMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.util.FileUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The README's malware scanner, in routes/inspect-attachment.camel.yaml. */
class InspectionIT {
    private static final Path HOME = homeWithScanner();
    private static final byte[] FILE = {1, 2, 3};

    @RegisterExtension
    static final TestBridge BRIDGE =
            new TestBridge().at(HOME).withS3().with("live.attachments.allowed-sources", "scans");

    private final String conversation = unique("c");

    @AfterAll
    static void deleteTheCopy() {
        FileUtil.removeDir(HOME.toFile());
    }

    @Test
    void letsPassWhatIsClean() throws Exception {
        BRIDGE.live().stubFor(post("/scan").withRequestBody(binaryEqualTo(FILE)).willReturn(ok()));

        assertThat(send().at("/status").asText()).isEqualTo("sent");
    }

    @Test
    void refusesWhatIsNot() throws Exception {
        BRIDGE.live().stubFor(post("/scan").willReturn(status(406)));

        JsonNode reply = send();

        assertThat(reply.at("/error/code").asText()).isEqualTo("attachment-type-refused");
        assertThat(reply.at("/error/message").asText()).isEqualTo("a.bin did not pass the scanner");
        assertThat(BRIDGE.receive(DEADLETTERS).getBody(byte[].class)).isEqualTo(FILE);
        assertThat(BRIDGE.s3Folder().resolve("attachments").resolve(conversation))
                .doesNotExist();
    }

    @Test
    void waitsForAScannerThatIsAway() throws Exception {
        BRIDGE.live()
                .stubFor(post("/scan")
                        .inScenario("scanner")
                        .whenScenarioStateIs(Scenario.STARTED)
                        .willReturn(ok().withFault(com.github.tomakehurst.wiremock.http.Fault.CONNECTION_RESET_BY_PEER))
                        .willSetStateTo("back"));
        BRIDGE.live()
                .stubFor(post("/scan")
                        .inScenario("scanner")
                        .whenScenarioStateIs("back")
                        .willReturn(ok()));

        assertThat(send().at("/status").asText()).isEqualTo("sent");
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503, 404, 204})
    void waitsForAVerdict(int status) throws Exception {
        BRIDGE.live()
                .stubFor(post("/scan")
                        .inScenario("verdict")
                        .willReturn(status(status))
                        .willSetStateTo("back"));
        BRIDGE.live()
                .stubFor(post("/scan")
                        .inScenario("verdict")
                        .whenScenarioStateIs("back")
                        .willReturn(ok()));

        assertThat(send().at("/status").asText()).isEqualTo("sent");
        BRIDGE.live().verify(2, postRequestedFor(urlEqualTo("/scan")).withRequestBody(binaryEqualTo(FILE)));
    }

    @ParameterizedTest
    @CsvSource({"200, sent", "406, failed"})
    void scansWhatLiesInS3Already(int verdict, String outcome) throws Exception {
        String key = unique("scan");
        Files.write(BRIDGE.s3Folder().resolve("scans").resolve(key), FILE);
        BRIDGE.live().stubFor(post("/scan").withRequestBody(binaryEqualTo(FILE)).willReturn(status(verdict)));

        JsonNode reply = BRIDGE.request(
                MESSAGES,
                "{\"conversationId\": \"%s\", \"attachments\": [{\"name\": \"a\", \"bucket\": \"scans\", \"key\": \"%s\"}]}"
                        .formatted(conversation, key));

        assertThat(reply.at("/status").asText()).isEqualTo(outcome);
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo("/scan")).withRequestBody(binaryEqualTo(FILE)));
        assertThat(BRIDGE.s3Folder().resolve("attachments").resolve(conversation))
                .doesNotExist();
    }

    private JsonNode send() throws Exception {
        BytesMessage message = BRIDGE.bytes(FILE);
        message.setStringProperty("fileName", "a.bin");
        message.setStringProperty("conversationId", conversation);
        return BRIDGE.request(MESSAGES, message);
    }

    private static Path homeWithScanner() {
        try {
            Path home = TestBridge.copyOfTheProject();
            Path route = home.resolve("routes/inspect-attachment.camel.yaml");
            String scanner =
                    Readme.yaml("id: scanner").replace("scanner.example.org/scan", "\"{{live.api.base-url}}/scan\"");
            Files.writeString(route, Files.readString(route).replace("      steps:\n", "      steps:\n" + scanner));
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
