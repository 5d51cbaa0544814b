package dev.livebridge.conversation;

import dev.livebridge.delivery.Deliveries;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.jms.Identity;
import dev.livebridge.jms.Originals;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Enumeration;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jms.core.JmsTemplate;

/**
 * Messages that can't be taken up or handed on, whatever the reason: each becomes a dead letter, as far as it can be written, so
 * that what is behind it goes on. Its body is left out, as it may be what can't be read.
 */
public final class UnreadableMessages {
    private static final Logger LOG = LoggerFactory.getLogger(UnreadableMessages.class);
    private static final int MAX_MESSAGE = 500;
    private static final int MAX_PROPERTY = 500;
    private static final int MAX_PROPERTIES = 30;

    private final String deadLetterQueue;
    private final Supplier<ConnectionFactory> broker;
    private final Originals originals;
    private final Deliveries deliveries;

    /**
     * @param deadLetterQueue {@code live.queues.deadletters}
     * @param broker          the consumers' own connection factory: what is sent joins their transaction
     */
    public UnreadableMessages(
            String deadLetterQueue, Supplier<ConnectionFactory> broker, Originals originals, Deliveries deliveries) {
        this.deadLetterQueue = deadLetterQueue;
        this.broker = broker;
        this.originals = originals;
        this.deliveries = deliveries;
    }

    /** Writes the dead letter of what a consumer has failed to take up, in its transaction. */
    public void bury(Exchange exchange) {
        Message met = exchange.getMessage().getBody(Message.class);
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        JmsTemplate jms = new JmsTemplate(broker.get());
        jms.setSessionTransacted(true);
        jms.execute(session -> {
            bury(met, exchange.getFromRouteId(), failure, session);
            return null;
        });
    }

    /**
     * Writes the dead letter of a message in the transaction of this session.
     *
     * @param reader who could not read it: a route, or a part of the bridge
     */
    void bury(Message message, String reader, Throwable failure, Session session) throws JMSException {
        Identity identity = originals.identity(message);
        String reason =
                "the message could not be read or handed on; its body, and properties that are long, are left out: "
                        + failure;
        LOG.warn("{}: {} -> {}: {}", identity.messageId(), ErrorCode.INTERNAL_ERROR, deadLetterQueue, reason);
        Message letter = session.createMessage();
        copyProperties(message, letter);
        letter.setStringProperty("liveErrorCode", ErrorCode.INTERNAL_ERROR.toString());
        letter.setStringProperty("liveErrorMessage", reason.substring(0, Math.min(MAX_MESSAGE, reason.length())));
        letter.setStringProperty("liveErrorException", failure.getClass().getName());
        letter.setIntProperty("liveAttempts", Math.max(1, message.getIntProperty("JMSXDeliveryCount")));
        letter.setStringProperty(
                "liveFailedAt", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        letter.setStringProperty("liveRoute", reader);
        letter.setStringProperty("liveOriginQueue", identity.queue());
        letter.setStringProperty("liveOriginMessageId", identity.messageId());
        letter.setBooleanProperty("liveUncertain", false);
        letter.setIntProperty("liveReplays", 0);
        try (MessageProducer producer = session.createProducer(session.createQueue(deadLetterQueue))) {
            producer.send(letter, DeliveryMode.PERSISTENT, message.getJMSPriority(), 0);
        }
        deliveries.endUnread(identity);
    }

    /** Those that can be read, as many as can be written. */
    private static void copyProperties(Message from, Message to) {
        try {
            int left = MAX_PROPERTIES;
            for (Enumeration<?> names = from.getPropertyNames(); names.hasMoreElements() && left > 0; left--) {
                copyProperty(from, to, (String) names.nextElement());
            }
            to.setJMSCorrelationID(from.getJMSCorrelationID());
            to.setJMSType(from.getJMSType());
        } catch (JMSException | RuntimeException e) {
            LOG.debug("not all properties could be read", e);
        }
    }

    private static void copyProperty(Message from, Message to, String name) {
        try {
            Object value = from.getObjectProperty(name);
            boolean isLarge = name.length() > MAX_PROPERTY
                    || value instanceof String text && text.length() > MAX_PROPERTY
                    || value instanceof byte[];
            if (value != null
                    && !isLarge
                    && !name.startsWith("live")
                    && !name.startsWith("JMS")
                    && !name.startsWith("_AMQ")) {
                to.setObjectProperty(name, value);
            }
        } catch (JMSException | RuntimeException e) {
            LOG.debug("property {} is left out", name, e);
        }
    }
}
