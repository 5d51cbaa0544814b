package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.S3_SECRET;
import static dev.livebridge.TestBridge.TOKEN;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.BytesMessage;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.util.Collections;
import java.util.Enumeration;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The bot's token, the keys of a gateway and of S3, and presigned addresses appear in the calls to Live and nowhere else. */
class SecretsIT {
    private static final String KEY = "g4teway-k3y";
    private static final String CODE = "g4te%2Bc0de";
    private static final String QUERY = "?code=" + CODE + "&connectTimeout=1&a=b+c";

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .withS3()
            .withLiveQuery(QUERY)
            .with("live.api.headers.X-Api-Key", KEY)
            .with("live.retry.max-attempts", "2");

    @Test
    void appearNowhereButInTheCalls() throws Exception {
        Log log = Log.listen();
        Configurator.setLevel("org.apache.camel", Level.DEBUG);
        Configurator.setLevel("dev.livebridge", Level.TRACE);
        try {
            BRIDGE.live()
                    .stubFor(post(anyUrl())
                            .willReturn(okJson("{\"conversationId\": \"%s\", \"customToken\": \"h_%s\"}"
                                    .formatted(unique("c"), TOKEN))));
            spread(request());
            spread(BRIDGE.receive(EVENTS));
            for (int status : new int[] {400, 500}) {
                BRIDGE.live()
                        .stubFor(post(anyUrl())
                                .willReturn(status(status)
                                        .withHeader("X-Echo", TOKEN)
                                        .withBody("bad user h_" + TOKEN + ", key " + TOKEN)));
                spread(request());
                spread(BRIDGE.receive(EVENTS));
                spread(BRIDGE.receive(DEADLETTERS));
            }
            BRIDGE.live().stubFor(post(anyUrl()).willReturn(status(500).withBody("try again")));
            BytesMessage file = BRIDGE.bytes(new byte[] {1, 2, 3});
            file.setStringProperty("fileName", "a.bin");
            file.setStringProperty("conversationId", unique("c"));
            BRIDGE.send(MESSAGES, file);
            BRIDGE.receive(DEADLETTERS);
            spread(BRIDGE.receive(EVENTS));
            BRIDGE.live().stubFor(post(anyUrl()).willReturn(okJson("{\"conversationId\": \"../" + TOKEN + "\"}")));
            spread(request());
            spread(BRIDGE.receive(EVENTS));
            spread(BRIDGE.receive(DEADLETTERS));
        } finally {
            Configurator.setLevel("org.apache.camel", Level.INFO);
            Configurator.setLevel("dev.livebridge", Level.INFO);
            log.close();
        }

        assertThat(log.lines())
                .isNotEmpty()
                .noneMatch(line -> line.contains(TOKEN)
                        || line.contains(KEY)
                        // as the log shows it: config/log4j2.properties
                        || StartException.line(line).contains(CODE)
                        || line.contains(S3_SECRET)
                        || line.contains("X-Amz-Signature"));
        BRIDGE.live().verify(postRequestedFor(urlEqualTo(TestBridge.QUEUE_PATH + QUERY)));
        BRIDGE.live().verify(postRequestedFor(anyUrl()).withHeader("X-Api-Key", equalTo(KEY)));
    }

    private static Message request() throws Exception {
        var replies = BRIDGE.session().createTemporaryQueue();
        TextMessage message =
                BRIDGE.text("{\"user\": {\"hash\": \"%s\", \"firstname\": \"Ana\"}}".formatted(unique("u")));
        message.setJMSReplyTo(replies);
        BRIDGE.send(CONVERSATIONS, message);
        try (var consumer = BRIDGE.session().createConsumer(replies)) {
            return consumer.receive(15_000);
        }
    }

    private static void spread(Message message) throws Exception {
        assertThat(((TextMessage) message).getText()).doesNotContain(TOKEN, KEY, CODE);
        for (Object name : Collections.list((Enumeration<?>) message.getPropertyNames())) {
            assertThat(String.valueOf(message.getObjectProperty((String) name))).doesNotContain(TOKEN, KEY, CODE);
        }
    }
}
