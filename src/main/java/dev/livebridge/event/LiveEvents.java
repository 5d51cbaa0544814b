package dev.livebridge.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.failure.TokenFilter;
import dev.livebridge.failure.Violation;
import dev.livebridge.message.RequestSchema;
import dev.livebridge.message.StrictJson;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.apache.camel.Variable;

/** What Live posts to the webhook: read without the bot's token, and written as it came, or refused. */
public final class LiveEvents {
    private static final JsonMapper MAPPER = new JsonMapper();

    private record Refusal(String code, String message, List<Violation> details) {}

    private final RequestSchema schema;
    private final TokenFilter tokenFilter;

    /** @param schema what the envelope must look like */
    public LiveEvents(RequestSchema schema, TokenFilter tokenFilter) {
        this.schema = schema;
        this.tokenFilter = tokenFilter;
    }

    /**
     * Sets the variable {@code event}: the event that a body holds. The token goes first, out of all texts and names at any
     * depth.
     *
     * @param exchange its body is JSON in UTF-8
     * @throws RefusedException {@code invalid-json} or {@code invalid-request}, with the path of each violation
     */
    public void read(Exchange exchange) throws RefusedException {
        exchange.setVariable("event", of(exchange.getMessage().getBody(byte[].class)));
    }

    LiveEvent of(byte[] body) throws RefusedException {
        ObjectNode event;
        try {
            event = (ObjectNode) clean(StrictJson.asItCame(body));
        } catch (RefusedException e) {
            // a parser may quote what it stumbled over
            throw RefusedException.request(
                    e.code(),
                    e.details().stream()
                            .map(violation -> new Violation(violation.path(), tokenFilter.clean(violation.message())))
                            .toList());
        }
        List<Violation> violations = schema.violations(event);
        if (!violations.isEmpty()) {
            throw RefusedException.request(ErrorCode.INVALID_REQUEST, violations);
        }
        return LiveEvent.of(event);
    }

    private JsonNode clean(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode clean = JsonNodeFactory.instance.objectNode();
            object.properties()
                    .forEach(member -> clean.set(tokenFilter.clean(member.getKey()), clean(member.getValue())));
            return clean;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode clean = JsonNodeFactory.instance.arrayNode(array.size());
            array.forEach(element -> clean.add(clean(element)));
            return clean;
        }
        return node.isTextual() ? JsonNodeFactory.instance.textNode(tokenFilter.clean(node.textValue())) : node;
    }

    /** The event for {@code live.events}: as it came, and whose conversation it is, where the bridge knows that. */
    public String json(@Variable("event") LiveEvent event, @Variable("userHash") String userHash)
            throws JsonProcessingException {
        ObjectNode json = event.json().deepCopy();
        if (userHash != null) {
            json.put("userHash", userHash);
        }
        return MAPPER.writeValueAsString(json);
    }

    /** What Live is told of an event that is wrong: {@code {"error": {"code", "message", "details"}}}. */
    public String refusal(@ExchangeException RefusedException refusal) throws JsonProcessingException {
        return MAPPER.writeValueAsString(
                Map.of("error", new Refusal(refusal.code().toString(), refusal.getMessage(), refusal.details())));
    }
}
