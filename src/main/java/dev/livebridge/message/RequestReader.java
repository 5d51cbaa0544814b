package dev.livebridge.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.livebridge.delivery.Progress;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.failure.Violation;
import dev.livebridge.jms.JmsProperties;
import dev.livebridge.jms.Original;
import dev.livebridge.spool.SpoolFolder;
import jakarta.jms.JMSException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.ZipException;

/**
 * Turns a JMS message into the request that its JSON holds, or refuses it with all that is wrong. Only text and bytes are
 * ever opened: an ObjectMessage is refused by its type, so nothing of it is deserialised.
 */
public class RequestReader {
    static final ObjectReader MAP =
            new JsonMapper().readerForMapOf(Object.class).with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final RequestSchema schema;
    private final long maxTextSize;

    /**
     * @param schema      what the request must look like
     * @param maxTextSize {@code live.messages.max-text-size}, bytes in UTF-8
     */
    public RequestReader(RequestSchema schema, long maxTextSize) {
        this.schema = schema;
        this.maxTextSize = maxTextSize;
    }

    /**
     * Reads the request, and whom it is for, by {@code user} or {@code userHash}; once, whatever is retried.
     *
     * @throws RefusedException {@code invalid-request} or {@code invalid-json}, with the path of each violation
     */
    public final void read(Progress progress) throws RefusedException, JMSException, IOException {
        if (progress.request() == null) {
            checkProperties(progress.original());
            Map<String, Object> request = readBody(progress);
            progress.setRequest(request);
            Object hash = request.get("user") instanceof Map<?, ?> user ? user.get("hash") : request.get("userHash");
            progress.setUserHash((String) hash);
        }
    }

    /** What can't be sent on with what the bridge adds to it could never be set aside, nor become a whole dead letter. */
    private static void checkProperties(Original original) throws RefusedException, JMSException {
        int size = original.propertiesSize();
        if (size > JmsProperties.MAX_SIZE) {
            throw RefusedException.request(
                    ErrorCode.INVALID_REQUEST,
                    "/",
                    "the JMS properties have " + size + " bytes, at most " + JmsProperties.MAX_SIZE
                            + " are allowed; the longest are left out of the dead letter");
        }
    }

    private Map<String, Object> readBody(Progress progress) throws RefusedException, JMSException, IOException {
        try {
            return read(progress.original(), progress.spool());
        } catch (ZipException | EOFException e) {
            throw RefusedException.request(
                    ErrorCode.INVALID_REQUEST, "/", "the body is not what the message says of it: " + e.getMessage());
        }
    }

    Map<String, Object> read(Original original, SpoolFolder spool) throws RefusedException, JMSException, IOException {
        return read(original, parser -> parser);
    }

    /**
     * The request as a Map: objects are Maps, arrays Lists, integers Integer or Long, other numbers BigDecimal.
     *
     * @param wrapped makes of the parser one that takes long values out of the stream
     * @throws RefusedException {@code invalid-request} or {@code invalid-json}, with the path of each violation
     */
    final Map<String, Object> read(Original original, UnaryOperator<JsonParser> wrapped)
            throws RefusedException, JMSException, IOException {
        if (original.type() == Original.Type.OTHER) {
            throw RefusedException.request(
                    ErrorCode.INVALID_REQUEST, "/", "expected a TextMessage or a BytesMessage with a body of JSON");
        }
        long length = original.maxLength() <= maxTextSize ? 0 : length(original, maxTextSize);
        if (length > maxTextSize) {
            throw RefusedException.request(
                    ErrorCode.INVALID_REQUEST,
                    "/",
                    "the body has " + length + " bytes, live.messages.max-text-size allows " + maxTextSize);
        }
        return map(StrictJson.object(original.text(), wrapped), violation -> violation);
    }

    /**
     * The request that this document holds, if the schema allows it.
     *
     * @param named makes of a violation of the document one of what the sender wrote
     */
    final Map<String, Object> map(ObjectNode document, UnaryOperator<Violation> named)
            throws RefusedException, IOException {
        List<Violation> violations = schema.violations(document);
        if (!violations.isEmpty()) {
            throw RefusedException.request(
                    ErrorCode.INVALID_REQUEST, violations.stream().map(named).toList());
        }
        return MAP.readValue(document);
    }

    private static long length(Original original, long limit) throws RefusedException, JMSException, IOException {
        try {
            return original.length(limit);
        } catch (CharacterCodingException e) {
            throw RefusedException.request(ErrorCode.INVALID_JSON, "/", "the body contains a lone surrogate");
        }
    }
}
