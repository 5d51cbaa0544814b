package dev.livebridge.message;

import dev.livebridge.attachment.Addresses;
import dev.livebridge.attachment.Attachment;
import dev.livebridge.delivery.Progress;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/** Live's message call: what the end user writes to the agent. */
public final class MessageCall {
    private final String path;
    private final Addresses addresses;
    private final long maxEntries;

    /** A text or an attachment, as Live takes it. */
    private record Entry(String action, String value, String source) {
        Entry(String action, String value) {
            this(action, value, "user");
        }
    }

    /**
     * @param path      {@code live.api.message-path}, with the placeholder <code>{conversationId}</code>
     * @param addresses of what lies in S3
     * @param split     {@code live.api.split-entries}
     */
    public MessageCall(String path, Addresses addresses, boolean split) {
        this.path = path;
        this.addresses = addresses;
        this.maxEntries = split ? 1 : Long.MAX_VALUE;
    }

    /**
     * Makes the body of {@code POST /<conversationId>/client/message}, a Map: the text where there is one, then the
     * attachments, with addresses that are signed anew for each try; where entries are split, the next of them alone. And the
     * variable {@code path}.
     */
    public void build(Exchange exchange) {
        Progress progress = Progress.of(exchange);
        // the id was checked: it needs no encoding
        exchange.setVariable("path", path.replace("{conversationId}", progress.conversationId()));
        List<Entry> entries =
                progress.unsent().stream().limit(maxEntries).map(this::entry).toList();
        exchange.getMessage().setBody(Map.of("message", entries));
    }

    private Entry entry(Object unsent) {
        if (unsent instanceof Attachment attachment) {
            addresses.sign(attachment);
            return new Entry(attachment.action(), attachment.address());
        }
        return new Entry("text", (String) unsent);
    }
}
