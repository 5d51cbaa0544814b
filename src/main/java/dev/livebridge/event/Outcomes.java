package dev.livebridge.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.attachment.Attachment;
import dev.livebridge.bot.Bot;
import dev.livebridge.delivery.Delivery;
import dev.livebridge.delivery.Failure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Variable;

/**
 * What became of a request: the reply to its sender, and the same as an event. An outcome is a Map whose
 * {@code status} is {@code queued}, {@code sent}, {@code failed}, {@code delayed} or {@code resumed}; the contract shows each.
 */
public final class Outcomes {
    private static final JsonMapper MAPPER = new JsonMapper();

    /** A conversation waits for an agent. */
    public Map<String, Object> queued(
            @Variable("conversation") Map<String, Object> conversation,
            @Variable("userHash") String userHash,
            @Variable("delivery") Delivery delivery) {
        Map<String, Object> outcome = outcome("queued");
        outcome.putAll(conversation);
        outcome.put("userHash", userHash);
        mark(outcome, delivery.uncertain());
        return outcome;
    }

    /** Live has the message. Texts are not repeated; attachments are, with the address that the agent opens. */
    public Map<String, Object> sent(
            @Variable("conversationId") String conversationId,
            @Variable("request") Map<String, Object> request,
            @Variable("delivery") Delivery delivery) {
        List<Map<String, Object>> entries = new ArrayList<>();
        if (request.get("text") instanceof String text && !text.isEmpty()) {
            entries.add(Map.of("action", "text"));
        }
        for (Object element : (List<?>) request.get("attachments")) {
            Attachment attachment = (Attachment) element;
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("action", attachment.action());
            entry.put("name", attachment.name());
            entry.put("value", attachment.address());
            entries.add(entry);
        }
        Map<String, Object> outcome = outcome("sent");
        outcome.put("conversationId", conversationId);
        outcome.put("entries", entries);
        mark(outcome, delivery.uncertain());
        return outcome;
    }

    /** The message lies on the dead-letter queue. */
    public Map<String, Object> failed(@Variable("failure") Failure failure) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("code", failure.code().toString());
        error.put("message", failure.message());
        if (!failure.details().isEmpty()) {
            error.put("details", failure.details());
        }
        Map<String, Object> outcome = outcome("failed");
        outcome.put("error", error);
        mark(outcome, failure.uncertain());
        return outcome;
    }

    /** The message waits: for a service, or for its conversation. */
    public Map<String, Object> delayed(String conversationId, String reason, boolean uncertain) {
        Map<String, Object> outcome = outcome("delayed");
        outcome.put("conversationId", conversationId);
        outcome.put("reason", reason);
        mark(outcome, uncertain);
        return outcome;
    }

    /** What was {@code delayed} waits no more: as its outcome, with another name. */
    public Map<String, Object> resumed(@Variable("outcome") Map<String, Object> outcome) {
        Map<String, Object> resumed = new LinkedHashMap<>(outcome);
        resumed.put("status", "resumed");
        return resumed;
    }

    /** Live may have carried out an earlier try. */
    private static void mark(Map<String, Object> outcome, boolean uncertain) {
        if (uncertain) {
            outcome.put("uncertain", true);
        }
    }

    /** The reply: the outcome as JSON. */
    public String reply(@Variable("outcome") Map<String, Object> outcome) throws JsonProcessingException {
        return MAPPER.writeValueAsString(outcome);
    }

    /**
     * The event: Live's own envelope ({@code timestamp} in nanoseconds, {@code eventTime} in seconds since the epoch)
     * around the outcome and the request that it answers.
     */
    public String event(
            @Variable("bot") Bot bot,
            @Variable("outcome") Map<String, Object> outcome,
            @Variable("conversationId") String conversationId,
            @Variable("userHash") String userHash,
            @Variable("queue") String queue,
            @Variable("messageId") String messageId,
            @Variable("correlationId") String correlationId)
            throws JsonProcessingException {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("queue", queue);
        request.put("messageId", messageId);
        request.put("correlationId", correlationId);
        Map<String, Object> data = new LinkedHashMap<>(outcome);
        data.put("request", request);

        Instant now = Instant.now();
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("name", outcome.get("status"));
        event.put("roomId", conversationId);
        event.put("timestamp", now.getEpochSecond() * 1_000_000_000L + now.getNano());
        event.put("botId", bot.id());
        event.put("eventTime", now.getEpochSecond());
        event.put("data", data);
        if (userHash != null) {
            event.put("userHash", userHash);
        }
        return MAPPER.writeValueAsString(event);
    }

    private static Map<String, Object> outcome(String status) {
        Map<String, Object> outcome = new LinkedHashMap<>();
        outcome.put("status", status);
        return outcome;
    }
}
