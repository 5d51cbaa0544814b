package dev.livebridge.lookup;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which fields of an answer become extra fields, and under which names. Only what Live takes: texts, numbers, booleans, and
 * what has a text of its own, such as a date; the rest, and what is null, is left out.
 */
public final class Fields {
    private final Map<String, String> byName;

    /** @param byName the field of the answer by the name of the extra field; empty for all, under their own names */
    public Fields(Map<String, String> byName) {
        this.byName = byName;
    }

    /** Of a JSON answer; a field may be a JSON Pointer: {@code /account/plan}. */
    Map<String, Object> of(JsonNode answer) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (byName.isEmpty()) {
            answer.properties().forEach(field -> add(values, field.getKey(), scalar(field.getValue())));
        } else {
            byName.forEach((name, field) ->
                    add(values, name, scalar(field.startsWith("/") ? answer.at(field) : answer.path(field))));
        }
        return values;
    }

    /** Of a row. */
    Map<String, Object> of(Map<String, Object> row) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (byName.isEmpty()) {
            row.forEach((column, value) -> add(values, column, scalar(value)));
        } else {
            byName.forEach((name, column) -> add(values, name, scalar(row.get(column))));
        }
        return values;
    }

    private static void add(Map<String, Object> values, String name, Object value) {
        if (value != null && !name.isEmpty() && isUnicode(name) && isUnicode(value.toString())) {
            values.put(name, value);
        }
    }

    private static Object scalar(JsonNode node) {
        if (node.isNumber()) {
            return node.numberValue();
        }
        return node.isBoolean() ? (Object) node.booleanValue() : node.textValue();
    }

    private static Object scalar(Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean) {
            return value;
        }
        return value.getClass().isArray() ? null : value.toString();
    }

    /** A lone surrogate can't be sent. */
    private static boolean isUnicode(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
