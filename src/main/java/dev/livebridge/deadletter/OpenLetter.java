package dev.livebridge.deadletter;

import dev.livebridge.jms.Addressee;
import dev.livebridge.jms.JmsProperties;
import dev.livebridge.jms.LargeMessages;
import dev.livebridge.jms.Original;
import jakarta.jms.BytesMessage;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A dead letter with all that it holds. */
public final class OpenLetter {
    private final Original original;
    private final String type;
    private final Map<String, Object> header;
    private final Map<String, Object> properties;

    private OpenLetter(Original original, String type, Map<String, Object> header, Map<String, Object> properties) {
        this.original = original;
        this.type = type;
        this.header = header;
        this.properties = properties;
    }

    static OpenLetter of(Message message) throws JMSException {
        Original original = Original.unkept(message);
        Map<String, Object> properties = new TreeMap<>(JmsProperties.of(message));
        properties.keySet().removeIf(Original::isOfTheDelivery);
        return new OpenLetter(original, typeName(message), header(message), properties);
    }

    private static String typeName(Message message) throws JMSException {
        if (LargeMessages.is(message)) {
            return LargeMessages.typeName(message);
        }
        return Stream.of(
                        TextMessage.class,
                        BytesMessage.class,
                        MapMessage.class,
                        StreamMessage.class,
                        ObjectMessage.class)
                .filter(type -> type.isInstance(message))
                .map(Class::getSimpleName)
                .findFirst()
                .orElse("Message");
    }

    private static Map<String, Object> header(Message message) throws JMSException {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("JMSMessageID", message.getJMSMessageID());
        header.put("JMSTimestamp", Instant.ofEpochMilli(message.getJMSTimestamp()));
        header.put("JMSCorrelationID", JmsProperties.orNull(message::getJMSCorrelationID));
        Destination replyTo = JmsProperties.orNull(message::getJMSReplyTo);
        header.put("JMSReplyTo", replyTo == null ? null : replyTo.toString());
        header.put("JMSType", JmsProperties.orNull(message::getJMSType));
        header.put("JMSPriority", message.getJMSPriority());
        header.values().removeIf(value -> value == null);
        return header;
    }

    /** {@code TextMessage} and the like. */
    public String type() {
        return type;
    }

    /** The JMS header, without what is not set. */
    public Map<String, Object> header() {
        return header;
    }

    /** By name; the message's own and the bridge's. */
    public Map<String, Object> properties() {
        return properties;
    }

    /** Whom it names; reads no more of its body than it must. */
    public Addressee addressee() {
        return DeadLetter.addressee(original.message());
    }

    /** Whether it has a body of text or bytes; no other is ever opened. */
    public boolean hasBody() {
        return original.type() != Original.Type.OTHER;
    }

    /**
     * The beginning of its body, at most so many characters; empty where it is no text in UTF-8, as far as that. Reads
     * no more of it than that.
     */
    public Optional<String> beginning(int length) throws JMSException, IOException {
        if (original.type() == Original.Type.BYTES) {
            // a character has at most four bytes
            return text(original.open().readNBytes(4 * length))
                    .map(text -> text.substring(0, Math.min(length, text.length())));
        }
        char[] characters = new char[length];
        int read = 0;
        try (Reader text = original.text()) {
            for (int more; read < length && (more = text.read(characters, read, length - read)) > 0; ) {
                read += more;
            }
        }
        return Optional.of(new String(characters, 0, read));
    }

    /** These bytes as text, without a character that the end cuts off; empty where they are none. */
    private static Optional<String> text(byte[] utf8) {
        CharBuffer text = CharBuffer.allocate(utf8.length);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        boolean isText = !decoder.decode(ByteBuffer.wrap(utf8), text, false).isError();
        String decoded = text.flip().toString();
        // NUL and the like are valid UTF-8, but no text
        return isText && decoded.chars().noneMatch(c -> c < ' ' && c != '\t' && c != '\n' && c != '\r')
                ? Optional.of(decoded)
                : Optional.empty();
    }

    /** Writes its body: the bytes of a BytesMessage, the text of a TextMessage in UTF-8. */
    public void writeBody(OutputStream out) throws JMSException, IOException {
        if (original.type() == Original.Type.BYTES) {
            original.writeTo(out);
            return;
        }
        Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        try (Reader text = original.text()) {
            text.transferTo(writer);
        }
        writer.flush();
    }
}
