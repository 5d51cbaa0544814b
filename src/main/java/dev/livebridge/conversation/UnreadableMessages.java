package dev.livebridge.conversation;

import dev.livebridge.failure.ErrorCode;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Enumeration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages that the reader can't hand on, whatever the reason: each becomes a dead letter, as far as it can be written, so that
 * what is behind it goes on. Its body is left out, as it may be what can't be read.
 */
public final class UnreadableMessages {
    private static final Logger LOG = LoggerFactory.getLogger(UnreadableMessages.class);
    private static final int MAX_MESSAGE = 500;
    private static final int MAX_PROPERTY = 1_000;

    private final String deadLetterQueue;

    /** @param deadLetterQueue {@code live.queues.deadletters} */
    public UnreadableMessages(String deadLetterQueue) {
        this.deadLetterQueue = deadLetterQueue;
    }

    /** Writes its dead letter in the transaction of this session. */
    void bury(Message message, String queue, Throwable failure, Session session) throws JMSException {
        String reason = "the message could not be handed on, its body is left out: " + failure;
        LOG.warn("{}: {} -> {}: {}", message.getJMSMessageID(), ErrorCode.INTERNAL_ERROR, deadLetterQueue, reason);
        Message letter = session.createMessage();
        copyProperties(message, letter);
        letter.setStringProperty("liveErrorCode", ErrorCode.INTERNAL_ERROR.toString());
        letter.setStringProperty("liveErrorMessage", reason.substring(0, Math.min(MAX_MESSAGE, reason.length())));
        letter.setStringProperty("liveErrorException", failure.getClass().getName());
        letter.setIntProperty("liveAttempts", 1);
        letter.setStringProperty(
                "liveFailedAt", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        letter.setStringProperty("liveRoute", "reader");
        letter.setStringProperty("liveOriginQueue", queue);
        letter.setStringProperty("liveOriginMessageId", message.getJMSMessageID());
        letter.setBooleanProperty("liveUncertain", false);
        letter.setIntProperty("liveReplays", 0);
        try (MessageProducer producer = session.createProducer(session.createQueue(deadLetterQueue))) {
            producer.send(letter, DeliveryMode.PERSISTENT, Message.DEFAULT_PRIORITY, 0);
        }
    }

    /** Those that can be read, and are no larger than what can be written. */
    private static void copyProperties(Message from, Message to) {
        try {
            for (Enumeration<?> names = from.getPropertyNames(); names.hasMoreElements(); ) {
                copyProperty(from, to, (String) names.nextElement());
            }
            to.setJMSCorrelationID(from.getJMSCorrelationID());
        } catch (JMSException | RuntimeException e) {
            LOG.debug("not all properties could be read", e);
        }
    }

    private static void copyProperty(Message from, Message to, String name) {
        try {
            Object value = from.getObjectProperty(name);
            boolean isLarge = value instanceof String text && text.length() > MAX_PROPERTY;
            if (value != null
                    && !isLarge
                    && !name.startsWith("live")
                    && !name.startsWith("JMSX")
                    && !name.startsWith("_AMQ")) {
                to.setObjectProperty(name, value);
            }
        } catch (JMSException | RuntimeException e) {
            LOG.debug("property {} is left out", name, e);
        }
    }
}
