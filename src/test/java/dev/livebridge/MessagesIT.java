package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.QUEUE_PATH;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.TextMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** live.messages, over a real broker and real HTTP. */
class MessagesIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge();

    private final String conversation = unique("conversation");

    @Test
    void becomesTheDocumentedMessageCall() throws Exception {
        JsonNode reply = BRIDGE.request(MESSAGES, """
                {"conversationId": "%s", "text": "¿Cuál es mi saldo? \\"Ñandú\\" 😀\\n"}
                """.formatted(conversation));

        assertThat(reply)
                .isEqualTo(json("{'status': 'sent', 'conversationId': '%s', 'entries': [{'action': 'text'}]}"
                        .formatted(conversation)));
        BRIDGE.live()
                .verify(
                        1,
                        postRequestedFor(urlEqualTo("/" + conversation + "/client/message"))
                                .withHeader("Content-Type", equalTo("application/json"))
                                .withRequestBody(equalToJson("""
                        {"message": [{"action": "text", "value": "¿Cuál es mi saldo? \\"Ñandú\\" 😀\\n", "source": "user"}]}
                        """)));
    }

    @Test
    void findsTheNewestConversationOfAUser() throws Exception {
        String hash = unique("user");
        queued(hash, unique("older"));
        queued(hash, conversation);

        JsonNode reply = BRIDGE.request(MESSAGES, "{\"userHash\": \"%s\", \"text\": \"Hi\"}".formatted(hash));

        assertThat(reply.at("/conversationId").asText()).isEqualTo(conversation);
        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo("/" + conversation + "/client/message")));
    }

    @Test
    void refusesAUserWithoutConversation() throws Exception {
        JsonNode reply = BRIDGE.request(MESSAGES, "{\"userHash\": \"%s\", \"text\": \"Hi\"}".formatted(unique("user")));

        assertThat(reply.at("/error/code").asText()).isEqualTo("unknown-conversation");
        assertThat(reply.at("/error/details/0/path").asText()).isEqualTo("/userHash");
        assertThat(BRIDGE.receive(DEADLETTERS).getStringProperty("liveErrorCode"))
                .isEqualTo("unknown-conversation");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"user": {"firstname": "Ana"}, "text": "Hi"}                                    | /user/hash
            {"user": {"hash": "h", "firstname": "Ana"}, "userHash": "h", "text": "Hi"}      | /
            {"conversationId": "c", "userHash": "h", "text": "Hi"}                          | /
            {"text": "Hi"}                                                                  | /
            {"conversationId": "c"}                                                         | /text
            {"conversationId": "c", "text": ""}                                             | /text
            {"conversationId": "c", "text": "Hi", "groupsId": [1]}                          | /
            """)
    void refusesWhatItDoesNotSupport(String body, String path) throws Exception {
        JsonNode reply = BRIDGE.request(MESSAGES, body);

        assertThat(reply.at("/error/code").asText()).isEqualTo("invalid-request");
        assertThat(reply.at("/error/details").findValuesAsText("path")).containsExactly(path);
        BRIDGE.live().verify(0, postRequestedFor(anyUrl()));
        assertThat(BRIDGE.receive(DEADLETTERS).getStringProperty("liveRoute")).isEqualTo("send-message");
    }

    @ParameterizedTest
    @CsvSource({"fileName, photo.png", "idempotencyKey, ''"})
    void refusesPropertiesThatATextCannotHave(String name, String value) throws Exception {
        TextMessage message = BRIDGE.text("{\"conversationId\": \"c\", \"text\": \"Hi\"}");
        message.setStringProperty(name, value);

        JsonNode reply = BRIDGE.request(MESSAGES, message);

        assertThat(reply.at("/error/code").asText()).isEqualTo("invalid-request");
        assertThat(reply.at("/error/details/0/path").asText()).isEqualTo("property:" + name);
        BRIDGE.receive(DEADLETTERS);
    }

    @Test
    void publishesNoEventForWhatIsSentUnlessItIsAskedTo() throws Exception {
        BRIDGE.request(MESSAGES, "{\"conversationId\": \"%s\", \"text\": \"Hi\"}".formatted(conversation));

        assertThat(BRIDGE.peek(EVENTS)).isNull();
    }

    private void queued(String hash, String conversation) throws Exception {
        BRIDGE.live()
                .stubFor(post(QUEUE_PATH).willReturn(okJson("{\"conversationId\": \"%s\"}".formatted(conversation))));
        JsonNode reply =
                BRIDGE.request(CONVERSATIONS, "{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}}".formatted(hash));
        assertThat(reply.at("/conversationId").asText()).isEqualTo(conversation);
    }
}
