package dev.livebridge.message;

import dev.livebridge.delivery.ErrorCode;
import dev.livebridge.delivery.JmsProperties;
import dev.livebridge.delivery.RefusedException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Extra fields of a user, as callers give them and as Live takes them. */
final class ExtraFields {
    private static final String PROPERTY_PREFIX = "extra_";

    private ExtraFields() {}

    /**
     * What the caller gave: the fields of the body, then the JMS properties that begin with {@code extra_}; the body
     * wins.
     *
     * @param extra {@code user.extra}, a Map, a List of Maps, or null
     */
    static Map<String, Object> requested(Object extra, Message message) throws RefusedException, JMSException {
        Map<String, Object> fields = new LinkedHashMap<>();
        List<?> objects = extra == null ? List.of() : extra instanceof List<?> list ? list : List.of(extra);
        for (int i = 0; i < objects.size(); i++) {
            for (Map.Entry<?, ?> field : ((Map<?, ?>) objects.get(i)).entrySet()) {
                if (fields.putIfAbsent((String) field.getKey(), field.getValue()) != null) {
                    throw RefusedException.request(
                            ErrorCode.INVALID_REQUEST,
                            "/user/extra/" + i + "/" + RequestSchema.pointer((String) field.getKey()),
                            "is given twice");
                }
            }
        }
        for (Map.Entry<String, Object> property : JmsProperties.of(message).entrySet()) {
            if (property.getKey().equals(PROPERTY_PREFIX)) {
                throw RefusedException.request(
                        ErrorCode.INVALID_REQUEST, "property:" + PROPERTY_PREFIX, "names no extra field");
            }
            if (property.getKey().startsWith(PROPERTY_PREFIX) && property.getValue() != null) {
                if (value(property.getValue()) == null) {
                    throw RefusedException.request(
                            ErrorCode.INVALID_REQUEST,
                            "property:" + property.getKey(),
                            "must be a string, a number or a boolean");
                }
                if (!StrictJson.isUnicode(property.getKey() + property.getValue())) {
                    throw RefusedException.request(
                            ErrorCode.INVALID_REQUEST, "property:" + property.getKey(), "contains a lone surrogate");
                }
                fields.putIfAbsent(property.getKey().substring(PROPERTY_PREFIX.length()), property.getValue());
            }
        }
        return fields;
    }

    /** The value as Live takes it, a string or an integer; null where it is neither text, number nor boolean. */
    static Object value(Object value) {
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return value;
        }
        if (value instanceof BigDecimal number) {
            return number.toPlainString();
        }
        return value instanceof CharSequence || value instanceof Number || value instanceof Boolean
                ? value.toString()
                : null;
    }
}
