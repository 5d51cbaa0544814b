package dev.livebridge.webhook;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/**
 * Closes the connections of callers who are slow: a caller has a time to send the headers of a request, and again after each
 * answer. {@link RequestBody} bounds the time of the body. Vert.x's idle timeout would begin anew with each byte, and would end
 * requests whose answer takes long.
 *
 * <p>Camel's HTTP servers take their Vert.x from the registry, and have no options for connections.
 */
public final class CallerDeadline extends VertxWrapper {
    private final long millis;
    private final Map<HttpConnection, Long> timers = new ConcurrentHashMap<>();

    /** @param time {@code live.webhook.request-timeout} */
    public CallerDeadline(Duration time) {
        super((VertxInternal) Vertx.vertx());
        this.millis = time.toMillis();
    }

    @Override
    public HttpServer createHttpServer(HttpServerOptions options) {
        // the deadline counts requests of HTTP/1.1 only
        return super.createHttpServer(options.setHttp2ClearTextEnabled(false)).connectionHandler(connection -> {
            connection.closeHandler(closed -> cancel(connection));
            start(connection);
        });
    }

    /** Sees the requests of all servers that have started. */
    public void watch(CamelContext context) {
        context.getRegistry().findByType(VertxPlatformHttpRouter.class).forEach(router -> {
            router.route().order(Integer.MIN_VALUE).handler(this::watch);
        });
    }

    /** Ends its threads. */
    public void end() {
        close();
    }

    private void watch(RoutingContext call) {
        HttpServerRequest request = call.request();
        cancel(request.connection());
        call.addEndHandler(answered -> {
            start(request.connection());
            // what is left of the body is dropped
            request.resume();
        });
        call.next();
    }

    private void start(HttpConnection connection) {
        cancel(connection);
        timers.put(connection, setTimer(millis, late -> {
            timers.remove(connection);
            connection.close();
        }));
    }

    private void cancel(HttpConnection connection) {
        Long timer = timers.remove(connection);
        if (timer != null) {
            cancelTimer(timer);
        }
    }
}
