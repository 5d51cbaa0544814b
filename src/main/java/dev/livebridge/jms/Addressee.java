package dev.livebridge.jms;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.util.zip.ZipException;

/**
 * Whose message it is, by a look that judges nothing: it goes no further than it must, and memory is constant whatever the
 * size of the body. What a reading of the whole would refuse may well have an addressee here.
 *
 * @param conversationId null where the message names none
 * @param userHash       of {@code userHash} or {@code user.hash}; null where it names none
 * @param bot            whose user that is; null where the message names none, or it wasn't asked for
 */
public record Addressee(String conversationId, String userHash, String bot) {
    public static final Addressee NONE = new Addressee(null, null, null);

    /** Longer values are no address: 128 and 256 characters are the most that are allowed. */
    private static final int MAX_LENGTH = 256;

    /**
     * An address further behind is none, as a body that was compressed may be a thousand times as long as what came. More
     * than {@code live.messages.max-text-size} allows by default.
     */
    private static final long MAX_DOCUMENT = 34_000_000;

    private static final JsonFactory JSON = JsonFactory.builder()
            // names that callers think up are not kept
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(MAX_LENGTH)
                    .maxDocumentLength(MAX_DOCUMENT)
                    .build())
            .build();

    /**
     * Of a request on any of the in-queues; {@link #NONE} where the body is none.
     *
     * @param withBot whether to look for the bot of a user, which may stand at the end of a long body
     * @throws IOException if the body can't be read for other reasons than what it holds
     */
    public static Addressee of(Original original, boolean withBot) throws JMSException, IOException {
        Message message = original.message();
        if (original.type() == Original.Type.BYTES && message.propertyExists("fileName")) {
            return ofProperties(message);
        }
        if (original.type() == Original.Type.OTHER) {
            return NONE;
        }
        try (Reader text = original.text()) {
            return ofJson(text, withBot);
        } catch (ZipException | EOFException e) {
            // its body is not what the message says of it
            return NONE;
        }
    }

    static Addressee ofProperties(Message message) throws JMSException {
        return new Addressee(
                property(message, "conversationId"), property(message, "userHash"), property(message, "bot"));
    }

    private static String property(Message message, String name) throws JMSException {
        return message.getObjectProperty(name) instanceof String text ? orNull(text) : null;
    }

    /** Of JSON, as far as it must be read. */
    static Addressee ofJson(Reader text, boolean withBot) throws IOException {
        try {
            text.mark(1);
            if (text.read() != '\uFEFF') {
                text.reset();
            }
            try (JsonParser json = JSON.createParser(text)) {
                return json.nextToken() == JsonToken.START_OBJECT ? ofObject(json, withBot) : NONE;
            }
        } catch (JsonProcessingException | CharacterCodingException e) {
            return NONE;
        }
    }

    private static Addressee ofObject(JsonParser json, boolean withBot) throws IOException {
        String userHash = null;
        String bot = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            boolean isText = json.nextToken() == JsonToken.VALUE_STRING;
            if (isText && name.equals("conversationId") && userHash == null && orNull(json.getText()) != null) {
                return new Addressee(json.getText(), null, null);
            }
            if (isText && name.equals("userHash") && userHash == null) {
                userHash = orNull(json.getText());
            } else if (isText && name.equals("bot")) {
                bot = orNull(json.getText());
            } else if (json.currentToken() == JsonToken.START_OBJECT && name.equals("user") && userHash == null) {
                userHash = hash(json);
            } else {
                json.skipChildren();
            }
            if (userHash != null && (bot != null || !withBot)) {
                return new Addressee(null, userHash, bot);
            }
        }
        return new Addressee(null, userHash, bot);
    }

    /** Of the user at whose beginning the parser stands; null, and the parser at its end, where it has none. */
    private static String hash(JsonParser user) throws IOException {
        while (user.nextToken() == JsonToken.FIELD_NAME) {
            boolean isHash = user.currentName().equals("hash");
            if (user.nextToken() == JsonToken.VALUE_STRING && isHash) {
                String hash = orNull(user.getText());
                if (hash != null) {
                    return hash;
                }
            }
            user.skipChildren();
        }
        return null;
    }

    private static String orNull(String text) {
        return text.isEmpty() || text.length() > MAX_LENGTH ? null : text;
    }
}
