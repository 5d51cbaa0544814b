package dev.livebridge.delivery;

import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.io.IOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jms.support.converter.MessageConversionException;
import org.springframework.jms.support.converter.MessageConverter;

/**
 * Sends a received message on as it is: any type, the body byte for byte and never opened, its own properties, without
 * expiry. Camel adds the headers of the exchange to it; a caller's own {@code live*} properties make way for them.
 */
public final class DeadLetterConverter implements MessageConverter {
    /**
     * Asks Artemis to drop what it has seen: not this send. A second dead letter with the id of a first, as from a
     * replay, would roll the transaction back for ever.
     */
    private static final String DUPLICATE_ID = "_AMQ_DUPL_ID";

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterConverter.class);

    @Override
    public Message toMessage(Object original, Session session) throws JMSException {
        Message received = ((Original) original).message();
        Map<String, Object> properties = JmsProperties.of(received);
        // what the broker sets on delivery is not the producer's
        properties
                .keySet()
                .removeIf(name -> name.startsWith("live")
                        || name.equals("JMSXDeliveryCount")
                        || name.equals(DUPLICATE_ID)
                        || name.startsWith("_AMQ_LARGE_"));
        String id = received.getJMSMessageID();
        Message message = resend((Original) original, session);
        // the properties of a received message are read-only until they are cleared
        message.clearProperties();
        for (Map.Entry<String, Object> property : properties.entrySet()) {
            try {
                message.setObjectProperty(property.getKey(), property.getValue());
            } catch (JMSException | RuntimeException e) {
                // a producer of another protocol may have set what JMS forbids; the dead letter must go out all the
                // same
                LOG.warn("{}: property '{}' is left out of its dead letter: {}", id, property.getKey(), e.getMessage());
            }
        }
        if (message != received) {
            copyHeader(received, message);
        }
        message.setJMSExpiration(0);
        message.setJMSDeliveryMode(DeliveryMode.PERSISTENT);
        return message;
    }

    private static void copyHeader(Message from, Message to) throws JMSException {
        if (from.getJMSCorrelationID() != null) {
            to.setJMSCorrelationID(from.getJMSCorrelationID());
        } else if (from.getJMSCorrelationIDAsBytes() != null) {
            to.setJMSCorrelationIDAsBytes(from.getJMSCorrelationIDAsBytes());
        }
        to.setJMSReplyTo(from.getJMSReplyTo());
        to.setJMSType(from.getJMSType());
        to.setJMSPriority(from.getJMSPriority());
    }

    private static Message resend(Original original, Session session) throws JMSException {
        try {
            return original.resend(session);
        } catch (IOException e) {
            throw new MessageConversionException("cannot read a message from the spool", e);
        }
    }

    @Override
    public Object fromMessage(Message message) {
        return message;
    }
}
