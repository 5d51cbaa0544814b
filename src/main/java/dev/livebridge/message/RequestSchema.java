package dev.livebridge.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.livebridge.failure.Violation;
import java.util.List;
import java.util.Locale;

/** One of the JSON Schemas beside {@code dev/livebridge/schema}, which are the documentation of the formats. */
public final class RequestSchema {
    private static final int MAX_VIOLATIONS = 100;
    private static final int MAX_MESSAGE = 300;

    private final JsonSchema schema;

    private RequestSchema(JsonSchema schema) {
        this.schema = schema;
    }

    /** The schema of this file name, {@code conversation-request.schema.json}. */
    public static RequestSchema of(String file) {
        SchemaValidatorsConfig config = SchemaValidatorsConfig.builder()
                .pathType(PathType.JSON_POINTER)
                .errorMessageKeyword("errorMessage")
                .locale(Locale.ENGLISH)
                .build();
        JsonSchema schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(SchemaLocation.of("classpath:dev/livebridge/schema/" + file), config);
        schema.initializeValidators();
        return new RequestSchema(schema);
    }

    /** All violations in one go, in the order of the document, at most 100; empty where it is valid. */
    public List<Violation> violations(JsonNode document) {
        return schema.validate(document).stream()
                // of alternatives, that none or several hold says it all
                .filter(message -> !message.getEvaluationPath().toString().contains("/oneOf/"))
                .map(RequestSchema::violation)
                .distinct()
                .limit(MAX_VIOLATIONS)
                .toList();
    }

    private static Violation violation(ValidationMessage message) {
        String at = message.getInstanceLocation().toString();
        boolean missing = "required".equals(message.getType());
        boolean additional = "additionalProperties".equals(message.getType());
        // the validator passes over names that begin with '#': the schemas forbid those by a pattern
        boolean unknown = additional || "false".equals(message.getType());
        boolean empty = "minLength".equals(message.getType());
        if (missing || additional) {
            at += "/" + pointer(message.getProperty());
        }
        String text = missing || empty ? "is required" : unknown ? "is not a field of this format" : message.getError();
        return new Violation(cut(at.isEmpty() ? "/" : at), cut(text));
    }

    /** A name as a step of a JSON Pointer. */
    static String pointer(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static String cut(String text) {
        return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE) + "…";
    }
}
