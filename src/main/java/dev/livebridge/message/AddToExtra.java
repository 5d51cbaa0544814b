package dev.livebridge.message;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Map;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;

/**
 * For the {@code enrich} step in routes/enrich-user.camel.yaml: adds the fields of what was looked up to the user's
 * {@code extra}. That may be a Map (a row of an SQL query) or a JSON object (the answer of an HTTP service); nothing
 * found adds nothing.
 */
public final class AddToExtra implements AggregationStrategy {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

    @Override
    @SuppressWarnings("unchecked")
    public Exchange aggregate(Exchange user, Exchange lookup) {
        Map<String, Object> extra =
                (Map<String, Object>) user.getMessage().getBody(Map.class).get("extra");
        Object found = lookup == null ? null : lookup.getMessage().getBody();
        if (found instanceof Map<?, ?> fields) {
            extra.putAll((Map<String, Object>) fields);
        } else if (found != null) {
            extra.putAll(fields(lookup.getMessage().getBody(String.class)));
        }
        return user;
    }

    private static Map<String, Object> fields(String json) {
        try {
            return json.isBlank() ? Map.of() : MAPPER.readValue(json, MAP);
        } catch (IOException e) {
            throw new RuntimeCamelException("the lookup must answer with a JSON object", e);
        }
    }
}
