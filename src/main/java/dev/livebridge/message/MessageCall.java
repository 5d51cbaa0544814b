package dev.livebridge.message;

import dev.livebridge.attachment.Addresses;
import dev.livebridge.attachment.Attachment;
import dev.livebridge.delivery.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/** Live's message call: what the end user writes to the agent. */
public final class MessageCall {
    private final String path;
    private final Addresses addresses;

    /** A text or an attachment, as Live takes it. */
    private record Entry(String action, String value, String source) {
        Entry(String action, String value) {
            this(action, value, "user");
        }
    }

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
        List<Entry> entries = new ArrayList<>();
        if (progress.request().get("text") instanceof String text && !text.isEmpty()) {
            entries.add(new Entry("text", text));
        }
        for (Object element : (List<?>) progress.request().get("attachments")) {
            Attachment attachment = (Attachment) element;
            addresses.sign(attachment);
            entries.add(new Entry(attachment.action(), attachment.address()));
        }
        exchange.getMessage().setBody(Map.of("message", entries));
    }
}
