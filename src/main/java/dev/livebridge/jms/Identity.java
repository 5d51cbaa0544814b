package dev.livebridge.jms;

import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;

/**
 * What a message is known by: what its producer set and the broker gave it, whatever internal hop it has made since. On a
 * hop it gets another JMSMessageID, so its own travels in properties that begin with {@code liveHop}.
 *
 * @param queue         the producer's queue
 * @param messageId     JMSMessageID
 * @param recordId      its id in the store: the JMSMessageID, which another producer may use as well, and a digest of body and
 *                      addressee; null where its body was not kept
 * @param timestamp     JMSTimestamp, milliseconds since the epoch
 * @param expiration    JMSExpiration, milliseconds since the epoch, 0 for none
 * @param correlationId JMSCorrelationID, null where there is none
 * @param replyTo       JMSReplyTo, null where there is none
 * @param producerGroup the producer's JMSXGroupID, null where there is none
 * @param group         the JMSXGroupID in whose order it came to this consumer, null where there is none
 * @param byReader      whether the bridge's own reader put it into that group
 * @param after         the id in the store of the message before it in that group, null where there is none
 * @param heldSince     when it was set aside, milliseconds since the epoch, 0 where it was not
 */
public record Identity(
        String queue,
        String messageId,
        String recordId,
        long timestamp,
        long expiration,
        String correlationId,
        Destination replyTo,
        String producerGroup,
        String group,
        boolean byReader,
        String after,
        long heldSince) {
    static final String PREFIX = "liveHop";

    /** The property in which its JMSMessageID travels on the bridge's own queues. */
    public static final String MESSAGE_ID = PREFIX + "MessageId";

    /** The property in which its id in the store does. */
    public static final String RECORD_ID = PREFIX + "RecordId";

    /** The longest JMSMessageID that has room in the store with the digest behind it. */
    private static final int MAX_MESSAGE_ID = 470;

    private static final String GROUP = "JMSXGroupID";
    private static final String QUEUE = PREFIX + "Queue";
    private static final String TIMESTAMP = PREFIX + "Timestamp";
    private static final String EXPIRATION = PREFIX + "Expiration";
    private static final String PRODUCER_GROUP = PREFIX + "Group";
    private static final String HELD_GROUP = PREFIX + "HeldGroup";
    private static final String BY_READER = PREFIX + "ByReader";
    private static final String AFTER = PREFIX + "After";
    private static final String HELD_SINCE = PREFIX + "HeldSince";

    /** @param internal whether it came from a queue that only the bridge writes to: elsewhere such properties mean nothing */
    public static Identity of(Message message, boolean internal) throws JMSException {
        String group = JmsProperties.orNull(() -> message.getStringProperty(GROUP));
        if (!internal || !message.propertyExists(MESSAGE_ID)) {
            return new Identity(
                    queueOf(message),
                    idOf(message),
                    null,
                    message.getJMSTimestamp(),
                    message.getJMSExpiration(),
                    JmsProperties.orNull(message::getJMSCorrelationID),
                    JmsProperties.orNull(message::getJMSReplyTo),
                    group,
                    group,
                    false,
                    null,
                    0);
        }
        boolean held = message.propertyExists(HELD_SINCE);
        return new Identity(
                message.getStringProperty(QUEUE),
                message.getStringProperty(MESSAGE_ID),
                message.getStringProperty(RECORD_ID),
                message.getLongProperty(TIMESTAMP),
                message.getLongProperty(EXPIRATION),
                JmsProperties.orNull(message::getJMSCorrelationID),
                JmsProperties.orNull(message::getJMSReplyTo),
                message.getStringProperty(PRODUCER_GROUP),
                held ? message.getStringProperty(HELD_GROUP) : group,
                message.getBooleanProperty(BY_READER),
                message.getStringProperty(AFTER),
                held ? message.getLongProperty(HELD_SINCE) : 0);
    }

    /** The same, known by what it holds as well. Of an id that is too long, or holds what PostgreSQL has not, a digest is used. */
    Identity withContent(String digest) {
        String id = messageId.length() > MAX_MESSAGE_ID || messageId.indexOf('\0') >= 0
                ? "SHA-256:" + Digest.of(messageId)
                : messageId;
        return new Identity(
                queue,
                messageId,
                id + " " + digest,
                timestamp,
                expiration,
                correlationId,
                replyTo,
                producerGroup,
                group,
                byReader,
                after,
                heldSince);
    }

    /**
     * The same on its way through a group of the reader's.
     *
     * @param newGroup null for none
     * @param newAfter the message before it in that group, null for none
     */
    public Map<String, Object> grouped(String newGroup, String newAfter) {
        Map<String, Object> properties = carried();
        properties.put(BY_READER, true);
        putIfPresent(properties, GROUP, newGroup);
        putIfPresent(properties, AFTER, newAfter);
        return properties;
    }

    /** The same, set aside: without a group of JMS, which would bind it to a consumer. */
    public Map<String, Object> held(long now) {
        Map<String, Object> properties = carried();
        properties.put(HELD_SINCE, heldSince == 0 ? now : heldSince);
        properties.put(BY_READER, byReader);
        putIfPresent(properties, HELD_GROUP, group);
        putIfPresent(properties, AFTER, after);
        return properties;
    }

    private Map<String, Object> carried() {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put(QUEUE, queue);
        properties.put(MESSAGE_ID, messageId);
        putIfPresent(properties, RECORD_ID, recordId);
        properties.put(TIMESTAMP, timestamp);
        properties.put(EXPIRATION, expiration);
        putIfPresent(properties, PRODUCER_GROUP, producerGroup);
        return properties;
    }

    private static void putIfPresent(Map<String, Object> properties, String name, String value) {
        if (value != null) {
            properties.put(name, value);
        }
    }

    /** What the producer set of all that is carried as a property of JMS. */
    void restore(Map<String, Object> properties) {
        properties.keySet().removeIf(name -> name.startsWith(PREFIX) || name.equals(GROUP));
        putIfPresent(properties, GROUP, producerGroup);
    }

    private static String queueOf(Message message) throws JMSException {
        return message.getJMSDestination() instanceof Queue queue ? queue.getQueueName() : "";
    }

    /** A producer may do without ids; the broker's own number of a message is the same at each delivery. */
    private static String idOf(Message message) throws JMSException {
        return message.getJMSMessageID() == null && message instanceof ActiveMQMessage artemis
                ? "ID:" + artemis.getCoreMessage().getMessageID()
                : message.getJMSMessageID();
    }
}
