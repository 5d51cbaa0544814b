package dev.livebridge.event;

import dev.livebridge.broker.BrokerQueues;
import dev.livebridge.delivery.Progress;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.Topic;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.apache.camel.component.jms.MessageCreatedStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the reply to a message may go, and how its sender recognises it. */
public final class ReplyTo implements MessageCreatedStrategy {
    private static final Logger LOG = LoggerFactory.getLogger(ReplyTo.class);

    /**
     * What a producer may not name: wildcards and lists, of which a broker would make queues that get the messages of others;
     * parameters; queues by their address; what can't be seen; and what belongs to the broker.
     */
    private static final Pattern FORBIDDEN = Pattern.compile(
            ".*([\\p{C}\\p{Z}*#>,?$]|::).*|(activemq|jms\\.queue|jms\\.topic)(\\..*)?|dlq|expiryqueue|",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** What stands before a name in the addresses of some protocols. */
    private static final Pattern PREFIX_END = Pattern.compile("[:/]+");

    private final List<String> allowed;
    private final Set<String> own;
    private final Supplier<ConnectionFactory> broker;

    /**
     * @param allowed {@code live.reply-to.allowed}: names, names with {@code *} at the end, or regular
     *                expressions that begin with {@code ^}; none: any that is there
     * @param own     the bridge's queues, where a reply would be taken for a request
     * @param broker  where replies go; made when the connections are configured
     */
    public ReplyTo(List<String> allowed, Set<String> own, Supplier<ConnectionFactory> broker) {
        this.allowed = allowed;
        this.own = own;
        this.broker = broker;
    }

    /**
     * The message's JMSReplyTo; null where it has none, or one that isn't allowed, or that isn't there and may not be made (then
     * the log says so).
     */
    public Destination destination(@Variable(Progress.VARIABLE) Progress progress) throws JMSException {
        Destination asked = progress.identity().replyTo();
        if (asked == null) {
            return null;
        }
        boolean isTemporary = asked instanceof TemporaryQueue || asked instanceof TemporaryTopic;
        String name = name(asked);
        boolean isNamed = !isTemporary && allowed.stream().anyMatch(pattern -> matches(name, pattern));
        boolean mayBeUsed = isTemporary || isNamed || allowed.isEmpty();
        if (!mayBeUsed || FORBIDDEN.matcher(name).matches() || isOwn(name)) {
            LOG.warn("{}: no reply, as its JMSReplyTo {} is not allowed", progress.messageId(), name);
            return null;
        }
        try (Connection connection = broker.get().createConnection();
                Session session = connection.createSession()) {
            Optional<Destination> there = BrokerQueues.find(session, asked);
            if (there.isEmpty() && !isNamed) {
                LOG.warn(
                        "{}: no reply, as its JMSReplyTo {} is not there, and live.reply-to.allowed does not name it",
                        progress.messageId(),
                        name);
                return null;
            }
            return there.orElse(asked instanceof Topic ? asked : session.createQueue(name));
        }
    }

    /** An address is what some protocols know instead of queues and topics. */
    private static String name(Destination asked) throws JMSException {
        if (asked instanceof Queue queue) {
            return queue.getQueueName();
        }
        return asked instanceof Topic topic ? topic.getTopicName() : BrokerQueues.address(asked);
    }

    private boolean isOwn(String name) {
        return PREFIX_END.splitAsStream(name).anyMatch(own::contains);
    }

    private static boolean matches(String name, String pattern) {
        if (pattern.startsWith("^")) {
            return name.matches(pattern);
        }
        return pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equals(pattern);
    }

    /** Of the reply: the request's correlation id in the form in which it came, text or bytes; else its JMSMessageID. */
    @Override
    public void onMessageCreated(Message reply, Session session, Exchange exchange, Throwable cause) {
        Progress progress = Progress.of(exchange);
        try {
            String text = progress.identity().correlationId();
            byte[] bytes = text == null ? progress.original().message().getJMSCorrelationIDAsBytes() : null;
            if (bytes == null) {
                reply.setJMSCorrelationID(text == null ? progress.messageId() : text);
            } else {
                reply.setJMSCorrelationIDAsBytes(bytes);
            }
        } catch (JMSException e) {
            throw new IllegalStateException("no correlation id can be set", e);
        }
    }
}
