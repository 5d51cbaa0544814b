package dev.livebridge.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.livebridge.bot.Bot;
import dev.livebridge.delivery.EnrichmentException;
import dev.livebridge.delivery.LiveResponse;
import dev.livebridge.delivery.Original;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.RefusedException;
import dev.livebridge.delivery.TokenFilter;
import jakarta.jms.JMSException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;

/** Live's queue call: the body that asks for an agent, and what its answer means. */
public final class QueueCall {
    /** Live's number for conversations that come from outside (live-api: fixed). */
    private static final int PROTOCOL_ID = 28;

    private static final List<String> OPTIONAL_FIELDS = List.of("email", "phone", "username", "picture");
    private static final Set<String> USER_FIELDS =
            Set.of("hash", "firstname", "lastname", "email", "phone", "username", "picture", "extra");
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    /** {@code live.api.extra-shape}: how the extra fields stand in the body. Without any, it is {@code []} in each. */
    public enum ExtraShape {
        /** An array with one object per field. */
        ARRAY,
        /** An array with one object that has all fields. */
        SINGLE,
        /** One object. */
        OBJECT
    }

    private final TokenFilter tokenFilter;
    private final Groups groups;
    private final Map<String, Object> configuredExtra;
    private final ExtraShape shape;

    public QueueCall(TokenFilter tokenFilter, Groups groups, Map<String, Object> configuredExtra, ExtraShape shape) {
        this.tokenFilter = tokenFilter;
        this.groups = groups;
        this.configuredExtra = new LinkedHashMap<>(configuredExtra);
        this.shape = shape;
    }

    /** Makes the body of the queue call of what {@code direct:enrich-user} made of the user: the body of the exchange. */
    public void build(Exchange exchange) throws RefusedException, JMSException, JsonProcessingException {
        Progress progress = Progress.of(exchange);
        progress.setQueueCall(
                body(exchange.getMessage().getBody(), progress.bot(), progress.request(), progress.original()));
    }

    /** Has what Live answered to the queue call, the body of the exchange, say which conversation the message has. */
    public void readAnswer(Exchange exchange) throws RefusedException {
        Progress.of(exchange).setConversation(answer(exchange.getMessage().getBody(LiveResponse.class)));
    }

    /**
     * The body of {@code POST /queue/external}. Extra fields in their precedence: the caller's body, the caller's JMS
     * properties, what the enrichment looked up, {@code live.extra.<Name>}.
     *
     * @param enriched what {@code direct:enrich-user} made of the user
     * @throws EnrichmentException where the enrichment returned what Live doesn't know
     */
    byte[] body(Object enriched, Bot bot, Map<String, Object> request, Original original)
            throws RefusedException, JMSException, JsonProcessingException {
        Map<String, Object> requested = RequestedUser.of(request, original);
        Map<String, Object> user = known(enriched, requested.get("hash"));

        Map<String, Object> body = new LinkedHashMap<>();
        body.put("botId", bot.id());
        body.put("botToken", bot.token());
        body.put("groupsId", groups.of(request, bot));
        body.put("protocolId", PROTOCOL_ID);
        body.put("status", "queued");
        body.put("lastSender", "user");
        body.put("user", user(user, requested));
        return MAPPER.writeValueAsBytes(body);
    }

    private Map<String, Object> user(Map<String, Object> enriched, Map<String, Object> requested) {
        Map<String, Object> user = new LinkedHashMap<>();
        user.put("hash", enriched.get("hash"));
        user.put("firstname", enriched.get("firstname"));
        user.put("lastname", enriched.get("lastname") == null ? "" : enriched.get("lastname"));
        for (String field : OPTIONAL_FIELDS) {
            user.put(field, enriched.get(field));
        }
        Map<String, Object> extra = new LinkedHashMap<>(extraOf(requested));
        extraOf(enriched).forEach(extra::putIfAbsent);
        configuredExtra.forEach(extra::putIfAbsent);
        user.put("extra", shaped(extra));
        return user;
    }

    private Object shaped(Map<String, Object> fields) {
        Map<String, Object> extra = new LinkedHashMap<>();
        fields.forEach((name, given) -> {
            Object value = ExtraFields.value(given);
            if (value == null) {
                throw new EnrichmentException("returned extra field '" + name
                        + "', which is no string, number or boolean but "
                        + given.getClass().getName());
            }
            extra.put(name, value);
        });
        if (extra.isEmpty()) {
            return List.of();
        }
        return switch (shape) {
            case ARRAY ->
                extra.entrySet().stream()
                        .map(field -> Map.of(field.getKey(), field.getValue()))
                        .toList();
            case SINGLE -> List.of(extra);
            case OBJECT -> extra;
        };
    }

    /** Fields that are null count as absent, as they do in a request. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> extraOf(Map<String, Object> user) {
        Map<String, Object> extra = new LinkedHashMap<>((Map<String, Object>) user.getOrDefault("extra", Map.of()));
        extra.values().removeIf(value -> value == null);
        return extra;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> known(Object enriched, Object hash) {
        if (!(enriched instanceof Map<?, ?> user)) {
            throw new EnrichmentException("must return a Map of the user as its body, not "
                    + (enriched == null ? "nothing" : enriched.getClass().getName()));
        }
        for (Map.Entry<?, ?> field : user.entrySet()) {
            Object value = field.getValue();
            if (!USER_FIELDS.contains(field.getKey())) {
                throw new EnrichmentException("returned the user field '" + field.getKey()
                        + "', which Live doesn't know; put own data into 'extra'");
            }
            boolean fits =
                    value == null || (field.getKey().equals("extra") ? value instanceof Map : value instanceof String);
            if (!fits) {
                throw new EnrichmentException("returned the user field '" + field.getKey()
                        + "' as " + value.getClass().getName() + ", expected a "
                        + (field.getKey().equals("extra") ? "Map" : "String"));
            }
        }
        if (!hash.equals(user.get("hash"))) {
            throw new EnrichmentException("must leave the user's 'hash' as it is");
        }
        if (!(user.get("firstname") instanceof String firstname) || firstname.isEmpty()) {
            throw new EnrichmentException("must leave the user a 'firstname'");
        }
        return (Map<String, Object>) user;
    }

    /**
     * What Live answered: {@code conversationId}, and {@code customToken}, {@code messageQueueId} and {@code notAttended}
     * where they are there.
     *
     * @throws RefusedException {@code invalid-response} without a usable conversationId
     */
    Map<String, Object> answer(LiveResponse response) throws RefusedException {
        ObjectNode answer;
        try {
            answer = StrictJson.object(response.body());
        } catch (RefusedException e) {
            throw RefusedException.answer("Live's answer to the queue call: " + e.getMessage(), response);
        }
        String conversationId = tokenFilter.clean(answer.path("conversationId").asText());
        if (!answer.path("conversationId").isTextual() || !conversationId.matches("[A-Za-z0-9_-]{1,128}")) {
            throw RefusedException.answer("Live's answer to the queue call holds no usable conversationId", response);
        }
        Map<String, Object> conversation = new LinkedHashMap<>();
        conversation.put("conversationId", conversationId);
        for (String field : List.of("customToken", "messageQueueId", "notAttended")) {
            JsonNode value = answer.get(field);
            if (value != null) {
                // once more now that it is decoded
                conversation.put(field, value.isTextual() ? tokenFilter.clean(value.textValue()) : value);
            }
        }
        return conversation;
    }
}
