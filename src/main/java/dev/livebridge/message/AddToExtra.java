package dev.livebridge.message;

import dev.livebridge.failure.EnrichmentException;
import java.io.IOException;
import java.util.Map;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For the {@code enrich} step in routes/enrich-user.camel.yaml: adds the fields of what was looked up to the user's
 * {@code extra}. That may be a Map (a row of an SQL query) or a JSON object (the answer of an HTTP service). Nothing
 * found, or an HTTP status that says so, adds nothing; neither does a lookup that failed, if the step lets that pass
 * ({@code aggregateOnException}).
 */
public final class AddToExtra implements AggregationStrategy {
    private static final Logger LOG = LoggerFactory.getLogger(AddToExtra.class);

    @Override
    @SuppressWarnings("unchecked")
    public Exchange aggregate(Exchange user, Exchange lookup) {
        Map<String, Object> extra =
                (Map<String, Object>) user.getMessage().getBody(Map.class).get("extra");
        if (lookup != null && lookup.isFailed()) {
            LOG.warn("A lookup failed, the user goes on without: {}", String.valueOf(lookup.getException()));
        } else if (lookup != null
                && lookup.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class) < 400) {
            extra.putAll(fields(lookup.getMessage()));
        }
        return user;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> fields(Message found) {
        if (found.getBody() instanceof Map<?, ?> fields) {
            return (Map<String, Object>) fields;
        }
        String json = found.getBody(String.class);
        try {
            return json == null || json.isBlank() ? Map.of() : RequestReader.MAP.readValue(json);
        } catch (IOException e) {
            throw new EnrichmentException("made a lookup whose answer is no JSON object: " + e.getMessage());
        }
    }
}
