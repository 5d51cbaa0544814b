package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.head;
import static com.github.tomakehurst.wiremock.client.WireMock.headRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.moreThanOrExactly;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlMatching;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import jakarta.jms.BytesMessage;
import java.util.function.Supplier;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An S3 server that answers with errors: whatever it says, the attachment waits, and is not given up. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class S3FailuresIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("live.s3.endpoint", "{{live.api.base-url}}")
            .with("live.s3.bucket", "bucket")
            .with("live.s3.access-key", "any")
            .with("live.s3.secret-key", "any")
            .with("live.s3.path-style", "true")
            .with("live.retry.max-attempts", "2");

    /** The first in this process, so S3 is asked for its bucket here if anywhere. */
    @Test
    @Order(1)
    void waitsWhileTheBucketCannotBeAskedFor() throws Exception {
        failFirst(() -> head(urlMatching("/bucket/?")), 500);

        sends();
        BRIDGE.live().verify(moreThanOrExactly(3), headRequestedFor(urlMatching("/bucket/?")));
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404, 500, 503})
    void waitsWhileS3Refuses(int status) throws Exception {
        failFirst(() -> put(urlPathMatching("/bucket/.*")), status);

        sends();
        BRIDGE.live().verify(4, putRequestedFor(urlPathMatching("/bucket/.*")));
    }

    /** Three times: more often than what is counted. */
    private static void failFirst(Supplier<MappingBuilder> call, int status) {
        String state = Scenario.STARTED;
        for (String next : new String[] {"once", "twice", "back"}) {
            BRIDGE.live()
                    .stubFor(call.get()
                            .inScenario("s3")
                            .whenScenarioStateIs(state)
                            .willReturn(status(status))
                            .willSetStateTo(next));
            state = next;
        }
        BRIDGE.live().stubFor(any(anyUrl()).atPriority(9).willReturn(ok()));
    }

    private static void sends() throws Exception {
        BytesMessage message = BRIDGE.bytes(new byte[] {1, 2, 3});
        message.setStringProperty("fileName", "a.bin");
        message.setStringProperty("conversationId", unique("c"));
        try (Log log = Log.listen()) {
            assertThat(BRIDGE.request(MESSAGES, message).at("/status").asText()).isEqualTo("sent");
            assertThat(log.lines()).noneMatch(line -> line.contains("ollback"));
        }
    }
}
