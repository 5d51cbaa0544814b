package dev.livebridge.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.attachment.Attachment;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.State;
import dev.livebridge.failure.Failure;
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

    private final boolean publishesSent;

    /** @param publishesSent {@code live.events.sent} */
    public Outcomes(boolean publishesSent) {
        this.publishesSent = publishesSent;
    }

    /** A conversation waits for an agent. */
    public Map<String, Object> queued(@Variable(Progress.VARIABLE) Progress progress) {
        Map<String, Object> outcome = outcome("queued");
        outcome.putAll(progress.conversation());
        outcome.put("userHash", progress.userHash());
        mark(outcome, progress.delivery().uncertain());
        return outcome;
    }

    /** A request has come to its end: its conversation waits for an agent. */
    public void setQueued(Progress progress) {
        progress.setOutcome(queued(progress));
    }

    /** Live has the next entry of the message. */
    public void addSent(Progress progress) {
        progress.addSent(sent(progress.unsent().get(0)));
    }

    private static Map<String, Object> sent(Object entry) {
        if (!(entry instanceof Attachment attachment)) {
            return Map.of("action", "text");
        }
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("action", attachment.action());
        told.put("name", attachment.name());
        told.put("value", attachment.address());
        return told;
    }

    /**
     * Live has the message. Texts are not repeated; attachments are, with the address that the agent opens.
     *
     * @return {@link State#TOLD} where somebody is to be told: its sender asked for a reply, or listeners get an event of it.
     *     Of a message that was sent at once, and without a doubt, they do where {@code live.events.sent} says so. Else
     *     {@link State#QUIET}
     */
    public State setSent(Progress progress) {
        List<Map<String, Object>> entries = new ArrayList<>(progress.sent());
        progress.unsent().forEach(entry -> entries.add(sent(entry)));
        Map<String, Object> outcome = outcome("sent");
        outcome.put("conversationId", progress.conversationId());
        outcome.put("entries", entries);
        mark(outcome, progress.delivery().uncertain());
        progress.setOutcome(outcome);
        boolean isPlain =
                !progress.delivery().uncertain() && !progress.delivery().delayed();
        return progress.identity().replyTo() == null && isPlain && !publishesSent ? State.QUIET : State.TOLD;
    }

    /** The message lies on the dead-letter queue. */
    public void setFailed(Progress progress) {
        Failure failure = progress.failure();
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("code", failure.code().toString());
        error.put("message", failure.message());
        if (!failure.details().isEmpty()) {
            error.put("details", failure.details());
        }
        Map<String, Object> outcome = outcome("failed");
        outcome.put("error", error);
        mark(outcome, failure.uncertain());
        progress.setOutcome(outcome);
    }

    /** The message waits: for a service, or for its conversation. */
    Map<String, Object> delayed(Progress progress, String reason) {
        Map<String, Object> outcome = outcome("delayed");
        outcome.put("conversationId", progress.conversationId());
        outcome.put("reason", reason);
        mark(outcome, progress.delivery().uncertain());
        return outcome;
    }

    /** What was {@code delayed} waits no more: as its outcome, with another name. */
    public Map<String, Object> resumed(@Variable(Progress.VARIABLE) Progress progress) {
        Map<String, Object> resumed = new LinkedHashMap<>(progress.outcome());
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
            @Variable(Progress.VARIABLE) Progress progress, @Variable("outcome") Map<String, Object> outcome)
            throws JsonProcessingException {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("queue", progress.identity().queue());
        request.put("messageId", progress.messageId());
        request.put("correlationId", progress.identity().correlationId());
        Map<String, Object> data = new LinkedHashMap<>(outcome);
        data.put("request", request);

        Instant now = Instant.now();
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("name", outcome.get("status"));
        event.put("roomId", progress.conversationId());
        event.put("timestamp", now.getEpochSecond() * 1_000_000_000L + now.getNano());
        event.put("botId", progress.bot().id());
        event.put("eventTime", now.getEpochSecond());
        event.put("data", data);
        if (progress.userHash() != null) {
            event.put("userHash", progress.userHash());
        }
        return MAPPER.writeValueAsString(event);
    }

    private static Map<String, Object> outcome(String status) {
        Map<String, Object> outcome = new LinkedHashMap<>();
        outcome.put("status", status);
        return outcome;
    }
}
