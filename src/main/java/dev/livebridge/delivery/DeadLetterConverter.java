package dev.livebridge.delivery;

import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.util.Map;
import org.springframework.jms.support.converter.MessageConverter;

/**
 * Sends a received message on as it is: any type, the body byte for byte and never opened, its own properties, without
 * expiry. Camel adds the headers of the exchange to it; a caller's own {@code live*} properties make way for them.
 */
public final class DeadLetterConverter implements MessageConverter {
    @Override
    public Message toMessage(Object received, Session session) throws JMSException {
        Message message = (Message) received;
        Map<String, Object> properties = JmsProperties.of(message);
        // what the broker sets on delivery is not the producer's
        properties.keySet().removeIf(name -> name.startsWith("live") || name.equals("JMSXDeliveryCount"));
        // the properties of a received message are read-only until they are cleared
        message.clearProperties();
        for (Map.Entry<String, Object> property : properties.entrySet()) {
            message.setObjectProperty(property.getKey(), property.getValue());
        }
        message.setJMSExpiration(0);
        message.setJMSDeliveryMode(DeliveryMode.PERSISTENT);
        return message;
    }

    @Override
    public Object fromMessage(Message message) {
        return message;
    }
}
