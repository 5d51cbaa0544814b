package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.spool.TooLargeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelAuthorizationException;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The webhook with its answers: the route, and the policy that is bound to it. */
@CamelMainTest(
        properties = RouteTest.FILE + "receive-event.camel.yaml,file:routes/webhook-errors.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = "receive-event=direct:test:receive-event")
class ReceiveEventTest extends RouteTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            # path                  | fails               | with         | status | body | calls
            /live/events            |                     |              | 200    |      | webhookSecret.check, requestBody.read, liveEvents.read, seda:take-event
            /live/events/           |                     |              | 200    |      | webhookSecret.check, requestBody.read, liveEvents.read, seda:take-event
            /live/events/s3cret     |                     |              | 200    |      | webhookSecret.check, requestBody.read, liveEvents.read, seda:take-event
            /live/events/s3cret/    |                     |              | 200    |      | webhookSecret.check, requestBody.read, liveEvents.read, seda:take-event
            /live/events/s3cret/x   |                     |              | 404    |      |
            /live/eventsX           |                     |              | 404    |      |
            /live/events            | webhookSecret.check | unauthorized | 401    | {"error":{"code":"unauthorized","message":"the secret is missing or wrong"}} | webhookSecret.check
            /live/events            | requestBody.read    | too large    | 413    | {"error":{"code":"too-large","message":"the event is larger than live.webhook.max-size"}} | webhookSecret.check, requestBody.read
            /live/events            | liveEvents.read     | refused      | 400    | the refusal | webhookSecret.check, requestBody.read, liveEvents.read, liveEvents.refusal
            /live/events            | seda:take-event     | away         | 503    | {"error":{"code":"unavailable","message":"the event can't be taken now, send it again"}} | webhookSecret.check, requestBody.read, liveEvents.read, seda:take-event, eventRecords.recordFailed
            /live/events            | seda:take-event     | bug          | 503    | {"error":{"code":"unavailable","message":"the event can't be taken now, send it again"}} | webhookSecret.check, requestBody.read, liveEvents.read, seda:take-event, eventRecords.recordFailed
            """)
    void answersWhatBecameOfTheEvent(String path, String fails, String with, String status, String body, String calls) {
        Exchange posted = posted(path);
        Map<String, Exception> failures = Map.of(
                "unauthorized", new CamelAuthorizationException("no secret", posted),
                "too large", new TooLargeException(1),
                "refused", RefusedException.request(ErrorCode.INVALID_REQUEST, "/name", "is missing"),
                "away", new IOException("the broker is away"),
                "bug", new IllegalStateException("a bug"));
        when("seda:take-event", taken -> taken.getMessage().setHeader("JMSXGroupID", "c1"));
        if (fails != null) {
            when(fails, failed -> {
                failed.getMessage().setHeader("JMSXGroupID", "c1");
                throw failures.get(with);
            });
        }
        answer("liveEvents.refusal", "the refusal");

        send("receive-event", posted);

        assertCalls(calls);
        assertThat(posted.getMessage().getBody()).isEqualTo(body);
        assertThat(posted.getMessage().getHeaders())
                .as("none of the request, and none of the JMS message")
                .isEqualTo(headers(status));
    }

    @Test
    void checksTheSecretOfTheRequest() {
        List<Object> checked = new ArrayList<>();
        when("webhookSecret.check", posted -> checked.add(posted.getMessage().getHeader("X-Live-Secret")));

        send("receive-event", posted("/live/events"));

        assertThat(checked).containsExactly("s3cret");
    }

    @Test
    void handsNoHeaderOfTheRequestOn() {
        send("receive-event", posted("/live/events"));

        assertThat(received("seda:take-event").getHeaders()).isEmpty();
    }

    private static Map<String, Object> headers(String status) {
        return switch (status) {
            case "400", "401", "413" ->
                Map.of(Exchange.HTTP_RESPONSE_CODE, status, Exchange.CONTENT_TYPE, "application/json");
            case "503" ->
                Map.of(
                        Exchange.HTTP_RESPONSE_CODE,
                        status,
                        Exchange.CONTENT_TYPE,
                        "application/json",
                        "Retry-After",
                        "5");
            default -> Map.of(Exchange.HTTP_RESPONSE_CODE, status);
        };
    }

    private Exchange posted(String path) {
        Exchange posted = message();
        posted.getMessage().setHeader(Exchange.HTTP_PATH, path);
        posted.getMessage().setHeader("X-Live-Secret", "s3cret");
        return posted;
    }
}
