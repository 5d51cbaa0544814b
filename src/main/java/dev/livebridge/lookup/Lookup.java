package dev.livebridge.lookup;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.ServiceUnavailableException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One way to look users up: what its route (routes/lookup-*.camel.yaml) remembers, adds, and does when it fails. The user
 * is a Map with {@code hash}, and {@code extra}, a Map that the fields found are added to; a name that stands there
 * already keeps its value.
 */
public final class Lookup {
    private static final Logger LOG = LoggerFactory.getLogger(Lookup.class);

    private final String name;
    private final Fields fields;
    private final Cache<Object, Map<String, Object>> found;
    private final boolean retry;

    /**
     * @param name      for people: {@code HTTP}
     * @param fields    which fields are added, and under which names
     * @param ttl       how long what was found of a user is used again, that nothing was found included; zero for never
     * @param cacheSize of how many users, at the most
     * @param retry     whether a failure is one of the message, to be tried again; else the user goes on without
     */
    public Lookup(String name, Fields fields, Duration ttl, int cacheSize, boolean retry) {
        this.name = name;
        this.fields = fields;
        this.found = Caffeine.newBuilder()
                .expireAfterWrite(ttl)
                .maximumSize(cacheSize)
                .build();
        this.retry = retry;
    }

    /** Whether the user was looked up not long ago. */
    public boolean knows(@Body Map<String, Object> user) {
        return found.getIfPresent(user.get("hash")) != null;
    }

    /** Adds what was found then. */
    public void recall(@Body Map<String, Object> user) {
        Map<String, Object> values = found.getIfPresent(user.get("hash"));
        if (values != null) {
            addTo(user, values);
        }
    }

    /**
     * Adds what was found now.
     *
     * @param answer a JSON object, a row as a Map, a List of rows, of which the first counts, or null where there is
     *               nothing of that user
     */
    public void add(@Body Map<String, Object> user, @Variable("answer") Object answer) {
        Map<String, Object> values = values(answer);
        found.put(user.get("hash"), values);
        addTo(user, values);
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> values(Object answer) {
        if (answer instanceof List<?> rows) {
            return rows.isEmpty() ? Map.of() : values(rows.get(0));
        }
        if (answer == null) {
            return Map.of();
        }
        return answer instanceof JsonNode json ? fields.of(json) : fields.of((Map<String, Object>) answer);
    }

    @SuppressWarnings("unchecked")
    private static void addTo(Map<String, Object> user, Map<String, Object> values) {
        values.forEach(((Map<String, Object>) user.get("extra"))::putIfAbsent);
    }

    /**
     * The lookup failed, or was not tried as others had failed.
     *
     * @throws ServiceUnavailableException where the message is to be tried again
     */
    public void failed(Exchange exchange) throws ServiceUnavailableException {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        boolean untried = failure == null || failure instanceof CallNotPermittedException;
        String what =
                "the " + name + " lookup " + (untried ? "rests, as it kept failing" : "failed: " + reason(failure));
        if (retry) {
            throw new ServiceUnavailableException(what, null);
        }
        String line = "{}: {}; the user goes on without";
        Progress progress = Progress.of(exchange);
        Object messageId = progress == null ? exchange.getExchangeId() : progress.messageId();
        if (untried) {
            // that it fails was said often enough
            LOG.debug(line, messageId, what);
        } else {
            LOG.warn(line, messageId, what);
        }
    }

    private static String reason(Throwable failure) {
        if (failure instanceof ExchangeTimedOutException late) {
            return "no answer within " + late.getTimeout() + " ms";
        }
        Throwable root = failure;
        while (root.getCause() != null && !(root instanceof LookupException)) {
            root = root.getCause();
        }
        String text = root instanceof LookupException ? root.getMessage() : root.toString();
        return text.replaceAll("\\s*\\R\\s*", " ");
    }
}
