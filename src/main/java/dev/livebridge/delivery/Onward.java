package dev.livebridge.delivery;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes of a received message the one to send on: any type, the body byte for byte and never opened, its own properties
 * as far as they are meant to stay, its header. Destination, message id and timestamp are the send's.
 */
final class Onward {
    private static final Logger LOG = LoggerFactory.getLogger(Onward.class);

    private Onward() {}

    /**
     * The message to send, once: where the body is in memory it is the received one itself.
     *
     * @param change takes out or adds properties; what the broker set on delivery is gone already
     * @throws IOException if the body can't be read from the spool
     */
    static Message of(Original original, Session session, Consumer<Map<String, Object>> change)
            throws JMSException, IOException {
        Message received = original.message();
        Map<String, Object> properties = JmsProperties.of(received);
        properties.keySet().removeIf(Onward::isOfTheDelivery);
        change.accept(properties);
        String id = received.getJMSMessageID();
        Message message = original.resend(session);
        // the properties of a received message are read-only until they are cleared
        message.clearProperties();
        for (Map.Entry<String, Object> property : properties.entrySet()) {
            try {
                message.setObjectProperty(property.getKey(), property.getValue());
            } catch (JMSException | RuntimeException e) {
                // a producer of another protocol may have set what JMS forbids; the message must go on all the same
                LOG.warn("{}: property '{}' is not sent on with it: {}", id, property.getKey(), e.getMessage());
            }
        }
        if (message != received) {
            copyHeader(received, message);
        }
        return message;
    }

    /** Whether this property is set anew with each delivery. */
    static boolean isOfTheDelivery(String property) {
        return property.equals("JMSXDeliveryCount")
                || property.startsWith("_AMQ_LARGE_")
                || property.equals(LargeMessages.TYPE);
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
        to.setJMSExpiration(from.getJMSExpiration());
        to.setJMSDeliveryMode(from.getJMSDeliveryMode());
    }
}
