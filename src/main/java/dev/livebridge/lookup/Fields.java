package dev.livebridge.lookup;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which fields of an answer become extra fields, and under which names. Only what Live takes: texts, numbers, booleans, and
 * what has a text of its own, such as a date; the rest, and what is null, is left out.
 */
public final class Fields {
    private final Map<String, String> byName;

    /**
     * @param byName the field of the answer by the name of the extra field, in JSON maybe as a JSON Pointer
     *               ({@code /account/plan}); empty for all, under their own names
     */
    public Fields(Map<String, String> byName) {
        this.byName = byName;
    }

    /**
     * The extra fields.
     *
     * @param answer a JSON object, a row as a Map, a List of rows, of which the first counts, or null where there is nothing
     */
    @SuppressWarnings("unchecked")
    Map<String, Object> of(Object answer) {
        if (answer instanceof List<?> rows) {
            return of(rows.isEmpty() ? null : rows.get(0));
        }
        Map<String, Object> all = answer instanceof Map<?, ?> ? (Map<String, Object>) answer : new LinkedHashMap<>();
        if (answer instanceof JsonNode json) {
            json.properties().forEach(field -> all.put(field.getKey(), field.getValue()));
        }
        Map<String, Object> values = new LinkedHashMap<>();
        if (byName.isEmpty()) {
            all.forEach((name, value) -> add(values, name, value));
        }
        byName.forEach((name, field) -> add(
                values,
                name,
                answer instanceof JsonNode json && field.startsWith("/") ? json.at(field) : all.get(field)));
        return values;
    }

    private static void add(Map<String, Object> values, String name, Object field) {
        Object value = scalar(field);
        // a lone surrogate can't be sent
        if (value != null
                && !name.isEmpty()
                && StandardCharsets.UTF_8.newEncoder().canEncode(name + " " + value)) {
            values.put(name, value);
        }
    }

    private static Object scalar(Object field) {
        if (field instanceof JsonNode json) {
            return json.isNumber()
                    ? json.numberValue()
                    : json.isBoolean() ? (Object) json.booleanValue() : json.textValue();
        }
        if (field == null || field instanceof Number || field instanceof Boolean) {
            return field;
        }
        return field.getClass().isArray() ? null : field.toString();
    }
}
