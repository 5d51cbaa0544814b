package dev.livebridge.sandbox;

import dev.livebridge.delivery.RefusedException;
import dev.livebridge.delivery.Violation;
import dev.livebridge.message.RequestSchema;
import dev.livebridge.message.StrictJson;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * A Live that runs on your desk: the API's own calls, as strict as its documentation, and beside them calls to see what
 * arrived, to play the agent and to misbehave on purpose. Those take JSON from this host only.
 */
public final class LiveStandIn implements AutoCloseable {
    private static final String API = "/api/v1/live-handler";
    private static final long MAX_BODY = 64L * 1024 * 1024;
    private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    private final RequestSchema queueSchema = RequestSchema.of("sandbox/live-queue.schema.json");
    private final RequestSchema messageSchema = RequestSchema.of("sandbox/live-message.schema.json");
    private final RequestSchema faultsSchema = RequestSchema.of("sandbox/faults.schema.json");

    private final long botId;
    private final String botToken;
    private final LiveConversations conversations = new LiveConversations();
    private final Vertx vertx = Vertx.vertx();
    private volatile Faults faults = Faults.NONE;

    /** Starts it. The bot is the only one it knows. */
    public LiveStandIn(String host, int port, long botId, String botToken)
            throws ExecutionException, InterruptedException, TimeoutException {
        this.botId = botId;
        this.botToken = botToken;
        vertx.createHttpServer(new HttpServerOptions().setHost(host).setPort(port))
                .requestHandler(router())
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private Router router() {
        Router router = Router.router(vertx);
        BodyHandler body = BodyHandler.create(false).setBodyLimit(MAX_BODY);

        router.post(API + "/queue/external")
                .handler(body)
                .handler(this::misbehave)
                .handler(this::queue);
        router.post(API + "/:id/client/message")
                .handler(body)
                .handler(this::misbehave)
                .handler(this::message);

        router.route("/sandbox/*").handler(body).handler(LiveStandIn::refuseStrangers);
        router.get("/sandbox/conversations").handler(call -> answer(call, 200, conversations.view()));
        router.post("/sandbox/conversations/:id/attend").handler(call -> agent(call, conversations::attend));
        router.post("/sandbox/conversations/:id/reply").handler(this::reply);
        router.post("/sandbox/conversations/:id/transfer").handler(this::transfer);
        router.post("/sandbox/conversations/:id/close").handler(call -> agent(call, conversations::close));
        router.put("/sandbox/faults").handler(this::setFaults);
        router.delete("/sandbox/faults").handler(call -> {
            faults = Faults.NONE;
            answer(call, 200, faults.toJson());
        });
        router.errorHandler(500, call -> answer(call, 500, error("internal error")));
        return router;
    }

    private void misbehave(RoutingContext call) {
        Faults now = faults;
        if (!now.strikes()) {
            delay(call, now.latencyMs(), call::next);
        } else if (now.reset()) {
            delay(call, now.latencyMs(), () -> call.request().connection().close());
        } else if (now.status() != null) {
            delay(call, now.latencyMs(), () -> {
                if (now.retryAfter() != null) {
                    call.response().putHeader("Retry-After", now.retryAfter().toString());
                }
                answer(call, now.status(), error("a fault that was asked for"));
            });
        } else {
            delay(call, now.latencyMs(), call::next);
        }
    }

    private void delay(RoutingContext call, long millis, Runnable next) {
        if (millis <= 0) {
            next.run();
        } else {
            vertx.setTimer(millis, timer -> next.run());
        }
    }

    private void queue(RoutingContext call) {
        JsonObject request = read(call, queueSchema);
        if (request == null) {
            return;
        }
        if (request.getLong("botId") != botId || !botToken.equals(request.getString("botToken"))) {
            answer(call, 401, error("unknown bot or wrong token"));
            return;
        }
        // as Live does: from now on the user is known by the suffixed hash
        JsonObject user = request.getJsonObject("user");
        String suffixed = user.getString("hash") + "_" + botToken;
        String id = conversations.queue(request.getJsonArray("groupsId"), user);
        answer(
                call,
                200,
                new JsonObject()
                        .put("conversationId", id)
                        .put("customToken", "custom-" + suffixed)
                        .put("messageQueueId", 0)
                        .put("notAttended", 0));
    }

    private void message(RoutingContext call) {
        JsonObject request = read(call, messageSchema);
        if (request == null) {
            return;
        }
        if (conversations.write(call.pathParam("id"), request.getJsonArray("message"))) {
            answer(call, 200, new JsonObject());
        } else {
            answer(call, 404, error("unknown or closed conversation"));
        }
    }

    private void agent(RoutingContext call, Predicate<String> act) {
        String id = call.pathParam("id");
        if (act.test(id)) {
            answer(call, 200, conversations.view(id));
        } else {
            answer(call, 404, error("unknown or closed conversation"));
        }
    }

    private void reply(RoutingContext call) {
        Object text = field(call, "text");
        if (text instanceof String words && !words.isEmpty()) {
            agent(call, id -> conversations.reply(id, words));
        } else {
            answer(call, 400, error("/text: is required, a string"));
        }
    }

    private void transfer(RoutingContext call) {
        Object target = field(call, "target");
        if (target instanceof Integer || target instanceof Long) {
            agent(call, id -> conversations.transfer(id, ((Number) target).longValue()));
        } else {
            answer(call, 400, error("/target: is required, an integer"));
        }
    }

    private void setFaults(RoutingContext call) {
        JsonObject request = read(call, faultsSchema);
        if (request != null) {
            faults = Faults.of(request);
            answer(call, 200, faults.toJson());
        }
    }

    private static Object field(RoutingContext call, String name) {
        try {
            JsonObject body = call.body().asJsonObject();
            return body == null ? null : body.getValue(name);
        } catch (RuntimeException e) {
            return null;
        }
    }

    /** The body where it is what the schema says; else null, and the answer 400 is given. */
    private static JsonObject read(RoutingContext call, RequestSchema schema) {
        if (!isJson(call.request())) {
            answer(call, 400, error("Content-Type must be application/json"));
            return null;
        }
        try {
            byte[] body = call.body().buffer() == null
                    ? new byte[0]
                    : call.body().buffer().getBytes();
            List<Violation> violations = schema.violations(StrictJson.object(body));
            if (violations.isEmpty()) {
                return new JsonObject(Buffer.buffer(body));
            }
            answer(
                    call,
                    400,
                    error(String.join(
                            "; ", violations.stream().map(Violation::toString).toList())));
        } catch (RefusedException e) {
            answer(call, 400, error(e.getMessage()));
        }
        return null;
    }

    private static boolean isJson(HttpServerRequest request) {
        String type = request.getHeader("Content-Type");
        return type != null && type.toLowerCase(Locale.ROOT).matches("application/json\\s*(;.*)?");
    }

    /**
     * Control calls come from this host: by its address, and by names that no other site's page can speak under (Host
     * against DNS rebinding, Origin and the JSON type against cross-site requests).
     */
    private static void refuseStrangers(RoutingContext call) {
        HttpServerRequest request = call.request();
        String origin = request.getHeader("Origin");
        boolean local = isLoopback(request.remoteAddress().hostAddress())
                && request.authority() != null
                && LOCAL_NAMES.contains(request.authority().host())
                && (origin == null || isLocal(origin));
        if (!local) {
            answer(call, 403, error("control calls are for this host only"));
        } else if (Set.of("POST", "PUT").contains(request.method().name())
                && !isJson(request)
                && !"0".equals(request.getHeader("Content-Length"))
                && hasBody(request)) {
            answer(call, 415, error("Content-Type must be application/json"));
        } else {
            call.next();
        }
    }

    private static boolean hasBody(HttpServerRequest request) {
        return request.getHeader("Content-Length") != null || request.getHeader("Transfer-Encoding") != null;
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static boolean isLocal(String origin) {
        try {
            String host = URI.create(origin).getHost();
            return host != null && LOCAL_NAMES.contains(host);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static JsonObject error(String message) {
        return new JsonObject().put("error", message);
    }

    private static void answer(RoutingContext call, int status, Object json) {
        String body = json instanceof JsonArray array ? array.encode() : ((JsonObject) json).encode();
        call.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(body);
    }

    @Override
    public void close() throws ExecutionException, InterruptedException, TimeoutException {
        vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }
}
