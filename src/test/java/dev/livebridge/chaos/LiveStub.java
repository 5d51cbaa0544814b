package dev.livebridge.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Live for the bridges. One thread takes all calls, so that their order is beyond doubt. */
final class LiveStub implements AutoCloseable {
    enum Answer {
        OK,
        REFUSED,
        RESET_UNTAKEN,
        RESET_TAKEN,
        SILENT_TAKEN,
        OUTAGE
    }

    private static final Pattern MESSAGE = Pattern.compile("/([^/]+)/client/message");
    private static final JsonMapper JSON = new JsonMapper();

    private final Vertx vertx = Vertx.vertx();
    private final Ledger ledger;
    private final IntSupplier permille;
    private final Duration latency;
    private final Map<Answer, Integer> answers = new EnumMap<>(Answer.class);
    private final HttpServer server;
    private volatile Outage outage;

    /** @param retryAfter in its answers; zero for none */
    private record Outage(Duration retryAfter) {}

    /** @param permille chance: from 0 to 999 */
    private LiveStub(Ledger ledger, Duration latency, IntSupplier permille) throws Exception {
        this.ledger = ledger;
        this.latency = latency;
        this.permille = permille;
        // so that a close is a reset
        server = vertx.createHttpServer(new HttpServerOptions().setSoLinger(0))
                .requestHandler(request -> request.body().onSuccess(body -> call(request, body)))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    /**
     * It misbehaves: of all calls it refuses 5 % with 503, resets 2 % (half of them after it has taken them), and never answers
     * 1 % that it has taken.
     */
    static LiveStub unreliable(Ledger ledger, long seed) throws Exception {
        Random random = new Random(seed);
        return new LiveStub(ledger, Duration.ofMillis(10), () -> random.nextInt(1000));
    }

    /** It answers each call after so long. */
    static LiveStub reliable(Ledger ledger, Duration latency) throws Exception {
        return new LiveStub(ledger, latency, () -> 999);
    }

    String url() {
        return "http://127.0.0.1:" + server.actualPort();
    }

    /** From now on it answers 503 to everything. */
    void goAway() {
        goAway(Duration.ZERO);
    }

    /** The same, with a Retry-After. */
    void goAway(Duration retryAfter) {
        outage = new Outage(retryAfter);
    }

    void comeBack() {
        outage = null;
    }

    /** How many calls it answered how. */
    Map<Answer, Integer> answers() {
        synchronized (answers) {
            return new EnumMap<>(answers);
        }
    }

    /** How many calls it answered so. */
    int answers(Answer answer) {
        return answers().getOrDefault(answer, 0);
    }

    private void call(HttpServerRequest request, Buffer body) {
        Outage now = outage;
        Answer answer = now != null ? Answer.OUTAGE : chance(permille.getAsInt());
        synchronized (answers) {
            answers.merge(answer, 1, Integer::sum);
        }
        switch (answer) {
            case OUTAGE -> refuse(request, now.retryAfter());
            case REFUSED -> refuse(request, Duration.ZERO);
            case RESET_UNTAKEN -> request.connection().close();
            case RESET_TAKEN -> {
                take(request, body);
                request.connection().close();
            }
            case SILENT_TAKEN -> take(request, body);
            default -> {
                String answered = take(request, body);
                vertx.setTimer(latency.toMillis(), done -> request.response().end(answered));
            }
        }
    }

    private static void refuse(HttpServerRequest request, Duration retryAfter) {
        request.response().setStatusCode(503);
        if (!retryAfter.isZero()) {
            request.response().putHeader("Retry-After", Long.toString(retryAfter.toSeconds()));
        }
        request.response().end();
    }

    private static Answer chance(int permille) {
        if (permille < 50) {
            return Answer.REFUSED;
        } else if (permille < 60) {
            return Answer.RESET_UNTAKEN;
        } else if (permille < 70) {
            return Answer.RESET_TAKEN;
        }
        return permille < 80 ? Answer.SILENT_TAKEN : Answer.OK;
    }

    private String take(HttpServerRequest request, Buffer body) {
        try {
            JsonNode call = JSON.readTree(body.getBytes());
            Matcher message = MESSAGE.matcher(request.path());
            if (!message.matches()) {
                String conversation = Conversation.idOf(call.at("/user/hash").asText());
                return "{\"conversationId\":\"%s\",\"customToken\":\"t\",\"messageQueueId\":0,\"notAttended\":0}"
                        .formatted(conversation);
            }
            JsonNode entries = call.at("/message");
            ledger.taken(message.group(1), entries.at("/0/value").asText(), entries.size() > 1);
            return "{}";
        } catch (IOException e) {
            throw new IllegalStateException("the bridge called with " + body, e);
        }
    }

    @Override
    public void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
