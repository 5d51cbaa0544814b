package dev.livebridge.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.livebridge.bot.Bot;
import dev.livebridge.delivery.Progress;
import dev.livebridge.failure.EnrichmentException;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.LiveResponse;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.failure.TokenFilter;
import dev.livebridge.jms.Original;
import jakarta.jms.JMSException;
import java.math.BigDecimal;
import java.sql.Date;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.apache.camel.Exchange;

/** Live's queue call: the body that asks for an agent, and what its answer means. */
public final class QueueCall {
    /** Live's number for conversations that come from outside (live-api: fixed). */
    private static final int PROTOCOL_ID = 28;

    /** Writes what goes to Live: characters beyond the first 65,536 as they are, not as two escapes. */
    public static final JsonMapper LIVE_JSON = JsonMapper.builder()
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
    private final Function<String, List<Long>> groups;
    private final Map<String, Object> configuredExtra;
    private final ExtraShape shape;

    /**
     * @param groups          the ids that {@code live.groups.<name>} maps, empty for a name it doesn't
     * @param configuredExtra {@code live.extra.<Name>}
     */
    public QueueCall(
            TokenFilter tokenFilter,
            Function<String, List<Long>> groups,
            Map<String, Object> configuredExtra,
            ExtraShape shape) {
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
        Map<?, ?> user = known(enriched, requested.get("hash"));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("botId", bot.id());
        body.put("botToken", bot.token());
        body.put("groupsId", groups(request, bot));
        body.put("protocolId", PROTOCOL_ID);
        body.put("status", "queued");
        body.put("lastSender", "user");
        body.put("user", user(user, requested));
        return LIVE_JSON.writeValueAsBytes(body);
    }

    /** {@code groupsId}, the ids of {@code group}, or the bot's default. */
    private List<?> groups(Map<String, Object> request, Bot bot) throws RefusedException {
        if (request.get("groupsId") instanceof List<?> ids) {
            return ids;
        }
        String name = (String) request.get("group");
        List<Long> ids = name == null ? bot.defaultGroups() : groups.apply(name);
        if (ids.isEmpty() && name == null) {
            throw RefusedException.request(
                    ErrorCode.INVALID_REQUEST, "/", "needs groupsId or group: no live.default-groups-id is configured");
        }
        if (ids.isEmpty()) {
            throw RefusedException.request(
                    ErrorCode.UNKNOWN_GROUP, "/group", "no live.groups." + name + " is configured");
        }
        return ids;
    }

    private Map<String, Object> user(Map<?, ?> enriched, Map<String, Object> requested) {
        Map<String, Object> user = new LinkedHashMap<>();
        RequestedUser.FIELDS.forEach(field -> user.put(field, enriched.get(field)));
        user.putIfAbsent("lastname", "");
        @SuppressWarnings("unchecked")
        Map<String, Object> extra = (Map<String, Object>) requested.get("extra");
        if (enriched.get("extra") instanceof Map<?, ?> lookedUp) {
            lookedUp.forEach((name, value) -> extra.putIfAbsent((String) name, value));
        }
        configuredExtra.forEach(extra::putIfAbsent);
        // null counts as absent, as it does in a request
        extra.values().removeIf(Objects::isNull);
        extra.replaceAll((name, value) -> {
            Object taken = extraValue(value);
            if (taken == null) {
                throw new EnrichmentException(
                        "returned extra field '" + name + "', which is no string, number, boolean or time but "
                                + value.getClass().getName());
            }
            return taken;
        });
        user.put("extra", shaped(extra));
        return user;
    }

    /**
     * An extra field's value as Live takes it, a string or an integer; null where it is no text, number, boolean, date or
     * time. Numbers are written out, without an exponent; dates and times in ISO 8601.
     */
    static Object extraValue(Object value) {
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return value;
        }
        if (value instanceof Double || value instanceof Float) {
            double number = ((Number) value).doubleValue();
            return Double.isFinite(number)
                    ? new BigDecimal(value.toString()).stripTrailingZeros().toPlainString()
                    : value.toString();
        }
        if (value instanceof BigDecimal number) {
            // the digits of 1E999999999 would fill the memory
            return Math.abs((long) number.scale()) > StrictJson.MAX_SCALE ? number.toString() : number.toPlainString();
        }
        return value instanceof CharSequence || value instanceof Number || value instanceof Boolean
                ? value.toString()
                : time(value);
    }

    private static String time(Object value) {
        if (value instanceof Timestamp moment) {
            return time(moment.toLocalDateTime());
        }
        if (value instanceof LocalDateTime || value instanceof OffsetDateTime) {
            return DateTimeFormatter.ISO_DATE_TIME.format((TemporalAccessor) value);
        }
        if (value instanceof LocalTime || value instanceof OffsetTime) {
            return DateTimeFormatter.ISO_TIME.format((TemporalAccessor) value);
        }
        // those of java.sql write themselves so, too
        return value instanceof LocalDate || value instanceof Date || value instanceof Time || value instanceof Instant
                ? value.toString()
                : null;
    }

    private Object shaped(Map<String, Object> extra) {
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

    private static Map<?, ?> known(Object enriched, Object hash) {
        if (!(enriched instanceof Map<?, ?> user)) {
            throw new EnrichmentException("must return a Map of the user as its body, not "
                    + (enriched == null ? "nothing" : enriched.getClass().getName()));
        }
        user.forEach((field, value) -> {
            boolean isExtra = field.equals("extra");
            if (!isExtra && !RequestedUser.FIELDS.contains(field)) {
                throw new EnrichmentException(
                        "returned the user field '" + field + "', which Live doesn't know; put own data into 'extra'");
            }
            if (value != null && !(isExtra ? value instanceof Map : value instanceof String)) {
                throw new EnrichmentException("returned the user field '" + field + "' as "
                        + value.getClass().getName() + ", expected a " + (isExtra ? "Map" : "String"));
            }
        });
        if (!hash.equals(user.get("hash"))) {
            throw new EnrichmentException("must leave the user's 'hash' as it is");
        }
        if (!(user.get("firstname") instanceof String firstname) || firstname.isEmpty()) {
            throw new EnrichmentException("must leave the user a 'firstname'");
        }
        return user;
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
        Map<String, Object> conversation = new LinkedHashMap<>();
        for (String field : List.of("conversationId", "customToken", "messageQueueId", "notAttended")) {
            JsonNode value = answer.get(field);
            if (value != null) {
                // once more now that it is decoded
                conversation.put(field, value.isTextual() ? tokenFilter.clean(value.textValue()) : value);
            }
        }
        if (!(conversation.get("conversationId") instanceof String id) || !id.matches("[A-Za-z0-9_-]{1,128}")) {
            throw RefusedException.answer("Live's answer to the queue call holds no usable conversationId", response);
        }
        return conversation;
    }
}
