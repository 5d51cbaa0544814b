package dev.livebridge.sandbox;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Whom the sandbox's HTTP ports answer: who calls this host by a name of its own. No page of another site, which a browser shows
 * beside the sandbox, can: Origin tells of cross-site requests, Host of DNS rebinding.
 */
public final class LocalCallers {
    static final String REFUSAL = "the sandbox is for this host only";

    private final Set<String> names = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));

    /** @param others names beside those of loopback: {@code live.sandbox.host} and {@code .address} */
    public LocalCallers(String... others) {
        names.addAll(List.of(others));
    }

    /** By the headers of a request; null where one is absent. */
    boolean allow(String host, String origin) {
        return isLocal("http://" + host) && (origin == null || isLocal(origin));
    }

    void check(RoutingContext call) {
        HttpServerRequest request = call.request();
        if (allow(request.getHeader("Host"), request.getHeader("Origin"))) {
            call.next();
        } else {
            call.response()
                    .setStatusCode(403)
                    .putHeader("Content-Type", "application/json")
                    .end("{\"error\":\"" + REFUSAL + "\"}");
        }
    }

    private boolean isLocal(String address) {
        try {
            String host = URI.create(address).getHost();
            return host != null && names.contains(host.toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
