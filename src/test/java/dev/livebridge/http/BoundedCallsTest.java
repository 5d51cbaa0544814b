package dev.livebridge.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.component.http.HttpEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client of Camel's component that is held to its bounds. */
class BoundedCallsTest {
    private static final Duration LIMIT = Duration.ofMillis(500);

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final AtomicReference<Error> error = new AtomicReference<>();
    private final StringBuffer asked = new StringBuffer();
    private ServerSocket server;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        BoundedHttpComponent http = new BoundedHttpComponent();
        http.setAutomaticRetriesDisabled(true);
        context.getRegistry().bind("http", http);
        context.getRegistry().bind("bounds", new BoundedCalls(LIMIT, LIMIT));
        context.getRegistry().bind("broken", (HttpClientConfigurer) client -> {
            new BoundedCalls(LIMIT, LIMIT).configureHttpClient(client);
            client.addResponseInterceptorLast((response, entity, context) -> {
                Error next = error.getAndSet(null);
                if (next != null) {
                    throw next;
                }
            });
        });
        context.start();
    }

    @AfterEach
    void stop() throws IOException {
        context.stop();
        server.close();
    }

    @Test
    void aSlowHandshakeIsNoConnection() throws Exception {
        // a record of TLS that never ends
        serve("\u0016\u0003\u0003\u0040\u0000", true);

        assertThatThrownBy(() -> get("https", "bounds"))
                .isInstanceOf(ConnectTimeoutException.class)
                .hasMessage("not connected within 1000 ms");
    }

    @Test
    void aSlowAnswerIsNone() throws Exception {
        serve("HTTP/1.1 200 OK\r\n\r\n", true);

        assertThatThrownBy(() -> get("http", "bounds"))
                .isInstanceOf(SocketTimeoutException.class)
                .isNotInstanceOf(ConnectTimeoutException.class)
                .hasMessage("no whole answer within 500 ms");
    }

    @Test
    void anErrorEndsOnlyItsOwnCall() throws Exception {
        serve("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nHi", false);
        Error noMemory = new OutOfMemoryError("of a test");
        error.set(noMemory);

        assertThatThrownBy(() -> get("http", "broken")).isSameAs(noMemory);
        assertThat(get("http", "broken")).isEqualTo("Hi");
    }

    @Test
    void anAnswerThatNobodyReadsKeepsNoConnection() throws Exception {
        serve("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nHi", false);
        HttpEndpoint endpoint = endpoint("http", "bounds");

        for (int call = 0; call < 3; call++) {
            HttpGet request = new HttpGet(endpoint.getHttpUri());
            assertThat(endpoint.getHttpClient().executeOpen(null, request, null).getCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void keepsNoCookie() throws Exception {
        serve("HTTP/1.1 200 OK\r\nSet-Cookie: session=1\r\nConnection: close\r\nContent-Length: 2\r\n\r\nHi", false);

        get("http", "bounds");
        get("http", "bounds");

        assertThat(asked.toString()).contains("GET").doesNotContain("session=1");
    }

    private String get(String scheme, String configurer) throws Exception {
        HttpEndpoint endpoint = endpoint(scheme, configurer);
        return ((CloseableHttpClient) endpoint.getHttpClient())
                .execute(new HttpGet(endpoint.getHttpUri()), response -> EntityUtils.toString(response.getEntity()));
    }

    /** With one connection: what a call keeps, the next one lacks. */
    private HttpEndpoint endpoint(String scheme, String configurer) {
        return context.getEndpoint(
                "http:%s://127.0.0.1:%d?connectionsPerRoute=1&maxTotalConnections=1&httpClientConfigurer=#%s"
                        .formatted(scheme, server.getLocalPort(), configurer),
                HttpEndpoint.class);
    }

    /** @param slowly whether a byte comes now and then after the answer */
    private void serve(String answer, boolean slowly) {
        CompletableFuture.runAsync(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept();
                        OutputStream out = socket.getOutputStream()) {
                    byte[] request = new byte[8192];
                    asked.append(new String(request, 0, socket.getInputStream().read(request), ISO_8859_1));
                    out.write(answer.getBytes(ISO_8859_1));
                    while (slowly) {
                        out.write('x');
                        LockSupport.parkNanos(50_000_000);
                    }
                } catch (IOException e) {
                    // the next one
                }
            }
        });
    }
}
