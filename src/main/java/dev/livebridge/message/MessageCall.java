package dev.livebridge.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Variable;

/** Live's message call: what the end user writes to the agent. */
public final class MessageCall {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private final String path;

    /** @param path {@code live.api.message-path}, with the placeholder <code>{conversationId}</code> */
    public MessageCall(String path) {
        this.path = path;
    }

    /** The path of this conversation. Its id was checked: it needs no encoding. */
    public String path(@Variable("conversationId") String conversationId) {
        return path.replace("{conversationId}", conversationId);
    }

    /** The body: one entry, the text. */
    public byte[] body(@Variable("request") Map<String, Object> request) throws JsonProcessingException {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("action", "text");
        entry.put("value", request.get("text"));
        entry.put("source", "user");
        return MAPPER.writeValueAsBytes(Map.of("message", List.of(entry)));
    }
}
