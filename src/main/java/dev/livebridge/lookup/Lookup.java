package dev.livebridge.lookup;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.livebridge.delivery.Progress;
import dev.livebridge.failure.ServiceUnavailableException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One way to look users up: what routes/look-up-user.camel.yaml remembers, adds, and does when it fails. The user is a Map
 * with {@code hash}, and {@code extra}, a Map that the fields found are added to; a name that stands there already keeps
 * its value.
 */
public final class Lookup implements AggregationStrategy {
    private static final Logger LOG = LoggerFactory.getLogger(Lookup.class);

    private final String name;
    private final Fields fields;
    private final Cache<Object, Map<String, Object>> found;
    private final Duration timeout;
    private final boolean retry;

    /**
     * @param name      for people: {@code HTTP}
     * @param fields    which fields are added, and under which names
     * @param timeout   how long the breaker waits for it
     * @param ttl       how long what was found of a user is used again, that nothing was found included; zero for never
     * @param cacheSize of how many users, at the most
     * @param retry     whether a failure is one of the message, to be tried again; else the user goes on without
     */
    public Lookup(String name, Fields fields, Duration timeout, Duration ttl, int cacheSize, boolean retry) {
        this.name = name;
        this.fields = fields;
        this.found = Caffeine.newBuilder()
                .expireAfterWrite(ttl)
                .maximumSize(cacheSize)
                .build();
        this.timeout = timeout;
        this.retry = retry;
    }

    /** Adds what was found of the user not long ago; false where that is not known. */
    public boolean recall(@Body Map<String, Object> user) {
        Map<String, Object> values = found.getIfPresent(user.get("hash"));
        if (values != null) {
            add(values, user);
        }
        return values != null;
    }

    @Override
    public Exchange aggregate(Exchange before, Exchange asked) {
        throw new UnsupportedOperationException("there is one copy, and the message it was made of");
    }

    /** Adds what was found now, or falls back: an exception stands on the copy that was asked with. */
    @Override
    @SuppressWarnings("unchecked")
    public Exchange aggregate(Exchange none, Exchange asked, Exchange message) {
        Exception failure = asked.getException();
        if (failure == null) {
            Map<String, Object> user = message.getMessage().getBody(Map.class);
            Map<String, Object> values = fields.of(asked.getMessage().getBody());
            found.put(user.get("hash"), values);
            add(values, user);
        } else {
            fallBack(failure, message);
        }
        return message;
    }

    @SuppressWarnings("unchecked")
    private static void add(Map<String, Object> values, Map<String, Object> user) {
        values.forEach(((Map<String, Object>) user.get("extra"))::putIfAbsent);
    }

    private void fallBack(Exception failure, Exchange message) {
        boolean untried = failure instanceof CallNotPermittedException;
        String what =
                "the " + name + " lookup " + (untried ? "rests, as it kept failing" : "failed: " + reason(failure));
        if (retry) {
            throw new RuntimeCamelException(new ServiceUnavailableException(what, null));
        }
        String line = "{}: {}; the user goes on without";
        Progress progress = Progress.of(message);
        Object messageId = progress == null ? message.getExchangeId() : progress.messageId();
        if (untried) {
            // that it fails was said often enough
            LOG.debug(line, messageId, what);
        } else {
            LOG.warn(line, messageId, what);
        }
    }

    private String reason(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return "no answer within " + timeout.toMillis() + " ms";
        }
        Throwable root = failure;
        while (root.getCause() != null && !(root instanceof LookupException)) {
            root = root.getCause();
        }
        String text = root instanceof LookupException ? root.getMessage() : root.toString();
        return text.replaceAll("\\s*\\R\\s*", " ");
    }
}
