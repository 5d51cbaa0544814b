package dev.livebridge.jms;

import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.util.StringHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jms.support.converter.MessageConversionException;

/** Sends a received message on as it is: any type, the body byte for byte and never opened. */
public final class Resend {
    private static final Logger LOG = LoggerFactory.getLogger(Resend.class);

    private static final int MAX_LOGGED = 200;

    private Resend() {}

    /** The message with these properties in place of its own; persistent and without expiry. */
    public static Message message(Original original, Map<String, Object> properties, Session session)
            throws JMSException {
        Message received = original.message();
        Message message = withBody(original, properties, session);
        // the properties of a received message are read-only until they are cleared
        message.clearProperties();
        List<String> leftOut = new ArrayList<>();
        for (Map.Entry<String, Object> property : properties.entrySet()) {
            try {
                message.setObjectProperty(property.getKey(), property.getValue());
            } catch (JMSException | RuntimeException e) {
                // a producer of another protocol may have set what JMS forbids; the message must go on all the same
                leftOut.add(property.getKey() + " (" + e.getMessage() + ")");
            }
        }
        if (!leftOut.isEmpty()) {
            LOG.warn(
                    "{}: {} properties are left out of what is sent on, as JMS forbids them, the first is {}",
                    original.identity().messageId(),
                    leftOut.size(),
                    StringHelper.limitLength(leftOut.get(0), MAX_LOGGED));
        }
        if (message != received) {
            copyHeader(received, message);
        }
        message.setJMSExpiration(0);
        message.setJMSDeliveryMode(DeliveryMode.PERSISTENT);
        return message;
    }

    /** Sends it with its own priority. */
    public static void send(MessageProducer producer, Message message, int priority) throws JMSException {
        producer.send(message, DeliveryMode.PERSISTENT, priority, 0);
    }

    private static Message withBody(Original original, Map<String, Object> properties, Session session)
            throws JMSException {
        try {
            return original.resend(properties, session);
        } catch (IOException e) {
            throw new MessageConversionException("cannot read a message from the spool", e);
        }
    }

    private static void copyHeader(Message from, Message to) throws JMSException {
        if (from.getJMSCorrelationID() != null) {
            to.setJMSCorrelationID(from.getJMSCorrelationID());
        } else if (from.getJMSCorrelationIDAsBytes() != null) {
            to.setJMSCorrelationIDAsBytes(from.getJMSCorrelationIDAsBytes());
        }
        to.setJMSReplyTo(JmsProperties.orNull(from::getJMSReplyTo));
        to.setJMSType(JmsProperties.orNull(from::getJMSType));
        to.setJMSPriority(from.getJMSPriority());
    }
}
