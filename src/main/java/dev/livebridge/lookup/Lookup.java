package dev.livebridge.lookup;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.livebridge.delivery.Progress;
import dev.livebridge.failure.ServiceUnavailableException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
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
    private final AtomicBoolean suspended = new AtomicBoolean();

    /**
     * @param name      for people: {@code HTTP}
     * @param fields    which fields are added, and under which names
     * @param timeout   how long the breaker waits for it
     * @param ttl       how long what was found of a user is used again, that nothing was found included; zero for never
     * @param cacheSize of how many users, at the most
     * @param retry     whether the message waits for a service that fails; else the user goes on without
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

    /** Adds what was found not long ago of a user with the same fields; false where that is not known. */
    public boolean recall(@Body Map<String, Object> user) {
        Map<String, Object> values = found.getIfPresent(asked(user));
        if (values != null) {
            add(values, user);
        }
        return values != null;
    }

    @Override
    public Exchange aggregate(Exchange before, Exchange asked) {
        throw new UnsupportedOperationException("there is one copy, and the message it was made of");
    }

    /** All that a question may be made of. */
    private static Map<String, Object> asked(Map<String, Object> user) {
        Map<String, Object> fields = new HashMap<>(user);
        fields.remove("extra");
        return fields;
    }

    /**
     * Adds what was found now, or falls back: an exception stands on the copy that was asked with, or is its body where only
     * this user can't be answered for.
     */
    @Override
    @SuppressWarnings("unchecked")
    public Exchange aggregate(Exchange none, Exchange asked, Exchange message) {
        Exception failure = asked.getException();
        Object answer = asked.getMessage().getBody();
        if (failure == null && suspended.compareAndSet(true, false)) {
            LOG.info("The {} lookup answers again", name);
        }
        if (failure == null && answer instanceof UserLookupException unanswered) {
            // to wait would change nothing
            goOn(message, "failed: " + reason(unanswered));
        } else if (failure == null) {
            Map<String, Object> user = message.getMessage().getBody(Map.class);
            Map<String, Object> values = fields.of(answer);
            found.put(asked(user), values);
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
        String what = untried ? "is suspended, as it kept failing" : "failed: " + reason(failure);
        if (untried && suspended.compareAndSet(false, true)) {
            LOG.warn(
                    "The {} lookup {}: its circuit breaker is open. Until it answers again, {}",
                    name,
                    what,
                    retry ? "messages wait for it" : "users go on without");
        }
        if (retry) {
            throw new RuntimeCamelException(new ServiceUnavailableException("the " + name + " lookup " + what, null));
        }
        if (!untried) {
            goOn(message, what);
        }
    }

    private void goOn(Exchange message, String what) {
        Progress progress = Progress.of(message);
        Object messageId = progress == null ? message.getExchangeId() : progress.messageId();
        LOG.warn("{}: the {} lookup {}; the user goes on without", messageId, name, what);
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
