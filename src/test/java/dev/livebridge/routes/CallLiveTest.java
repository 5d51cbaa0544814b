package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.delivery.State;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.BindToRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@CamelMainTest(
        properties = RouteTest.FILE + "call-live.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = "call-live=direct:test:call-live")
class CallLiveTest extends RouteTest {
    /** A call as Camel hands it to the HTTP client. */
    private record Call(String method, String address, Map<String, String> headers, String contentType, String body) {}

    private final List<Call> sent = new ArrayList<>();
    private int status;

    /** Answers in place of the network. */
    @BindToRegistry
    private final HttpClientConfigurer liveHeaders =
            client -> client.addExecInterceptorFirst("Live", (request, scope, chain) -> {
                keep(request);
                BasicClassicHttpResponse answer = new BasicClassicHttpResponse(status);
                answer.setEntity(new StringEntity("its answer"));
                return answer;
            });

    @BeforeEach
    void forgetWhatWasSent() {
        sent.clear();
        status = 200;
    }

    @Test
    void recordsTheStartBeforeItCalls() {
        find("deliveries.start", State.STARTED);

        send("call-live", readyCall());

        assertCalls("deliveries.start, http, liveAnswer.read");
    }

    @Test
    void looksForTheObstacleAndStartsAgain() {
        find("deliveries.start", State.OBSTRUCTED);

        send("call-live", readyCall());

        assertCalls("deliveries.start, direct:check-message, deliveries.start, http, liveAnswer.read");
    }

    @Test
    void callsNobodyWhereAnObstacleStands() {
        find("deliveries.start", State.OBSTRUCTED);
        when("direct:check-message", checked -> checked.setRouteStop(true));

        send("call-live", readyCall());

        assertCalls("deliveries.start, direct:check-message");
    }

    @Test
    void callsNobodyWhereTheRecordDoesNotGoIn() {
        IllegalStateException away = new IllegalStateException("the store is away");
        when("deliveries.start", start -> {
            throw away;
        });

        Exchange failed = send("call-live", readyCall());

        assertThat(failed.getException()).isSameAs(away);
        assertCalls("deliveries.start");
    }

    @Test
    void postsJsonToThePathOfTheCall() {
        send("call-live", readyCall());

        assertThat(sent).singleElement().satisfies(call -> {
            assertThat(call.method()).isEqualTo("POST");
            assertThat(call.address()).isEqualTo("https://gateway.aivo.co/api/v1/live-handler/c1/client/message");
            assertThat(call.contentType()).isEqualTo("application/json");
            assertThat(call.body()).isEqualTo("{\"message\":[]}");
        });
    }

    @Test
    void letsNoHeaderOfTheMessageSteerTheCallOrReachLive() {
        Exchange hostile = readyCall();
        Map.ofEntries(
                        Map.entry("CamelHttpUri", "http://attacker.example"),
                        Map.entry("CamelHttpPath", "/elsewhere"),
                        Map.entry("CamelHttpQuery", "a=b"),
                        Map.entry("CamelHttpRawQuery", "a=b"),
                        Map.entry("CamelHttpMethod", "DELETE"),
                        Map.entry("CamelRestHttpUri", "http://attacker.example"),
                        Map.entry("CamelHttpHost", "attacker.example"),
                        Map.entry("Host", "attacker.example"),
                        Map.entry("Authorization", "Bearer secret"),
                        Map.entry("Cookie", "session=1"),
                        Map.entry("Content-Type", "text/plain"),
                        Map.entry("Content-Encoding", "gzip"),
                        Map.entry("JMSReplyTo", "replies"),
                        Map.entry("idempotencyKey", "k1"),
                        Map.entry("CamelRedelivered", "true"))
                .forEach(hostile.getMessage()::setHeader);

        send("call-live", hostile);

        assertThat(sent)
                .containsExactly(new Call(
                        "POST",
                        "https://gateway.aivo.co/api/v1/live-handler/c1/client/message",
                        Map.of(),
                        "application/json",
                        "{\"message\":[]}"));
    }

    @Test
    void leavesRedeliveryHeadersToThePolicy() {
        Exchange retried = readyCall();
        retried.getMessage().setHeader(Exchange.REDELIVERY_COUNTER, 2);

        send("call-live", retried);

        assertThat(retried.getMessage().getHeader(Exchange.REDELIVERY_COUNTER)).isEqualTo(2);
    }

    @Test
    void leavesItToTheBeanWhatAnAnswerMeans() {
        status = 500;
        List<Object> read = new ArrayList<>();
        when("liveAnswer.read", answer -> {
            read.add(answer.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE));
            read.add(answer.getMessage().getBody(String.class));
        });

        Exchange answered = send("call-live", readyCall());

        assertThat(answered.getException()).isNull();
        assertThat(read).containsExactly(500, "its answer");
    }

    private Exchange readyCall() {
        Exchange exchange = message();
        exchange.setVariable("path", "/c1/client/message");
        exchange.getMessage().setBody("{\"message\":[]}");
        return exchange;
    }

    private void keep(ClassicHttpRequest request) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        for (Header header : request.getHeaders()) {
            headers.put(header.getName(), header.getValue());
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        request.getEntity().writeTo(body);
        sent.add(new Call(
                request.getMethod(),
                request.getScheme() + "://" + request.getAuthority() + request.getPath(),
                headers,
                request.getEntity().getContentType(),
                body.toString(StandardCharsets.UTF_8)));
        note("http");
    }
}
