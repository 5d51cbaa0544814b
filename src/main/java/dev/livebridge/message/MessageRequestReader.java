package dev.livebridge.message;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.livebridge.attachment.Attachment;
import dev.livebridge.delivery.ErrorCode;
import dev.livebridge.delivery.Original;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.RefusedException;
import dev.livebridge.delivery.Violation;
import dev.livebridge.spool.SpoolFolder;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a JMS message into what the end user writes: JSON, or a BytesMessage with the property {@code fileName}, which is
 * one attachment.
 */
public final class MessageRequestReader {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String FILE_NAME = "fileName";

    private final RequestSchema schema;
    private final RequestReader json;
    private final long maxInlineSize;

    /**
     * @param schema        what the request must look like
     * @param maxTextSize   {@code live.messages.max-text-size}, bytes in UTF-8
     * @param maxInlineSize {@code live.attachments.max-inline-size}, bytes
     */
    public MessageRequestReader(RequestSchema schema, long maxTextSize, long maxInlineSize) {
        this.schema = schema;
        this.json = new RequestReader(schema, maxTextSize);
        this.maxInlineSize = maxInlineSize;
    }

    /**
     * Reads the request as {@link RequestReader} gives it, with {@code attachments} as a List of {@link Attachment}, empty
     * where there are none; and whom it is for, by {@code userHash} or {@code user}. Once, whatever is retried.
     *
     * @throws RefusedException {@code invalid-request}, {@code invalid-json} or {@code attachment-too-large}
     */
    public void read(Progress progress) throws RefusedException, JMSException, IOException {
        if (progress.request() == null) {
            Map<String, Object> request = read(progress.original(), progress.spool());
            progress.setRequest(request);
            Object userHash =
                    request.get("user") instanceof Map<?, ?> user ? user.get("hash") : request.get("userHash");
            progress.setUserHash((String) userHash);
        }
    }

    Map<String, Object> read(Original original, SpoolFolder spool) throws RefusedException, JMSException, IOException {
        int files = spool.files();
        try {
            return readAny(original, spool);
        } catch (IOException e) {
            // a full disk must not be kept full by what is tried again
            spool.removeAfter(files);
            throw e;
        }
    }

    private Map<String, Object> readAny(Original original, SpoolFolder spool)
            throws RefusedException, JMSException, IOException {
        if (!original.message().propertyExists(FILE_NAME)) {
            return readJson(original, spool);
        }
        if (original.type() != Original.Type.BYTES) {
            throw RefusedException.request(
                    ErrorCode.INVALID_REQUEST, "property:" + FILE_NAME, "expected on a BytesMessage only");
        }
        return readBinary(original, spool);
    }

    private Map<String, Object> readJson(Original original, SpoolFolder spool)
            throws RefusedException, JMSException, IOException {
        InlineContents contents = new InlineContents(spool, maxInlineSize);
        Map<String, Object> request;
        try {
            request = json.read(original, contents::takenOutOf);
        } catch (InlineContents.Refusal e) {
            throw e.getCause();
        }
        List<Attachment> attachments = new ArrayList<>();
        for (Object element : (List<?>) request.getOrDefault("attachments", List.of())) {
            @SuppressWarnings("unchecked")
            Map<String, Object> given = (Map<String, Object>) element;
            given.computeIfPresent("content", (field, name) -> contents.get((String) name));
            attachments.add(Attachment.of("/attachments/" + attachments.size(), given));
        }
        request.put("attachments", attachments);
        return request;
    }

    private Map<String, Object> readBinary(Original original, SpoolFolder spool)
            throws RefusedException, JMSException, IOException {
        Message message = original.message();
        ObjectNode attachment = MAPPER.createObjectNode();
        copy(message, FILE_NAME, attachment, "name");
        copy(message, "contentType", attachment, "contentType");
        attachment.put("content", "");
        ObjectNode document = MAPPER.createObjectNode();
        copy(message, "conversationId", document, "conversationId");
        copy(message, "userHash", document, "userHash");
        copy(message, "bot", document, "bot");
        copy(message, "text", document, "text");
        document.putArray("attachments").add(attachment);
        List<Violation> violations = schema.violations(document).stream()
                .map(MessageRequestReader::ofProperty)
                .toList();
        if (!violations.isEmpty()) {
            throw RefusedException.request(ErrorCode.INVALID_REQUEST, violations);
        }

        Map<String, Object> request = new LinkedHashMap<>();
        document.properties().stream()
                .filter(field -> field.getValue().isTextual())
                .forEach(field -> request.put(field.getKey(), field.getValue().textValue()));
        request.put(
                "attachments",
                List.of(Attachment.of(
                        "property:" + FILE_NAME,
                        Map.of("name", attachment.get("name").textValue(), "content", original.content(spool)))));
        return request;
    }

    private static void copy(Message message, String property, ObjectNode to, String field)
            throws RefusedException, JMSException {
        String value;
        try {
            value = message.getStringProperty(property);
        } catch (MessageFormatException e) {
            // bytes, which some clients can set
            throw RefusedException.request(ErrorCode.INVALID_REQUEST, "property:" + property, "must be a string");
        }
        if (value != null) {
            if (!StrictJson.isUnicode(value)) {
                throw RefusedException.request(
                        ErrorCode.INVALID_REQUEST, "property:" + property, "contains a lone surrogate");
            }
            to.put(field, value);
        }
    }

    private static Violation ofProperty(Violation violation) {
        String field = violation.path().replaceAll("^/(attachments/0/)?", "");
        return field.isEmpty()
                ? violation
                : new Violation("property:" + (field.equals("name") ? FILE_NAME : field), violation.message());
    }
}
