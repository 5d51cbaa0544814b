package dev.livebridge.delivery;

import dev.livebridge.failure.DeliveryException;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.FailedBeforeException;
import dev.livebridge.failure.NoConversationException;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.failure.ServerErrorException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import java.time.Duration;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.springframework.jms.JmsException;
import software.amazon.awssdk.core.exception.SdkServiceException;

/**
 * A try that has failed.
 *
 * @param service       the service that failed, null where it is none of those that are watched
 * @param unanswered    whether Live may have taken the call, whose answer never came
 * @param othersSucceed whether calls of others to that service succeeded meanwhile
 * @param reason        in plain words
 * @param retryAfter    how long to wait as the service asked, null where it didn't
 */
record Attempt(
        Throwable failure,
        String service,
        boolean unanswered,
        boolean othersSucceed,
        String reason,
        Duration retryAfter) {
    /** {@link #cause}: the message waits for a conversation of its user. */
    static final String CONVERSATION = "conversation";

    /** Whether it counts against {@code live.retry.max-attempts}: it may be the message's fault. */
    boolean isCounted() {
        return isServerError() || unanswered && othersSucceed;
    }

    /** Live answered 500 or kin; or memory is short, which neighbours may have taken. */
    boolean isServerError() {
        return failure instanceof ServerErrorException || failure instanceof OutOfMemoryError;
    }

    /** For what a message that is set aside waits: the column {@code hold.cause}. */
    String cause() {
        if (failure instanceof NoConversationException) {
            return CONVERSATION;
        }
        return service == null ? "other" : service;
    }

    /** The reason for those who only look after the service: what it answered says nothing of whom it was asked for. */
    String state() {
        if (failure instanceof DeliveryException answered && answered.response() != null) {
            return service + " answered " + answered.response().status();
        }
        return failure instanceof SdkServiceException answered
                ? service + " answered " + answered.statusCode()
                : reason;
    }

    /**
     * The broker's session is closed, as a rule: what was consumed in it will come again. A property of another type than what was
     * asked for is the message's.
     */
    boolean isOfTheBroker() {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof MessageFormatException) {
                return false;
            }
            if (cause instanceof JMSException || cause instanceof JmsException || cause instanceof ActiveMQException) {
                return true;
            }
        }
        return false;
    }

    /** Whether something else than the message and the bridge is at fault. */
    boolean isOfAService() {
        return !(failure instanceof RefusedException)
                && !(failure instanceof FailedBeforeException)
                && Failures.code(failure) != ErrorCode.INTERNAL_ERROR;
    }
}
