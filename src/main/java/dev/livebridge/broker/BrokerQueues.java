package dev.livebridge.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.jms.Connection;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQQueueExistsException;
import org.apache.activemq.artemis.api.core.ActiveMQSecurityException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientRequestor;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.management.ManagementHelper;
import org.apache.activemq.artemis.api.core.management.ResourceNames;
import org.apache.activemq.artemis.jms.client.ActiveMQConnection;
import org.apache.activemq.artemis.jms.client.ActiveMQDestination;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.messaginghub.pooled.jms.JmsPoolSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queues as the guarantees need them on an Artemis: makes those that aren't there, and tells what those that are lack.
 * Of other brokers it knows nothing, and leaves them as they are.
 */
public final class BrokerQueues {
    /** How a queue is read. */
    public enum Use {
        /** By all consumers, in any order. */
        PLAIN,
        /** By one reader over all instances. */
        ONE_READER,
        /** By all consumers, each group by one of them at a time. */
        GROUPED
    }

    /**
     * What was seen of a queue.
     *
     * @param wrong           what must be otherwise, such as "exclusive is false, must be true"
     * @param deliveryVisible whether the broker told its address-settings, which takes the permission to manage it
     */
    public record Seen(String queue, boolean exists, List<String> wrong, boolean deliveryVisible) {}

    /** Where it is written how a broker is set up. */
    public static final String MANUAL = "config/brokers/artemis-broker.xml";

    /** The property of the first message that a consumer gets of a group. */
    public static final String FIRST_KEY = "liveHopFirst";

