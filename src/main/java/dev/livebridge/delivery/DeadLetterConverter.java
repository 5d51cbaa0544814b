package dev.livebridge.delivery;

import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.io.IOException;
import org.springframework.jms.support.converter.MessageConversionException;
import org.springframework.jms.support.converter.MessageConverter;

/**
 * Makes the dead letter of a received message: the message as it came, without expiry. Camel adds the headers of the
 * exchange to it; a caller's own {@code live*} properties make way for them.
 */
public final class DeadLetterConverter implements MessageConverter {
    @Override
    public Message toMessage(Object original, Session session) throws JMSException {
        try {
            Message message = Onward.of((Original) original, session, properties -> properties
                    .keySet()
                    .removeIf(name -> name.startsWith("live")));
            message.setJMSExpiration(0);
            message.setJMSDeliveryMode(DeliveryMode.PERSISTENT);
            return message;
        } catch (IOException e) {
            throw new MessageConversionException("cannot read a message from the spool", e);
        }
    }

    @Override
    public Object fromMessage(Message message) {
        return message;
    }
}
