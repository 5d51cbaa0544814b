package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.QUEUE_PATH;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code live.records.enabled = false}: conversations are kept, messages are not. */
class WithoutRecordsIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().with("live.records.enabled", "false");

    private final String message =
            "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}, \"text\": \"Hi\"}".formatted(unique("user"));

    @Test
    void opensAConversationOnceAndSends() throws Exception {
        String conversation = unique("conversation");
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH).willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(conversation))));

        for (int i = 0; i < 2; i++) {
            JsonNode reply = BRIDGE.request(MESSAGES, message);
            assertThat(reply.at("/status").asText()).isEqualTo("sent");
            assertThat(reply.at("/conversationId").asText()).isEqualTo(conversation);
        }
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo(QUEUE_PATH)));
    }

    @Test
    void opensOneForTheNextWhenTheFirstIsRefused() throws Exception {
        BRIDGE.live().stubFor(post(QUEUE_PATH).willReturn(status(422)));
        assertThat(BRIDGE.request(MESSAGES, message).at("/error/code").asText()).isEqualTo("rejected");

        BRIDGE.live()
                .stubFor(post(QUEUE_PATH)
                        .willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(unique("conversation")))));
        assertThat(BRIDGE.request(MESSAGES, message).at("/status").asText()).isEqualTo("sent");
    }
}
