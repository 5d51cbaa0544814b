package dev.livebridge.message;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.livebridge.delivery.ErrorCode;
import dev.livebridge.delivery.RefusedException;
import dev.livebridge.delivery.Violation;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.util.List;
import java.util.Map;

/**
 * Turns a JMS message into the request it holds, or refuses it with all that is wrong. Only text and bytes are ever
 * opened: an ObjectMessage is refused by its type, so nothing of it is deserialised.
 */
public final class RequestReader {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};
    private static final List<String> UNSUPPORTED_PROPERTIES = List.of("fileName", "idempotencyKey");

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
     * The request as a Map: objects are Maps, arrays Lists, integers Integer or Long, other numbers BigDecimal.
     *
     * @throws RefusedException {@code invalid-request} or {@code invalid-json}, with the path of each violation
     */
    public Map<String, Object> read(Message message) throws RefusedException, JMSException {
        refuseUnsupported(message);
        ObjectNode request = open(message);
        List<Violation> violations = schema.violations(request);
        if (!violations.isEmpty()) {
            throw RefusedException.request(ErrorCode.INVALID_REQUEST, violations);
        }
        return MAPPER.convertValue(request, MAP);
    }

    private static void refuseUnsupported(Message message) throws RefusedException, JMSException {
        for (String property : UNSUPPORTED_PROPERTIES) {
            if (message.propertyExists(property)) {
                throw RefusedException.request(
                        ErrorCode.INVALID_REQUEST, "property:" + property, "is not supported yet");
            }
        }
    }

    private ObjectNode open(Message message) throws RefusedException, JMSException {
        if (message instanceof TextMessage text && text.getText() != null) {
            refuseLongerThan(utf8Length(text.getText()));
            return StrictJson.object(text.getText());
        }
        if (message instanceof BytesMessage bytes) {
            refuseLongerThan(bytes.getBodyLength());
            byte[] body = new byte[(int) bytes.getBodyLength()];
            bytes.reset();
            bytes.readBytes(body);
            return StrictJson.object(body);
        }
        throw RefusedException.request(
                ErrorCode.INVALID_REQUEST, "/", "expected a TextMessage or a BytesMessage with a body of JSON");
    }

    private void refuseLongerThan(long length) throws RefusedException {
        if (length > maxTextSize) {
            throw RefusedException.request(
                    ErrorCode.INVALID_REQUEST,
                    "/",
                    "the body has " + length + " bytes, live.messages.max-text-size allows " + maxTextSize);
        }
    }

    /** Without a copy: the text may be as large as the broker lets through. */
    private static long utf8Length(String text) {
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // the two halves of a surrogate pair make four bytes
            length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return length;
    }
}
