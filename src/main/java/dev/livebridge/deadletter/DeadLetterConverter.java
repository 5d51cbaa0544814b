package dev.livebridge.deadletter;

import dev.livebridge.jms.Original;
import dev.livebridge.jms.Resend;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.util.Map;
import org.springframework.jms.support.converter.MessageConverter;

/**
 * Makes a dead letter of a received message: the body byte for byte, its own properties, no expiry. Camel adds the headers
 * of the exchange to it; a caller's own {@code live*} properties make way for them.
 */
public final class DeadLetterConverter implements MessageConverter {
    @Override
    public Message toMessage(Object original, Session session) throws JMSException {
        Map<String, Object> properties = ((Original) original).properties();
        properties.keySet().removeIf(name -> name.startsWith("live"));
        return Resend.message((Original) original, properties, session);
    }

    @Override
    public Object fromMessage(Message message) {
        return message;
    }
}
