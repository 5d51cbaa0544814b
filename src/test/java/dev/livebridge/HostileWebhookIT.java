package dev.livebridge;

import static dev.livebridge.TestBridge.EVENTS;
import static dev.livebridge.TestBridge.WEBHOOK_SECRET;
import static dev.livebridge.TestBridge.json;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.jms.Message;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers of the bridge's HTTP ports who are slow, talk too much, or talk nonsense. */
@Timeout(120)
class HostileWebhookIT {
    private static final String POST = "POST /live/events HTTP/1.1\r\nHost: bridge\r\n";
    private static final String SECRET = "X-Live-Secret: " + WEBHOOK_SECRET + "\r\n";
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded\r\n";
    private static final String MULTIPART = "Content-Type: multipart/form-data; boundary=x\r\n";
    /** For the headers, for the body, and for the next request. */
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(2);

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("live.webhook.request-timeout", REQUEST_TIMEOUT.toMillis() + "ms")
            .with("live.webhook.max-size", "64KB");

    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void hangUp() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void closesConnectionsWithoutARequestAndAnswersAnHonestEventMeanwhile() throws Exception {
        String length = "Content-Length: 5000\r\n";
        ScheduledExecutorService slowly = Executors.newSingleThreadScheduledExecutor();
        try {
            for (int i = 0; i < 70; i++) {
                call("");
                call(POST + "X-Sl");
                call(POST + length + "\r\n{");
            }
            // from Live itself
            call(POST + SECRET + length + "\r\n{");
            call(POST + SECRET + "Transfer-Encoding: chunked\r\n\r\n1\r\n");
            for (Socket socket : List.of(call(POST + "X-Slow: "), call(POST + SECRET + length + "\r\n{"))) {
                slowly.scheduleAtFixedRate(() -> write(socket, "a"), 100, 100, TimeUnit.MILLISECONDS);
            }
            // idle after an answer
            assertThat(status(call(POST + SECRET + "Content-Length: 1\r\n\r\n{")))
                    .isEqualTo(400);
            assertThat(status(call(POST + "Content-Length: 1\r\n\r\n{"))).isEqualTo(401);

            Instant before = Instant.now();
            assertThat(BRIDGE.postEvent(event()).statusCode()).isEqualTo(200);
            assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(10));
            BRIDGE.receive(EVENTS);

            awaitClosed();
        } finally {
            slowly.shutdownNow();
        }
    }

    @Test
    void closesConnectionsOfTheManagementPort() throws Exception {
        int port = Integer.parseInt(BRIDGE.property("live.management.port"));
        call(port, "");
        call(port, "GET /observe/health HTTP/1.1\r\n");
        Socket idle = call(port, "GET /observe/health/live HTTP/1.1\r\nHost: bridge\r\n\r\n");
        assertThat(status(idle)).isEqualTo(200);
        call(port, "GET /observe/health/live HTTP/1.1\r\nHost: bridge\r\nContent-Length: 5000\r\n\r\n{");

        awaitClosed();
    }

    @Test
    void keepsAConnectionWhoseRequestsAreInTime() throws Exception {
        Socket live = call("");
        await().during(REQUEST_TIMEOUT.multipliedBy(2))
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> {
                    write(live, POST + "Content-Length: 2\r\n\r\n{}");
                    assertThat(status(live)).isEqualTo(401);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Type: application/json\r\n", FORM, MULTIPART, ""})
    void looksAtTheSecretBeforeTheBody(String type) throws Exception {
        assertThat(status(call(POST + type + "Content-Length: 60000\r\n\r\n"))).isEqualTo(401);
        assertThat(status(call(POST + type + "Transfer-Encoding: chunked\r\n\r\n")))
                .isEqualTo(401);
    }

    @Test
    void refusesABodyThatIsTooLargeAtOnce() throws Exception {
        assertThat(status(call(POST + SECRET + "Content-Length: 65537\r\n\r\n")))
                .isEqualTo(413);
        assertThat(status(call(POST + SECRET + "Transfer-Encoding: chunked\r\n\r\n10001\r\n" + "x".repeat(65537))))
                .isEqualTo(413);
    }

    @Test
    void asksForABodyThatCameTooSlowlyToComeAgain() throws Exception {
        assertThat(status(call(POST + SECRET + "Content-Length: 50\r\n\r\n{"))).isEqualTo(408);
        assertThat(status(call(POST + SECRET + "Transfer-Encoding: chunked\r\n\r\n1\r\n")))
                .isEqualTo(408);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Content-Type: text/plain\r\n",
                FORM,
                MULTIPART,
                "Content-Type: nonsense\r\n",
                "Content-Type: \r\n",
                "Expect: 100-continue\r\n"
            })
    void takesJsonUnderAnyContentType(String header) throws Exception {
        String event = event();
        Socket live = call(POST + SECRET + header + "Content-Length: " + event.length() + "\r\n\r\n" + event);

        assertThat(status(live)).isEqualTo(header.startsWith("Expect") ? 100 : 200);
        Message message = BRIDGE.receive(EVENTS);
        assertThat(json(message).at("/name").textValue()).isEqualTo("typing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", SECRET})
    void hasNoStackTraceOfWhatACallerSends(String secret) throws Exception {
        String large = "a=" + "x".repeat(20_000);
        String part =
                "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + "x".repeat(20_000) + "\r\n--x--\r\n";
        String head = POST + secret;
        List<String> requests = List.of(
                head + FORM + "Content-Length: " + large.length() + "\r\n\r\n" + large,
                head + FORM + "Content-Length: 5\r\n\r\na=%zz",
                head + MULTIPART + "Content-Length: " + part.length() + "\r\n\r\n" + part,
                head + MULTIPART + "Content-Length: 3\r\n\r\n--y",
                head + "Content-Type: multipart/form-data\r\nContent-Length: 3\r\n\r\n--y",
                head + "Content-Type: ;;;=/\r\nContent-Length: 2\r\n\r\n{}",
                head + "Content-Length: 65537\r\n\r\n",
                head + "Content-Length: -1\r\n\r\n",
                head + "Content-Length: 99999999999999999999\r\n\r\n",
                head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
                head + "Cookie: \u0001=;;\r\n\r\n",
                head + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
                head + "Expect: nonsense\r\nContent-Length: 2\r\n\r\n{}",
                head + "Content-Length: 50\r\n\r\n{",
                head + "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
                head.replace("POST /live/events", "POST /live/events/%zz?%zz=%") + "Content-Length: 2\r\n\r\n{}",
                head.replace("POST /live/events", "POST /live/events/" + "x".repeat(5000)) + "\r\n",
                head.replace("POST ", "NONSENSE ") + "\r\n",
                head.replace("HTTP/1.1", "HTTP/1.0") + "\r\n",
                head.replace("HTTP/1.1", "HTTP/9.9") + "\r\n",
                head + "X: " + "x".repeat(20_000) + "\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: bridge\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001",
                "\r\n\r\n\u0000\u0000");
        try (Log log = Log.listen()) {
            for (String request : requests) {
                // read, and gone at once
                call(request).shutdownOutput();
                hangUpHard(call(request));
            }
            awaitClosed();
            // all that came before is done with
            assertThat(BRIDGE.postEvent(event()).statusCode()).isEqualTo(200);
            BRIDGE.receive(EVENTS);

            assertThat(log.lines()).noneMatch(line -> line.contains("Exception"));
        }
    }

    @Test
    void endsTheThreadsOfItsServersAtStop() throws Exception {
        assertThat(serverThreads()).isNotEmpty();

        BRIDGE.stopBridge();
        try {
            await().untilAsserted(() -> assertThat(serverThreads()).isEmpty());
        } finally {
            BRIDGE.startBridge();
        }
    }

    private static List<Thread> serverThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("vert.x-"))
                .toList();
    }

    private void awaitClosed() {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(sockets.stream().filter(socket -> !isClosed(socket)))
                        .isEmpty());
    }

    private String event() {
        return "{\"name\":\"typing\",\"roomId\":\"%s\",\"timestamp\":%d}"
                .formatted(TestBridge.unique("conversation"), System.nanoTime());
    }

    private Socket call(String beginning) throws IOException {
        return call(BRIDGE.webhook("/").getPort(), beginning);
    }

    private Socket call(int port, String beginning) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        sockets.add(socket);
        write(socket, beginning);
        return socket;
    }

    private static void write(Socket socket, String text) {
        try {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        } catch (IOException e) {
            // it is closed, which is what the test looks for
        }
    }

    /** With a reset, while the bridge may be about to answer. */
    private static void hangUpHard(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** The status of the next answer, which is read to its end. */
    private static int status(Socket socket) throws IOException {
        socket.setSoTimeout(15_000);
        String head = readTo(socket, "\r\n\r\n").toLowerCase(Locale.ROOT);
        if (head.contains("\r\ntransfer-encoding: chunked\r\n")) {
            for (int size = -1; size != 0; ) {
                size = Integer.parseInt(readTo(socket, "\r\n").trim(), 16);
                socket.getInputStream().readNBytes(size + 2);
            }
        } else if (head.contains("\r\ncontent-length: ")) {
            socket.getInputStream()
                    .readNBytes(Integer.parseInt(head.replaceFirst("(?s).*\r\ncontent-length: (\\d+).*", "$1")));
        }
        return Integer.parseInt(head.substring(9, 12));
    }

    private static String readTo(Socket socket, String end) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(end) < 0) {
            int next = socket.getInputStream().read();
            assertThat(next).as("the rest of the answer '%s'", read).isNotNegative();
            read.append((char) next);
        }
        return read.toString();
    }

    /** Whether the other side has closed it; what it said before is skipped. */
    private static boolean isClosed(Socket socket) {
        try {
            socket.setSoTimeout(1);
            while (socket.getInputStream().read() >= 0) {}
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
