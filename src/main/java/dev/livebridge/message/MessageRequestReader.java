package dev.livebridge.message;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.livebridge.attachment.Attachment;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.failure.Violation;
import dev.livebridge.jms.Original;
import dev.livebridge.spool.Content;
import dev.livebridge.spool.SpoolFolder;
import dev.livebridge.spool.TooLargeException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Turns a JMS message into what the end user writes: JSON, or a BytesMessage with the property {@code fileName}, which is
 * one attachment.
 */
public final class MessageRequestReader extends RequestReader {
    private static final String FILE_NAME = "fileName";

    private final long maxInlineSize;
    private final long maxSize;

    /**
     * @param schema        what the request must look like
     * @param maxTextSize   {@code live.messages.max-text-size}, bytes in UTF-8
     * @param maxInlineSize {@code live.attachments.max-inline-size}, bytes
     * @param maxSize       {@code live.attachments.max-size}, bytes
     */
    public MessageRequestReader(RequestSchema schema, long maxTextSize, long maxInlineSize, long maxSize) {
        super(schema, maxTextSize);
        this.maxInlineSize = maxInlineSize;
        this.maxSize = maxSize;
    }

    /**
     * The request with {@code attachments} as a List of {@link Attachment}, empty where there are none.
     *
     * @throws RefusedException {@code invalid-request}, {@code invalid-json} or {@code attachment-too-large}
     */
    @Override
    Map<String, Object> read(Original original, SpoolFolder spool) throws RefusedException, JMSException, IOException {
        int files = spool.files();
        try {
            return original.message().propertyExists(FILE_NAME) ? ofFile(original, spool) : ofJson(original, spool);
        } catch (IOException e) {
            if (e.getCause() instanceof RefusedException refusal) {
                throw refusal;
            }
            // a full disk must not be kept full by what is tried again
            spool.removeAfter(files);
            throw e;
        }
    }

    private Map<String, Object> ofJson(Original original, SpoolFolder spool)
            throws RefusedException, JMSException, IOException {
        InlineContents contents = new InlineContents(spool, maxInlineSize);
        Map<String, Object> request = read(original, contents::takenOutOf);
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

    private Map<String, Object> ofFile(Original original, SpoolFolder spool)
            throws RefusedException, JMSException, IOException {
        if (original.type() != Original.Type.BYTES) {
            throw RefusedException.request(
                    ErrorCode.INVALID_REQUEST, "property:" + FILE_NAME, "expected on a BytesMessage only");
        }
        Message message = original.message();
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        for (String field : List.of("conversationId", "userHash", "bot", "text")) {
            copy(message, field, document, field);
        }
        ObjectNode file = document.putArray("attachments").addObject().put("content", "");
        copy(message, FILE_NAME, file, "name");
        copy(message, "contentType", file, "contentType");
        Map<String, Object> request = map(document, MessageRequestReader::ofProperty);
        Map<String, Object> given = Map.of("name", file.get("name").textValue(), "content", content(original, spool));
        request.put("attachments", List.of(Attachment.of("property:" + FILE_NAME, given)));
        return request;
    }

    private Content content(Original original, SpoolFolder spool) throws RefusedException, JMSException, IOException {
        try {
            return original.content(spool, maxSize);
        } catch (TooLargeException e) {
            throw RefusedException.request(
                    ErrorCode.ATTACHMENT_TOO_LARGE,
                    "property:" + FILE_NAME,
                    "has more than the " + maxSize + " bytes that live.attachments.max-size allows");
        }
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
