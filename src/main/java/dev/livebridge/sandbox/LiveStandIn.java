package dev.livebridge.sandbox;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.failure.Violation;
import dev.livebridge.message.RequestSchema;
import dev.livebridge.message.StrictJson;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Live that runs on your desk: the API's own calls, as strict as its documentation, and beside them calls to see what
 * arrived, to play the agent and to misbehave on purpose. Those take JSON from this host only.
 */
public final class LiveStandIn implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveStandIn.class);
    private static final String API = "/api/v1/live-handler";
    private static final int MAX_BODY = 64 * 1024 * 1024;
    /** Reads texts of any length, as {@link StrictJson} does. */
    private static final JsonMapper MAPPER = new JsonMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxStringLength(MAX_BODY).build())
            .build());

    /** What Live's own list looks like is not documented. Conversations may be queued for any other group, too. */
    private static final JsonNode GROUPS = MAPPER.createArrayNode()
            .add(MAPPER.createObjectNode().put("id", 2179).put("name", "Sales"))
            .add(MAPPER.createObjectNode().put("id", 2180).put("name", "Support"));

    private final RequestSchema queueSchema = RequestSchema.of("sandbox/live-queue.schema.json");
    private final RequestSchema messageSchema = RequestSchema.of("sandbox/live-message.schema.json");
    private final RequestSchema replySchema = RequestSchema.of("sandbox/agent-reply.schema.json");
    private final RequestSchema transferSchema = RequestSchema.of("sandbox/agent-transfer.schema.json");
    private final RequestSchema faultsSchema = RequestSchema.of("sandbox/faults.schema.json");

    private final Map<Long, String> bots;
    private final Agent agent;
    private final LiveConversations conversations = new LiveConversations();
    private final Vertx vertx;
    private volatile Faults faults = Faults.NONE;

    /**
     * Starts it.
     *
     * @param bots  the bots that it knows, by their ids, with their tokens
     * @param agent tells of what the agent does
     * @param callers whom it answers
     */
    public LiveStandIn(String host, int port, Map<Long, String> bots, Agent agent, LocalCallers callers)
            throws ExecutionException, InterruptedException, TimeoutException {
        this.bots = Map.copyOf(bots);
        this.agent = agent;
        // it serves no files: nothing to keep in the temporary directory
        this.vertx = Vertx.vertx(new VertxOptions()
                .setFileSystemOptions(new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false)));
        try {
            // HTTP/1.1 only: closing a connection then strikes one call
            vertx.createHttpServer(
                            new HttpServerOptions().setHost(host).setPort(port).setHttp2ClearTextEnabled(false))
                    .requestHandler(router(callers))
                    .listen()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            vertx.close();
            throw e;
        }
    }

    private Router router(LocalCallers callers) {
        Router router = Router.router(vertx);
        router.route().handler(callers::check);
        router.route("/sandbox/*").handler(LiveStandIn::refuseStrangers);
        router.route().handler(LiveStandIn::refuseOtherTypes);
        router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY));

        router.route(API + "/*").handler(this::misbehave);
        serve(router, API + "/queue/external", Map.of(POST, checked(queueSchema, this::queue)));
        serve(router, API + "/group", Map.of(GET, call -> answer(call, 200, GROUPS)));
        serve(router, API + "/:id/client/message", Map.of(POST, checked(messageSchema, this::message)));

        String conversation = "/sandbox/conversations/:id";
        serve(router, "/sandbox/conversations", Map.of(GET, call -> answer(call, 200, conversations.view())));
        serve(router, conversation + "/attend", Map.of(POST, this::attend));
        serve(router, conversation + "/reply", Map.of(POST, checked(replySchema, this::reply)));
        serve(router, conversation + "/transfer", Map.of(POST, checked(transferSchema, this::transfer)));
        serve(router, conversation + "/close", Map.of(POST, this::end));
        serve(router, "/sandbox/faults", Map.of(PUT, checked(faultsSchema, this::setFaults), DELETE, this::endFaults));

        for (int status : new int[] {400, 404, 413, 417}) {
            router.errorHandler(status, call -> refuse(call, status));
        }
        // as the body handler puts it: the caller is gone, there is nobody to answer
        router.errorHandler(200, call -> {});
        router.errorHandler(500, call -> {
            LOG.error("{} {}", call.request().method(), call.request().path(), call.failure());
            refuse(call, 500);
        });
        return router;
    }

    private static void serve(Router router, String path, Map<HttpMethod, Handler<RoutingContext>> calls) {
        calls.forEach((method, handler) -> router.route(method, path).handler(handler));
        String allowed = calls.keySet().stream().map(HttpMethod::name).collect(Collectors.joining(", "));
        router.route(path).handler(call -> {
            call.response().putHeader("Allow", allowed);
            refuse(call, 405);
        });
    }

    /** Faults strike before the call is looked at; its body is read by then, so that a late one is whole. */
    private void misbehave(RoutingContext call) {
        Faults now = faults;
        Runnable outcome = now.strikes() ? () -> strike(call, now) : call::next;
        if (now.latencyMs() > 0) {
            vertx.setTimer(now.latencyMs(), timer -> outcome.run());
        } else {
            outcome.run();
        }
    }

    private static void strike(RoutingContext call, Faults faults) {
        if (faults.reset()) {
            call.request().connection().close();
            return;
        }
        if (faults.retryAfter() != null) {
            call.response().putHeader("Retry-After", faults.retryAfter().toString());
        }
        answer(call, faults.status(), error("a fault that was asked for"));
    }

    private void queue(RoutingContext call, ObjectNode request) {
        long botId = request.get("botId").longValue();
        String botToken = bots.get(botId);
        if (!request.get("botToken").textValue().equals(botToken)) {
            answer(call, 401, error("unknown bot or wrong token"));
            return;
        }
        JsonNode user = request.get("user");
        // as Live does: from now on the remote side knows the user by the suffixed hash, which its answer shows
        String suffixed = user.get("hash").textValue() + "_" + botToken;
        answer(
                call,
                200,
                MAPPER.createObjectNode()
                        .put("conversationId", conversations.queue(botId, request.get("groupsId"), user))
                        .put("customToken", "custom-" + suffixed)
                        .put("messageQueueId", 0)
                        .put("notAttended", 0));
    }

    private void message(RoutingContext call, ObjectNode request) {
        if (conversations.write(call.pathParam("id"), request.get("message"))) {
            answer(call, 200, MAPPER.createObjectNode());
        } else {
            answer(call, 404, error("unknown or closed conversation"));
        }
    }

    private void attend(RoutingContext call) {
        act(call, conversations::attend, agent::attended);
    }

    private void reply(RoutingContext call, ObjectNode request) {
        String text = request.get("text").textValue();
        act(call, id -> conversations.reply(id, text), conversation -> agent.wrote(conversation, text));
    }

    private void transfer(RoutingContext call, ObjectNode request) {
        long target = request.get("target").longValue();
        act(call, id -> conversations.transfer(id, target), conversation -> agent.moved(conversation, target));
    }

    private void end(RoutingContext call) {
        act(call, conversations::close, agent::closed);
    }

    private void act(RoutingContext call, Predicate<String> act, Consumer<ObjectNode> told) {
        String id = call.pathParam("id");
        ObjectNode before = conversations.whole(id);
        if (act.test(id)) {
            told.accept(before);
            answer(call, 200, conversations.view(id));
        } else {
            answer(call, 404, error("unknown or closed conversation"));
        }
    }

    private void setFaults(RoutingContext call, ObjectNode request) {
        faults = MAPPER.convertValue(request, Faults.class);
        answer(call, 200, MAPPER.valueToTree(faults));
    }

    private void endFaults(RoutingContext call) {
        faults = Faults.NONE;
        answer(call, 200, MAPPER.valueToTree(faults));
    }

    /** Goes on with the body where it is what the schema says. */
    private static Handler<RoutingContext> checked(RequestSchema schema, BiConsumer<RoutingContext, ObjectNode> next) {
        return call -> {
            try {
                next.accept(call, read(call, schema));
            } catch (RefusedException e) {
                answer(
                        call,
                        400,
                        error(e.details().stream().map(Violation::toString).collect(Collectors.joining("; "))));
            }
        };
    }

    private static ObjectNode read(RoutingContext call, RequestSchema schema) throws RefusedException {
        Buffer buffer = call.body().buffer();
        byte[] body = buffer == null ? new byte[0] : buffer.getBytes();
        ObjectNode strict = StrictJson.object(body);
        ObjectNode request;
        try {
            request = (ObjectNode) MAPPER.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // in both readings: the strict one leaves out what is null, but Live documents null for some fields only
        List<Violation> violations = Stream.of(strict, request)
                .flatMap(reading -> schema.violations(reading).stream())
                .distinct()
                .toList();
        if (!violations.isEmpty()) {
            throw RefusedException.request(ErrorCode.INVALID_REQUEST, violations);
        }
        return request;
    }

    /** Control calls come from this host by its address, too. */
    private static void refuseStrangers(RoutingContext call) {
        if (isLoopback(call.request().remoteAddress().hostAddress())) {
            call.next();
        } else {
            answer(call, 403, error(LocalCallers.REFUSAL));
        }
    }

    /** By its headers, not by what was read: no form is ever parsed. */
    private static void refuseOtherTypes(RoutingContext call) {
        HttpServerRequest request = call.request();
        String type = request.getHeader("Content-Type");
        String length = request.getHeader("Content-Length");
        boolean hasBody = request.headers().contains("Transfer-Encoding") || length != null && !length.equals("0");
        if (hasBody && (type == null || !type.matches("(?i)application/json\\s*(;.*)?"))) {
            answer(call, 415, error("Content-Type must be application/json"));
        } else {
            call.next();
        }
    }

    private static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static JsonNode error(String message) {
        return MAPPER.createObjectNode().put("error", message);
    }

    private static void refuse(RoutingContext call, int status) {
        answer(call, status, error(call.response().setStatusCode(status).getStatusMessage()));
    }

    private static void answer(RoutingContext call, int status, JsonNode json) {
        call.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(json.toString());
    }

    @Override
    public void close() throws ExecutionException, InterruptedException, TimeoutException {
        vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }
}
