package dev.livebridge.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.delivery.Outages;
import dev.livebridge.delivery.RefusedException;
import dev.livebridge.delivery.Violation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * What a request to the webhook is told where its event is not taken: {@code {"error": {"code", "message", "details"}}}, as
 * in replies.
 */
public final class WebhookAnswer {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookAnswer.class);
    private static final JsonMapper MAPPER = new JsonMapper();

    private final String eventQueue;
    private final Outages outages;

    /** @param eventQueue {@code live.queues.events} */
    public WebhookAnswer(String eventQueue, Outages outages) {
        this.eventQueue = eventQueue;
        this.outages = outages;
    }

    /** It doesn't know the secret. */
    public String stranger() throws JsonProcessingException {
        return json("unauthorized", "the secret is missing or wrong", List.of());
    }

    /** The event itself is wrong: {@code details} says where. */
    public String refused(Exchange exchange) throws JsonProcessingException {
        RefusedException refusal = ObjectHelper.getException(RefusedException.class, caught(exchange));
        LOG.warn("An event of Live is refused: {}: {}", refusal.code(), refusal.getMessage());
        return json(refusal.code().toString(), refusal.getMessage(), refusal.details());
    }

    /** The store or the broker is away, or the bridge itself is at fault: it is to come again. */
    public String notNow(Exchange exchange) throws JsonProcessingException {
        Throwable failure = caught(exchange);
        DataAccessException ofTheStore = ObjectHelper.getException(DataAccessException.class, failure);
        if (ofTheStore == null) {
            outages.failed(eventQueue, failure.toString());
        } else {
            outages.failed(Outages.STORE, ofTheStore.getMostSpecificCause().getMessage());
        }
        return json("unavailable", "the event can't be taken now, send it again", List.of());
    }

    /** The broker has an event. */
    public void taken() {
        outages.succeeded(eventQueue);
    }

    private static Throwable caught(Exchange exchange) {
        return exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    }

    private static String json(String code, String message, List<Violation> details) throws JsonProcessingException {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("code", code);
        error.put("message", message);
        if (!details.isEmpty()) {
            error.put("details", details);
        }
        return MAPPER.writeValueAsString(Map.of("error", error));
    }
}
