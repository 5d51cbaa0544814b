package dev.livebridge.delivery;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.time.Duration;
import java.time.Instant;
import org.apache.camel.Variable;

/** The JMSExpiration of a message, which holds while the bridge has it, too. */
public final class Expiry {
    /** @throws RefusedException {@code expired}, where its time has passed: it is not delivered any more */
    public void check(@Variable("original") Original original) throws RefusedException, JMSException {
        Message message = original.message();
        if (isPast(message)) {
            throw RefusedException.request(
                    ErrorCode.EXPIRED, "/", "expired at " + Instant.ofEpochMilli(message.getJMSExpiration()));
        }
    }

    static boolean isPast(Message message) throws JMSException {
        return message.getJMSExpiration() != 0 && message.getJMSExpiration() <= System.currentTimeMillis();
    }

    /** How long to wait at the most; null for a message that never expires. */
    static Duration left(Message message) throws JMSException {
        return message.getJMSExpiration() == 0
                ? null
                : Duration.ofMillis(Math.max(1, message.getJMSExpiration() - System.currentTimeMillis()));
    }
}
