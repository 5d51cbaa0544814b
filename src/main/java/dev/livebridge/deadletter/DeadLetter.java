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
 * anything.
 *
 * @param messageId  its own JMSMessageID, null where its sender set none
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
        return new DeadLetter(
                message.getJMSMessageID(),
                text(message, "liveOriginMessageId"),
                text(message, "liveFailedAt")
                        .orElse(Instant.ofEpochMilli(message.getJMSTimestamp()).toString()),
                text(message, "liveErrorCode"),
                number(message, "liveHttpStatus"),
                addressee(message),
                number(message, "liveAttempts").orElse(0),
                number(message, "liveReplays").orElse(0),
                text(message, "liveErrorMessage"));
    }

    static Addressee addressee(Message message) {
        try {
            return Addressee.of(Original.unkept(message), false);
        } catch (IOException | JMSException | RuntimeException e) {
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

    /** What to call it by: the id that its sender knows, where it has one; "-" where it has none at all. */
    public String id() {
        return originId.orElse(messageId == null ? "-" : messageId);
    }
}
