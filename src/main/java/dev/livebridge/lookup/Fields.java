package dev.livebridge.lookup;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which fields of an answer become extra fields, and under which names. Only what Live takes: texts, numbers, booleans,
 * dates and times; the rest, and what is null, is left out.
 */
public final class Fields {
    private static final Logger LOG = LoggerFactory.getLogger(Fields.class);

    private final String properties;
    private final Map<String, String> byName;
    private final AtomicBoolean checked = new AtomicBoolean();

    /**
     * @param properties how the properties begin that name them, for the log: {@code live.lookup.http.fields.}
     * @param byName     the field of the answer by the name of the extra field, in JSON maybe as a JSON Pointer
     *                   ({@code /account/plan}); empty for all, under their own names
     */
    public Fields(String properties, Map<String, String> byName) {
        this.properties = properties;
        this.byName = byName;
    }

    /** Warns of each field that is none of these columns. Answers are not checked any more. */
    void check(Collection<String> columns, String source) {
        checked.set(true);
        byName.forEach((name, field) -> {
            if (!columns.contains(field)) {
                LOG.warn("{}{} = {}: {} has no such column", properties, name, field, source);
            }
        });
    }

    /**
     * The extra fields. If the first answer lacks a field, or has an object or an array there, the log has a warning.
     *
     * @param answer a JSON object, a row as a Map, or null where there is nothing
     */
    @SuppressWarnings("unchecked")
    Map<String, Object> of(Object answer) {
        Map<String, Object> all = answer instanceof Map<?, ?> ? (Map<String, Object>) answer : new LinkedHashMap<>();
        if (answer instanceof JsonNode json) {
            json.properties().forEach(field -> all.put(field.getKey(), field.getValue()));
            byName.values().stream()
                    .filter(field -> field.startsWith("/") && !json.at(field).isMissingNode())
                    .forEach(field -> all.put(field, json.at(field)));
        }
        Map<String, Object> values = new LinkedHashMap<>();
        if (byName.isEmpty()) {
            all.forEach((name, value) -> add(values, name, value));
        }
        boolean first = answer != null && checked.compareAndSet(false, true);
        byName.forEach((name, field) -> {
            add(values, name, all.get(field));
            if (first
                    && (!all.containsKey(field) || all.get(field) instanceof JsonNode json && json.isContainerNode())) {
                LOG.warn(
                        "{}{} = {}: the first answer has no text, number or boolean of that name",
                        properties,
                        name,
                        field);
            }
        });
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
        return field;
    }
}
