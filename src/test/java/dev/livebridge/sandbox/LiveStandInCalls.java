package dev.livebridge.sandbox;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.WireMock;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** The stand-in on a port of its own, with a webhook, and the calls that a test makes to it. */
@Timeout(60)
abstract class LiveStandInCalls {
    static final String API = "/api/v1/live-handler";
    static final String QUEUE = API + "/queue/external";
    static final String TOKEN = "secret-token";
    static final String HELLO = "{'message': [{'action': 'text', 'value': 'Hello', 'source': 'user'}]}";
    static final String[] JSON_TYPE = {"Content-Type", "application/json"};
    static final int MAX_BODY = 64 * 1024 * 1024;

    static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)\r\ncontent-length: (\\d+)");
    static final JsonMapper JSON = new JsonMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxStringLength(MAX_BODY).build())
            .build());
    static final HttpClient CLIENT = HttpClient.newHttpClient();

    static WireMockServer bridge;
    static Webhook webhook;
    static int port;
    LiveStandIn live;

    @BeforeAll
    static void startTheBridge() {
        bridge = new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));
        bridge.start();
        webhook = new Webhook(URI.create(bridge.url("/live/events")), "webhook-secret");
    }

    @AfterAll
    static void stopTheBridge() {
        webhook.close();
        bridge.stop();
    }

    @BeforeEach
    void start() throws Exception {
        bridge.resetAll();
        bridge.stubFor(WireMock.any(anyUrl()).willReturn(ok()));
        port = freePort();
        live = new LiveStandIn("127.0.0.1", port, Map.of(1000L, TOKEN), agent(), new LocalCallers());
    }

    @AfterEach
    void stop() throws Exception {
        live.close();
    }

    static Agent agent() {
        return new Agent(webhook, new Agent.Names("attended", "transfer", "close"), Map.of(1000L, TOKEN));
    }

    static ObjectNode queueBody() {
        return (ObjectNode) json("""
                {"botId": 1000, "botToken": "%s", "groupsId": [2179, 7], "protocolId": 28, "status": "queued",
                 "lastSender": "user",
                 "user": {"hash": "7f3c9a1e55d0", "firstname": "Ana", "lastname": "Suárez", "email": "ana@example.org",
                          "phone": null, "username": null, "picture": null, "extra": [{"Ticket": 2024}]}}""".formatted(TOKEN));
    }

    static JsonNode hello(int number) {
        return with((ObjectNode) json(HELLO), "/message/0/value", "'Hello " + number + "'");
    }

    static ObjectNode with(ObjectNode body, String pointer, String value) {
        int last = pointer.lastIndexOf('/');
        ((ObjectNode) body.at(pointer.substring(0, last))).set(pointer.substring(last + 1), json(value));
        return body;
    }

    static ObjectNode without(ObjectNode body, String pointer) {
        int last = pointer.lastIndexOf('/');
        ((ObjectNode) body.at(pointer.substring(0, last))).remove(pointer.substring(last + 1));
        return body;
    }

    static String messages(String id) {
        return API + "/" + id + "/client/message";
    }

    static String agent(String id, String act) {
        return "/sandbox/conversations/" + id + "/" + act;
    }

    static String queued(JsonNode body) throws Exception {
        return done(post(QUEUE, body)).get("conversationId").textValue();
    }

    static JsonNode faults(String faults) throws Exception {
        return done(send("PUT", "/sandbox/faults", publisher(json(faults)), JSON_TYPE));
    }

    static ArrayNode conversations() throws Exception {
        return (ArrayNode) done(get("/sandbox/conversations"));
    }

    static JsonNode view(String id) throws Exception {
        return StreamSupport.stream(conversations().spliterator(), false)
                .filter(conversation ->
                        conversation.get("conversationId").textValue().equals(id))
                .findFirst()
                .orElseThrow();
    }

    static JsonNode done(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        return json(response.body());
    }

    static String error(HttpResponse<String> response) {
        JsonNode body = json(response.body());
        assertThat(body).hasSize(1);
        return body.get("error").textValue();
    }

    /** Names and texts may stand in single quotes. */
    static JsonNode json(String text) {
        try {
            return JSON.readTree(text.contains("\"") ? text : text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    static BodyPublisher publisher(JsonNode body) {
        return BodyPublishers.ofString(body.toString());
    }

    static HttpResponse<String> get(String path) throws Exception {
        return send("GET", path, null);
    }

    static HttpResponse<String> post(String path, JsonNode body) throws Exception {
        return send("POST", path, publisher(body), JSON_TYPE);
    }

    static HttpResponse<String> send(String method, String path, BodyPublisher body, String... headers)
            throws Exception {
        HttpRequest.Builder request = request(method, path, body == null ? BodyPublishers.noBody() : body);
        return CLIENT.send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }

    static CompletableFuture<JsonNode> async(String path, JsonNode body) {
        HttpRequest request =
                request("POST", path, publisher(body)).headers(JSON_TYPE).build();
        return CLIENT.sendAsync(request, BodyHandlers.ofString()).thenApply(LiveStandInCalls::done);
    }

    static HttpRequest.Builder request(String method, String path, BodyPublisher body) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .method(method, body);
    }

    /** For headers that the client keeps to itself. */
    static String control(String headers) throws IOException {
        return raw(port, "GET /sandbox/conversations HTTP/1.1\nConnection: close\n" + headers + "\n");
    }

    static String raw(int port, String request) throws IOException {
        return raw(InetAddress.getLoopbackAddress(), port, request);
    }

    static String raw(InetAddress address, int port, String request) throws IOException {
        try (Socket socket = new Socket(address, port)) {
            socket.setSoTimeout(20_000);
            write(socket, request);
            return read(socket);
        }
    }

    static void write(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.replace("\n", "\r\n").getBytes(UTF_8));
    }

    /** One answer, or what there is of it before the end: its connection may stay open. */
    static String read(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        for (int octet = in.read(); octet >= 0; octet = in.read()) {
            head.append((char) octet);
            if (head.toString().endsWith("\r\n\r\n")) {
                Matcher length = CONTENT_LENGTH.matcher(head);
                return head
                        + (length.find() ? new String(in.readNBytes(Integer.parseInt(length.group(1))), UTF_8) : "");
            }
        }
        return head.toString();
    }

    static Duration timed(ThrowingCallable call) throws Exception {
        long start = System.nanoTime();
        try {
            call.call();
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
