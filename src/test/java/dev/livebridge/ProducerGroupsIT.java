package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code live.messages.grouped-by = producer}: whoever sends the messages sets JMSXGroupID. */
class ProducerGroupsIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().with("live.messages.grouped-by", "producer");

    @Test
    void putsTheFirstMessageOfAGroupBackOnce() throws Exception {
        String conversation = unique("conversation");
        int before = BRIDGE.passes("put-back-early");
        List<String> sent = new ArrayList<>();
        try (var producer = BRIDGE.session().createProducer(BRIDGE.session().createQueue(MESSAGES))) {
            for (int i = 0; i < 10; i++) {
                TextMessage message =
                        BRIDGE.text("{\"conversationId\": \"%s\", \"text\": \"%d\"}".formatted(conversation, i));
                message.setStringProperty("JMSXGroupID", conversation);
                producer.send(message);
                sent.add(Integer.toString(i));
            }
        }

        await().until(() -> texts(conversation).size() == 10);
        assertThat(texts(conversation)).isEqualTo(sent);
        // another consumer may have had the group until now, and not be done with what it took
        assertThat(BRIDGE.passes("put-back-early") - before).isEqualTo(1);
    }

    private static List<String> texts(String conversation) throws Exception {
        List<String> texts = new ArrayList<>();
        for (var call : BRIDGE.live().findAll(postRequestedFor(urlEqualTo("/" + conversation + "/client/message")))) {
            texts.add(json(call.getBodyAsString()).at("/message/0/value").asText());
        }
        return texts;
    }
}
