package dev.livebridge.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.livebridge.jms.Digest;

/**
 * An event of Live as it came, without the bot's token.
 *
 * @param name           what happened: {@code attended}, {@code transfer}, or any other name of Live's
 * @param conversationId {@code roomId}
 * @param id             the same for a repeated event: a digest of {@code roomId}, {@code name} and {@code timestamp}
 * @param json           all of it
 */
public record LiveEvent(String name, String conversationId, String id, ObjectNode json) {
    static LiveEvent of(ObjectNode json) {
        String name = json.get("name").textValue();
        String conversationId = json.get("roomId").textValue();
        String timestamp = json.get("timestamp").bigIntegerValue().toString();
        return new LiveEvent(name, conversationId, Digest.of(conversationId + "\n" + name + "\n" + timestamp), json);
    }

    /** Which bot Live says that it is about. */
    public long botId() {
        return json.path("botId").longValue();
    }

    /** Of a transfer, {@code data.target} as text; null where there is none. */
    public String target() {
        JsonNode target = json.path("data").path("target");
        return target.isMissingNode() || target.isNull()
                ? null
                : target.isValueNode() ? target.asText() : target.toString();
    }
}
