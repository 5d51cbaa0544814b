package dev.livebridge.event;

import dev.livebridge.delivery.Progress;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.Topic;
import java.util.List;
import java.util.Set;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the reply to a message may go, and how its sender recognises it. */
public final class ReplyTo {
    private static final Logger LOG = LoggerFactory.getLogger(ReplyTo.class);

    private final List<String> allowed;
    private final Set<String> own;

    /**
     * @param allowed {@code live.reply-to.allowed}: names, names with {@code *} at the end, or regular
     *                expressions that begin with {@code ^}; none: any
     * @param own     the bridge's queues, where a reply would be taken for a request
     */
    public ReplyTo(List<String> allowed, Set<String> own) {
        this.allowed = allowed;
        this.own = own;
    }

    /** The message's JMSReplyTo; null where it has none, or one that isn't allowed (then the log says so). */
    public Destination destination(@Variable(Progress.VARIABLE) Progress progress) throws JMSException {
        Destination destination = progress.identity().replyTo();
        if (destination == null || destination instanceof TemporaryQueue || destination instanceof TemporaryTopic) {
            return destination;
        }
        String name = destination instanceof Queue queue ? queue.getQueueName() : ((Topic) destination).getTopicName();
        // Artemis takes address::queue for a queue
        boolean isOwn = List.of(name.split("::")).stream().anyMatch(own::contains);
        if (!isOwn && (allowed.isEmpty() || allowed.stream().anyMatch(pattern -> matches(name, pattern)))) {
            return destination;
        }
        LOG.warn("{}: no reply, as its JMSReplyTo {} is not allowed", progress.messageId(), name);
        return null;
    }

    private static boolean matches(String name, String pattern) {
        if (pattern.startsWith("^")) {
            return name.matches(pattern);
        }
        return pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equals(pattern);
    }

    /** The request's JMSCorrelationID, else its JMSMessageID. */
    public String correlationId(@Variable(Progress.VARIABLE) Progress progress) {
        String correlationId = progress.identity().correlationId();
        return correlationId == null ? progress.messageId() : correlationId;
    }
}
