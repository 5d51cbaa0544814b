package dev.livebridge.deadletter;

import dev.livebridge.jms.Addressee;
import dev.livebridge.jms.Original;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * A message on the dead-letter queue, as a line of a list tells of it. What others than the bridge put there may lack
 * anything but its own id.
 *
 * @param messageId  its own JMSMessageID
 * @param originId   the JMSMessageID of the message it was, which replies, logs and events name
 * @param failedAt   ISO 8601, UTC; where it doesn't say so, when it was put there
 * @param httpStatus Live's last answer
 * @param addressee  the conversation or user that it names
 * @param attempts   how often it was tried, 0 where it doesn't say so
 * @param replays    how often it had been replayed
 */
public record DeadLetter(
        String messageId,
        Optional<String> originId,
        String failedAt,
        Optional<String> code,
        Optional<Integer> httpStatus,
        Addressee addressee,
        int attempts,
        int replays,
        Optional<String> reason) {

    static DeadLetter of(Message message) throws JMSException {
        Original original = Original.unkept(message);
        return new DeadLetter(
                message.getJMSMessageID(),
                text(message, "liveOriginMessageId"),
                text(message, "liveFailedAt")
                        .orElse(Instant.ofEpochMilli(message.getJMSTimestamp()).toString()),
                text(message, "liveErrorCode"),
                number(message, "liveHttpStatus"),
                addressee(original),
                number(message, "liveAttempts").orElse(0),
                original.replays(),
                text(message, "liveErrorMessage"));
    }

    private static Addressee addressee(Original original) throws JMSException {
        try {
            return Addressee.of(original, false);
        } catch (IOException e) {
            // a list with a gap is better than none
            return Addressee.NONE;
        }
    }

    static Optional<String> text(Message message, String property) throws JMSException {
        return message.getObjectProperty(property) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    private static Optional<Integer> number(Message message, String property) throws JMSException {
        return message.getObjectProperty(property) instanceof Integer number ? Optional.of(number) : Optional.empty();
    }

    /** What to call it by: the id that its sender knows, where it has one. */
    public String id() {
        return originId.orElse(messageId);
    }
}
