package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
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

import jakarta.jms.BytesMessage;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.util.FileUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of docs/own-routes.md. */
class OwnRoutesIT {
    private static final Path HOME = homeWithOwnRoutes();

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().at(HOME).with("crm.url", "{{live.api.base-url}}/crm");

    private final String conversation = unique("c");

    private static Path homeWithOwnRoutes() {
        Path page = Path.of("docs/own-routes.md");
        Path home = TestBridge.copyOfTheProject();
        try {
            Path custom = Files.createDirectories(home.resolve("routes/custom"));
            Files.writeString(
                    custom.resolve("crm.camel.yaml"),
                    Readme.yaml(page, "id: crm-tell-agent") + Readme.yaml(page, "id: crm-store-rating"));
            String call = Files.readString(home.resolve("routes/call-live.camel.yaml"));
            String header = Readme.yaml(page, "X-Tenant");
            Files.writeString(
                    custom.resolve("call-live.camel.yaml"),
                    call.replace("            headers:\n", "            headers:\n" + header));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return home;
    }

    @AfterAll
    static void deleteTheCopy() {
        FileUtil.removeDir(HOME.toFile());
    }

    @Test
    void forwardsTextsAndBytesOfAnotherQueue() throws Exception {
        BRIDGE.send("crm.updates", update("Tür \"7\" 🚪"));
        BytesMessage bytes = BRIDGE.session().createBytesMessage();
        bytes.writeBytes(update("as bytes").getBytes(StandardCharsets.UTF_8));
        BRIDGE.send("crm.updates", bytes);

        await().untilAsserted(() -> {
            verifySent("Tür \\\"7\\\" 🚪");
            verifySent("as bytes");
        });
    }

    /** Over 100 KB, and compressed, Artemis' client brings no TextMessage. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void forwardsALongTextOfAnotherQueue(boolean compressed) throws Exception {
        String note = "Tür 🚪 " + "x".repeat(200_000);
        TextMessage message = BRIDGE.text(update(note));
        if (compressed) {
            BRIDGE.sendCompressed("crm.updates", message);
        } else {
            BRIDGE.send("crm.updates", message);
        }

        await().untilAsserted(() -> verifySent(note));
    }

    @Test
    void setsAPoisonMessageAsideAndGoesOn() throws Exception {
        BRIDGE.send("crm.updates", "no JSON");
        BRIDGE.send("crm.updates", update("the next one"));

        await().untilAsserted(() -> verifySent("the next one"));
        assertThat(((TextMessage) BRIDGE.receive("crm.updates.dead")).getText()).isEqualTo("no JSON");
    }

    @Test
    void waitsForAServiceThatIsAwayByTheBridgesPolicy() throws Exception {
        BRIDGE.live()
                .stubFor(post("/crm/ratings")
                        .inScenario("away")
                        .whenScenarioStateIs(STARTED)
                        .willReturn(status(503))
                        .willSetStateTo("back"));
        BRIDGE.live()
                .stubFor(post("/crm/ratings")
                        .inScenario("away")
                        .whenScenarioStateIs("back")
                        .willReturn(ok()));

        BRIDGE.send("crm.ratings", "{\"stars\": 5}");

        await().untilAsserted(() -> BRIDGE.live()
                .verify(
                        2,
                        postRequestedFor(urlEqualTo("/crm/ratings")).withRequestBody(equalToJson("{\"stars\": 5}"))));
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }

    @Test
    void deadLettersWhatTheServiceRefuses() throws Exception {
        BRIDGE.live().stubFor(post("/crm/ratings").willReturn(status(400)));

        BRIDGE.send("crm.ratings", "{\"stars\": 9}");

        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getStringProperty("liveErrorCode")).isEqualTo("internal-error");
        assertThat(dead.getStringProperty("liveOriginQueue")).isEqualTo("crm.ratings");
        assertThat(((TextMessage) dead).getText()).isEqualTo("{\"stars\": 9}");
    }

    @Test
    void addsAHeaderOfTheMessageToTheCall() throws Exception {
        TextMessage message = BRIDGE.session()
                .createTextMessage("{\"conversationId\": \"%s\", \"text\": \"hello\"}".formatted(conversation));
        message.setStringProperty("tenant", "acme");
        message.setStringProperty("Authorization", "stolen");

        BRIDGE.send(MESSAGES, message);

        await().untilAsserted(() -> BRIDGE.live()
                .verify(
                        1,
                        postRequestedFor(urlEqualTo("/" + conversation + "/client/message"))
                                .withHeader("X-Tenant", equalTo("acme"))
                                .withoutHeader("Authorization")));
    }

    private String update(String note) {
        return "{\"case\": {\"chat\": \"%s\", \"note\": \"%s\"}}".formatted(conversation, note.replace("\"", "\\\""));
    }

    private void verifySent(String text) {
        BRIDGE.live()
                .verify(
                        1,
                        postRequestedFor(urlEqualTo("/" + conversation + "/client/message"))
                                .withRequestBody(containing(text)));
    }
}