    /** What a broker remembers of the groups of a queue, however many there have been. */
    public static final int GROUP_BUCKETS = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(BrokerQueues.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final long MANAGEMENT_MILLIS = 2_000;

    private final Map<String, Use> queues;
    private final Gate gate;
    private final Set<String> told = new HashSet<>();
    private boolean looked;

    /** @param queues their names, and how each is read */
    public BrokerQueues(Map<String, Use> queues) {
        this(queues, Gate.OPEN);
    }

    /**
     * @param queues their names, and how each is read
     * @param gate   whether they may be read
     */
    public BrokerQueues(Map<String, Use> queues, Gate gate) {
        this.queues = new LinkedHashMap<>(queues);
        this.gate = gate;
    }

    /**
     * On each new connection, before it consumes: a queue may have gone with the broker's disk, and whoever comes first
     * would have it made without its attributes. Says once what is wrong.
     *
     * @throws JMSException when the connection is lost meanwhile, or the bridge may not consume now
     */
    public void prepare(Connection connection) throws JMSException {
        gate.admit(connection);
        makeAndLook(connection);
    }

    private synchronized void makeAndLook(Connection connection) throws JMSException {
        if (!(connection instanceof ActiveMQConnection)) {
            return;
        }
        try (Session session = connection.createSession()) {
            ClientSession core = ((ActiveMQSession) session).getCoreSession();
            for (Map.Entry<String, Use> queue : queues.entrySet()) {
                make(core, queue.getKey(), queue.getValue());
            }
            for (Seen seen : look(core, !looked)) {
                seen.wrong().forEach(wrong -> warn(seen.queue(), wrong));
            }
            looked = true;
        } catch (ActiveMQException e) {
            throw lost(e);
        }
    }

    /** What is there, without a change; empty for a broker that is no Artemis. */
    public Optional<List<Seen>> look(Connection connection) throws JMSException {
        if (!(connection instanceof ActiveMQConnection)) {
            return Optional.empty();
        }
        try (Session session = connection.createSession()) {
            return Optional.of(look(((ActiveMQSession) session).getCoreSession(), true));
        } catch (ActiveMQException e) {
            throw lost(e);
        }
    }

    /** How many consumers a queue has, over all instances; empty for a broker that is no Artemis. */
    public static OptionalInt consumers(Session session, String queue) throws JMSException {
        if (!(session instanceof ActiveMQSession artemis)) {
            return OptionalInt.empty();
        }
        try {
            return OptionalInt.of(
                    artemis.getCoreSession().queueQuery(SimpleString.of(queue)).getConsumerCount());
        } catch (ActiveMQException e) {
            throw lost(e);
        }
    }

    /**
     * A destination as it is there: an address as the queue or topic that it is. Empty where it isn't there, or is not
     * temporary as it says. A broker that is no Artemis is not asked.
     */
    public static Optional<Destination> find(Session session, Destination asked) throws JMSException {
        Session own = session instanceof JmsPoolSession pooled ? pooled.getInternalSession() : session;
        if (!(own instanceof ActiveMQSession artemis) || !(asked instanceof ActiveMQDestination destination)) {
            return Optional.of(asked);
        }
        SimpleString name = destination.getSimpleAddress();
        try {
            ClientSession core = artemis.getCoreSession();
            ClientSession.QueueQuery queue = core.queueQuery(name);
            if (destination.isTemporary()) {
                return queue.isExists() && queue.isTemporary() ? Optional.of(asked) : Optional.empty();
            }
            if (!(asked instanceof Topic)
                    && queue.isExists()
                    && queue.getRoutingType() == RoutingType.ANYCAST
                    && name.equals(queue.getAddress())) {
                return Optional.of(asked instanceof Queue ? asked : session.createQueue(name.toString()));
            }
            if (asked instanceof Queue || !core.addressQuery(name).isSupportsMulticast()) {
                return Optional.empty();
            }
            return Optional.of(asked instanceof Topic ? asked : session.createTopic(name.toString()));
        } catch (ActiveMQException e) {
            throw lost(e);
        }
    }

    /** The address that a destination of Artemis names; its text for others. */
    public static String address(Destination destination) {
        return destination instanceof ActiveMQDestination artemis ? artemis.getAddress() : destination.toString();
    }

    private static JMSException lost(ActiveMQException e) {
        JMSException lost = new JMSException("cannot look at the queues: " + e.getMessage());
        lost.initCause(e);
        return lost;
    }

    private void warn(String queue, String wrong) {
        if (told.add(queue + " " + wrong)) {
            LOG.warn("queue {}: {} (see {})", queue, wrong, MANUAL);
        }
    }

    private void make(ClientSession core, String queue, Use use) throws ActiveMQException {
        if (core.queueQuery(SimpleString.of(queue)).isExists()) {
            return;
        }
        QueueConfiguration wanted = QueueConfiguration.of(queue)
                .setAddress(queue)
                .setRoutingType(RoutingType.ANYCAST)
                .setDurable(true)
                .setAutoDelete(false)
                .setExclusive(use == Use.ONE_READER);
        if (use == Use.GROUPED) {
            wanted.setGroupRebalance(true)
                    .setGroupRebalancePauseDispatch(true)
                    .setGroupBuckets(GROUP_BUCKETS)
                    .setGroupFirstKey(SimpleString.of(FIRST_KEY));
        }
        try {
            core.createQueue(wanted);
        } catch (ActiveMQQueueExistsException e) {
            LOG.debug("another instance has made {}", queue);
        } catch (ActiveMQSecurityException e) {
            warn(queue, "isn't there, and can't be made with " + needs(use) + ": " + e.getMessage());
        }
    }

    private static String needs(Use use) {
        return switch (use) {
            case PLAIN -> "exclusive false";
            case ONE_READER -> "exclusive true";
            case GROUPED ->
                "group-rebalance true, group-rebalance-pause-dispatch true, group-first-key " + FIRST_KEY
                        + ", group-buckets " + GROUP_BUCKETS;
        };
    }

    private List<Seen> look(ClientSession core, boolean atDelivery) throws ActiveMQException {
        Map<String, JsonNode> delivery = atDelivery ? addressSettings(core) : Map.of();
        List<Seen> all = new ArrayList<>();
        for (Map.Entry<String, Use> queue : queues.entrySet()) {
            List<String> wrong = new ArrayList<>();
            ClientSession.QueueQuery found = core.queueQuery(SimpleString.of(queue.getKey()));
            if (found.isExists()) {
                compare(found, queue.getValue(), wrong);
            }
            JsonNode settings = delivery.get(queue.getKey());
            if (settings != null) {
                differs(
                        "max-delivery-attempts",
                        settings.path("maxDeliveryAttempts").asInt(10),
                        -1,
                        wrong);
                differs("redelivery-delay", settings.path("redeliveryDelay").asLong(0), 0L, wrong);
            }
            all.add(new Seen(queue.getKey(), found.isExists(), wrong, settings != null));
        }
        return all;
    }

    private static void compare(ClientSession.QueueQuery found, Use use, List<String> wrong) {
        differs("durable", found.isDurable(), true, wrong);
        differs("exclusive", Boolean.TRUE.equals(found.isExclusive()), use == Use.ONE_READER, wrong);
        if (use == Use.GROUPED) {
            differs("group-rebalance", Boolean.TRUE.equals(found.isGroupRebalance()), true, wrong);
            differs(
                    "group-rebalance-pause-dispatch",
                    Boolean.TRUE.equals(found.isGroupRebalancePauseDispatch()),
                    true,
                    wrong);
            differs("group-first-key", String.valueOf(found.getGroupFirstKey()), FIRST_KEY, wrong);
        }
        if (use != Use.PLAIN) {
            // it would be made again without its attributes
            differs("auto-delete", Boolean.TRUE.equals(found.isAutoDelete()), false, wrong);
        }
    }

    private static void differs(String attribute, Object is, Object must, List<String> wrong) {
        if (!is.equals(must)) {
            wrong.add(attribute + " is " + is + ", must be " + must);
        }
    }

    /** What the broker does with messages of each queue; empty where it doesn't say. */
    private Map<String, JsonNode> addressSettings(ClientSession core) {
        Map<String, JsonNode> all = new HashMap<>();
        try (ClientRequestor management = new ClientRequestor(core, SimpleString.of("activemq.management"))) {
            core.start();
            for (String queue : queues.keySet()) {
                // a durable one is confirmed or refused at once
                ClientMessage request = core.createMessage(true);
                ManagementHelper.putOperationInvocation(
                        request, ResourceNames.BROKER, "getAddressSettingsAsJSON", queue);
                ClientMessage reply = management.request(request, MANAGEMENT_MILLIS);
                if (reply == null || !ManagementHelper.hasOperationSucceeded(reply)) {
                    return Map.of();
                }
                all.put(queue, JSON.readTree((String) ManagementHelper.getResult(reply, String.class)));
            }
            return all;
        } catch (ActiveMQException | JsonProcessingException e) {
            LOG.debug("the broker doesn't tell its address-settings", e);
            return Map.of();
        } catch (Exception e) {
            throw new IllegalStateException("the broker's address-settings can't be asked for", e);
        }
    }
}
