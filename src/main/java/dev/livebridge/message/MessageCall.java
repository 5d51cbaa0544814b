package dev.livebridge.message;

import dev.livebridge.attachment.Addresses;
import dev.livebridge.attachment.Attachment;
import dev.livebridge.delivery.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/** Live's message call: what the end user writes to the agent. */
public final class MessageCall {
    private final String path;
    private final Addresses addresses;

    /**
     * @param path      {@code live.api.message-path}, with the placeholder <code>{conversationId}</code>
     * @param addresses of what lies in S3
     */
    public MessageCall(String path, Addresses addresses) {
        this.path = path;
        this.addresses = addresses;
    }

    /**
     * Makes the body of {@code POST /<conversationId>/client/message}, a Map: the text where there is one, then the
     * attachments, with addresses that are signed anew for each try; and the variable {@code path}.
     */
    public void build(Exchange exchange) {
        Progress progress = Progress.of(exchange);
        // the id was checked: it needs no encoding
        exchange.setVariable("path", path.replace("{conversationId}", progress.conversationId()));
        exchange.getMessage().setBody(Map.of("message", entries(progress.request())));
    }

    private List<Map<String, Object>> entries(Map<String, Object> request) {
        List<Map<String, Object>> entries = new ArrayList<>();
        if (request.get("text") instanceof String text && !text.isEmpty()) {
            entries.add(entry("text", text));
        }
        for (Object element : (List<?>) request.get("attachments")) {
            Attachment attachment = (Attachment) element;
            addresses.sign(attachment);
            entries.add(entry(attachment.action(), attachment.address()));
        }
        return entries;
    }

    private static Map<String, Object> entry(String action, String value) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("action", action);
        entry.put("value", value);
        entry.put("source", "user");
        return entry;
    }
}
