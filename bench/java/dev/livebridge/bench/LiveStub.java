package dev.livebridge.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Live's message call and nothing else: looked at, written down with its time, and answered. One thread does it all. */
final class LiveStub implements AutoCloseable {
    private static final Pattern PATH = Pattern.compile("/([A-Za-z0-9_-]+)/client/message");
    private static final JsonMapper JSON = new JsonMapper();

    private final Vertx vertx = Vertx.vertx();
    private final int port;
    private volatile Arrivals arrivals = new Arrivals(-1, 0, 1);
    private volatile Set<String> failing = Set.of();
    private volatile int latency;
    private volatile String complaint;

    LiveStub() throws ExecutionException, InterruptedException, TimeoutException {
        HttpServer server = vertx.createHttpServer(
                        new HttpServerOptions().setHost("127.0.0.1").setPort(0).setTcpNoDelay(true))
                .requestHandler(request -> request.bodyHandler(body -> call(request, body)))
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        port = server.actualPort();
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Where the calls from now on are written down. */
    void expect(Arrivals next) {
        arrivals = next;
    }

    /** How long a call takes, in milliseconds. */
    void setLatency(int millis) {
        latency = millis;
    }

    /** The conversations whose calls are answered 503. */
    void setFailing(Set<String> conversations) {
        failing = conversations;
    }

    /** Ends the run where a contender sent anything but the work. */
    void check() {
        if (complaint != null) {
            throw new IllegalStateException("Live was sent what it should not be: " + complaint);
        }
    }

    private void call(HttpServerRequest request, Buffer body) {
        int status = 200;
        try {
            Matcher path = PATH.matcher(request.path());
            JsonNode entry = JSON.readTree(body.getBytes()).path("message").path(0);
            if (!path.matches()
                    || !request.method().name().equals("POST")
                    || !entry.path("action").asText().equals("text")
                    || !entry.path("source").asText().equals("user")) {
                throw new IllegalArgumentException(request.method() + " " + request.path() + " " + body);
            }
            String conversation = path.group(1);
            if (failing.contains(conversation)) {
                arrivals.refuse();
                status = 503;
            } else {
                arrivals.take(conversation, entry.path("value").asText(), System.nanoTime());
            }
        } catch (IOException | RuntimeException e) {
            complaint = e.toString();
            status = 400;
        }
        HttpServerResponse response =
                request.response().setStatusCode(status).putHeader("Content-Type", "application/json");
        if (latency > 0) {
            vertx.setTimer(latency, timer -> response.end("{}"));
        } else {
            response.end("{}");
        }
    }

    @Override
    public void close() throws ExecutionException, InterruptedException, TimeoutException {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
