package dev.livebridge.message;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.delivery.EnrichmentException;
import java.io.IOException;
import java.util.Map;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
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
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

    @Override
    @SuppressWarnings("unchecked")
    public Exchange aggregate(Exchange user, Exchange lookup) {
        Map<String, Object> extra =
                (Map<String, Object>) user.getMessage().getBody(Map.class).get("extra");
        if (lookup == null || isFailed(lookup)) {
            return user;
        }
        Object found = lookup.getMessage().getBody();
        if (found instanceof Map<?, ?> fields) {
            extra.putAll((Map<String, Object>) fields);
        } else if (found != null) {
            extra.putAll(fields(lookup.getMessage().getBody(String.class)));
        }
        return user;
    }

    private static boolean isFailed(Exchange lookup) {
        if (lookup.isFailed()) {
            LOG.warn(
                    "A lookup failed, the user goes on without: {}",
                    lookup.getException().toString());
            return true;
        }
        return lookup.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class) >= 400;
    }

    private static Map<String, Object> fields(String json) {
        try {
            return json.isBlank() ? Map.of() : MAPPER.readValue(json, MAP);
        } catch (IOException e) {
            throw new EnrichmentException("made a lookup whose answer is no JSON object: " + e.getMessage());
        }
    }
}
