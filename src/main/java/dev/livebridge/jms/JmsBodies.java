package dev.livebridge.jms;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Converter;
import org.apache.camel.TypeConverters;

/**
 * The bodies of JMS messages, as routes of the integrator's own ask for them: the JMS component hands messages on as they are,
 * so that the bridge looks at their type first. A message without a text has none here either.
 */
@Converter
public final class JmsBodies implements TypeConverters {
    @Converter(allowNull = true)
    public String toText(TextMessage message) throws JMSException {
        return message.getText();
    }

    /** In UTF-8. */
    @Converter
    public String toText(BytesMessage message) throws JMSException {
        return new String(toBytes(message), StandardCharsets.UTF_8);
    }

    @Converter
    public byte[] toBytes(BytesMessage message) throws JMSException {
        byte[] bytes = new byte[Math.toIntExact(message.getBodyLength())];
        message.reset();
        message.readBytes(bytes);
        return bytes;
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
    public InputStream toStream(BytesMessage message) throws JMSException {
        return new ByteArrayInputStream(toBytes(message));
    }
}
