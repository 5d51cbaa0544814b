package dev.livebridge.jms;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.TextMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Converter;
import org.apache.camel.TypeConverters;

/**
 * The bodies of JMS messages, as routes of the integrator's own ask for them: the JMS component hands messages on as they are,
 * so that the bridge looks at their type first. A message without a text has none here either. A BytesMessage may be a text that
 * arrived as bytes ({@link LargeMessages}).
 */
@Converter
public final class JmsBodies implements TypeConverters {
    @Converter(allowNull = true)
    public String toText(TextMessage message) throws JMSException {
        return message.getText();
    }

    /** In UTF-8. */
    @Converter
    public String toText(BytesMessage message) throws JMSException, IOException {
        StringWriter text = new StringWriter();
        try (Reader body = original(message).text()) {
            body.transferTo(text);
        }
        return text.toString();
    }

    /** Of a text in UTF-8. */
    @Converter
    public byte[] toBytes(BytesMessage message) throws JMSException, IOException {
        Original original = original(message);
        if (original.type() == Original.Type.TEXT) {
            return toText(message).getBytes(StandardCharsets.UTF_8);
        }
        try (InputStream body = original.open()) {
            return body.readAllBytes();
        }
    }

    private static Original original(BytesMessage message) throws JMSException {
        Original original = Original.unkept(message);
        if (original.type() == Original.Type.OTHER) {
            throw new MessageFormatException(
                    "expected a TextMessage or a BytesMessage, not a " + LargeMessages.typeName(message));
        }
        return original;
    }

    /** In UTF-8. */
    @Converter(allowNull = true)
    public byte[] toBytes(TextMessage message) throws JMSException {
        String text = message.getText();
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    @Converter(allowNull = true)
    public InputStream toStream(TextMessage message) throws JMSException {
        byte[] bytes = toBytes(message);
        return bytes == null ? null : new ByteArrayInputStream(bytes);
    }

    @Converter
    public InputStream toStream(BytesMessage message) throws JMSException, IOException {
        return new ByteArrayInputStream(toBytes(message));
    }
}
