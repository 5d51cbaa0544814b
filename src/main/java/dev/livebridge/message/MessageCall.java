package dev.livebridge.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.attachment.Attachment;
import java.util.ArrayList;
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

    /** The body: the text where there is one, then the attachments, which have their addresses by now. */
    public byte[] body(@Variable("request") Map<String, Object> request) throws JsonProcessingException {
        List<Map<String, Object>> entries = new ArrayList<>();
        if (request.get("text") instanceof String text && !text.isEmpty()) {
            entries.add(entry("text", text));
        }
        for (Object element : (List<?>) request.get("attachments")) {
            Attachment attachment = (Attachment) element;
            entries.add(entry(attachment.action(), attachment.address()));
        }
        return MAPPER.writeValueAsBytes(Map.of("message", entries));
    }

    private static Map<String, Object> entry(String action, String value) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("action", action);
        entry.put("value", value);
        entry.put("source", "user");
        return entry;
    }
}
