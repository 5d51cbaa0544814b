package dev.livebridge.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may steer the stand-in: this host alone, and no page in its browser. */
class ControlCallsTest extends LiveStandInCalls {
    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LocalHost", "127.0.0.1", "[::1]"})
    void takesControlCallsByLocalNames(String name) throws Exception {
        for (String suffix : List.of("", ":8090")) {
            assertThat(control("Host: " + name + suffix + "\n")).startsWith("HTTP/1.1 200 ");
            assertThat(control("Host: localhost\nOrigin: http://" + name + suffix + "\n"))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "Host: localhost.evil.example",
                "Host: 127.0.0.1.evil.example:8090",
                "Host: evil.example:127",
                "Host: 10.0.0.1",
                "Host: localhost\nOrigin: http://evil.example",
                "Host: localhost\nOrigin: http://localhost.evil.example",
                "Host: localhost\nOrigin: http://localhost@evil.example",
                "Host: localhost\nOrigin: null",
                "Host: localhost\nOrigin: file://",
                "Host: localhost\nOrigin: no origin",
                "Host: localhost\nOrigin:"
            })
    void refusesControlCallsFromElsewhere(String headers) throws Exception {
        assertThat(control(headers + "\n"))
                .startsWith("HTTP/1.1 403 ")
                .contains("application/json")
                .endsWith("{\"error\":\"the sandbox is for this host only\"}");
    }

    @Test
    void refusesStrangersEveryControlCall() throws Exception {
        String id = queued(queueBody());

        for (String call : List.of(
                "GET /sandbox/conversations",
                "GET //sandbox/conversations",
                "GET /%73andbox/conversations",
                "GET /api/../sandbox/conversations",
                "POST " + agent(id, "attend"),
                "POST " + agent(id, "reply"),
                "POST " + agent(id, "transfer"),
                "POST " + agent(id, "close"),
                "PUT /sandbox/faults",
                "DELETE /sandbox/faults",
                "OPTIONS /sandbox/faults",
                "GET /sandbox/nothing")) {
            assertThat(raw(port, call + " HTTP/1.1\nHost: evil.example\nConnection: close\n\n"))
                    .startsWith("HTTP/1.1 40")
                    .doesNotContain(id);
        }
        assertThat(view(id).get("status").textValue()).isEqualTo("queued");
    }

    @Test
    void refusesControlCallsWithoutAHost() throws Exception {
        assertThat(raw(port, "GET /sandbox/conversations HTTP/1.0\n\n")).startsWith("HTTP/1.0 403 ");
    }

    @Test
    void takesControlCallsFromThisHostOnlyAndTheApisOwnFromAnywhere() throws Exception {
        InetAddress address = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(candidate -> !candidate.isLoopbackAddress() && !candidate.isLinkLocalAddress())
                .findFirst()
                .orElse(null);
        assumeThat(address).as("a network of this host").isNotNull();
        int open = freePort();
        try (LiveStandIn everywhere =
                new LiveStandIn("0.0.0.0", open, Map.of(1000L, TOKEN), agent(), new LocalCallers())) {
            String body = queueBody().toString();
            String head = " HTTP/1.1\nHost: localhost\nConnection: close\nContent-Type: application/json\n";

            assertThat(raw(address, open, "GET /sandbox/conversations" + head + "\n"))
                    .startsWith("HTTP/1.1 403 ");
            assertThat(raw(
                            address,
                            open,
                            "POST " + QUEUE + head + "Content-Length: " + body.getBytes(UTF_8).length + "\n\n" + body))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(raw(open, "GET /sandbox/conversations" + head + "\n"))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("7f3c9a1e55d0");
        }
    }
}
