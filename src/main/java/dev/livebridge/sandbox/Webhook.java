package dev.livebridge.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.livebridge.event.WebhookSecret;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the Live stand-in tells of events: each is posted until it is answered 2xx, with growing waits and at most ten times.
 * Those of one conversation go one after the other.
 */
public final class Webhook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);
    private static final int MAX_ATTEMPTS = 10;
    private static final long FIRST_WAIT_MILLIS = 200;
    private static final long LONGEST_WAIT_MILLIS = 10_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final URI address;
    private final String secret;
    /** By conversation, what ends with its last event. */
    private final Map<String, CompletableFuture<Void>> last = new HashMap<>();

    private long lastTimestamp;
    private volatile boolean closed;

    /**
     * @param address {@code live.sandbox.webhook-url}
     * @param secret  {@code live.webhook.secret}
     */
    public Webhook(URI address, String secret) {
        this.address = address;
        this.secret = secret;
    }

    /** Tells of an event of now, sooner or later. */
    synchronized void tell(long botId, String name, String conversationId, ObjectNode data) {
        Instant now = Instant.now();
        lastTimestamp = Math.max(lastTimestamp + 1, now.getEpochSecond() * 1_000_000_000L + now.getNano());
        ObjectNode event = JsonNodeFactory.instance
                .objectNode()
                .put("name", name)
                .put("roomId", conversationId)
                .put("timestamp", lastTimestamp)
                .put("botId", botId)
                .put("eventTime", now.getEpochSecond());
        event.set("data", data);
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .header(WebhookSecret.HEADER, secret)
                .POST(HttpRequest.BodyPublishers.ofString(event.toString()))
                .build();
        String what = name + " of conversation " + conversationId;
        last.compute(
                conversationId,
                (id, before) ->
                        before == null ? post(request, what, 1) : before.thenCompose(done -> post(request, what, 1)));
    }

    private CompletableFuture<Void> post(HttpRequest request, String what, int attempt) {
        return http.sendAsync(request, HttpResponse.BodyHandlers.discarding())
                .handle((response, failure) ->
                        failure == null ? Integer.toString(response.statusCode()) : failure.toString())
                .thenCompose(answer -> {
                    if (answer.matches("2\\d\\d") || closed) {
                        return CompletableFuture.completedFuture(null);
                    }
                    if (attempt == MAX_ATTEMPTS) {
                        LOG.warn("The event {} did not reach the bridge: {}", what, answer);
                        return CompletableFuture.completedFuture(null);
                    }
                    LOG.debug("The event {} did not reach the bridge yet: {}", what, answer);
                    long wait = Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS << (attempt - 1));
                    return CompletableFuture.runAsync(
                                    () -> {}, CompletableFuture.delayedExecutor(wait, TimeUnit.MILLISECONDS))
                            .thenCompose(waited -> post(request, what, attempt + 1));
                });
    }

    /** What was not taken is not sent again. */
    @Override
    public void close() {
        closed = true;
    }
}
