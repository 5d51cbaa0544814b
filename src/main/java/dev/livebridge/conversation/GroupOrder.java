package dev.livebridge.conversation;

import dev.livebridge.delivery.Deliveries;
import dev.livebridge.delivery.Delivery;
import dev.livebridge.delivery.Identity;
import dev.livebridge.delivery.LostMessageException;
import dev.livebridge.delivery.Original;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jms.core.JmsTemplate;

/**
 * The order within each group, as the one reader saw it: each message names the message before it, and none is taken up before
 * that one has come to its end. The broker's groups bring messages in order, but for moments: when a consumer dies, Artemis
 * gives its groups to others a moment before it has put back what that one had. What comes early goes back into its place. Where
 * producers set the groups, nobody knows the message before: then only the first one of a group that comes to a consumer goes
 * back, once.
 */
public final class GroupOrder {
    private static final Logger LOG = LoggerFactory.getLogger(GroupOrder.class);
    /** How long one that never comes, as when somebody took it from the queue, can stop those behind it. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Of the messages that a consumer has set aside: the last one of each group matters. */
    private static final int REMEMBERED = 10_000;

    private final Deliveries deliveries;
    private final boolean byReader;
    private final String heldQueue;
    private final JmsTemplate jms;
    /**
     * What the consumer of a thread has set aside. What it consumes afterwards comes in order, so nobody has to look for these
     * on the held queue.
     */
    private final ThreadLocal<Set<String>> setAside = ThreadLocal.withInitial(() -> lastOf(REMEMBERED));

    /**
     * @param byReader  whether the bridge's reader sets the groups
     * @param heldQueue {@code live.queues.held}
     */
    public GroupOrder(Deliveries deliveries, boolean byReader, String heldQueue, ConnectionFactory broker) {
        this.deliveries = deliveries;
        this.byReader = byReader;
        this.heldQueue = heldQueue;
        this.jms = new JmsTemplate(broker);
    }

    /** A group has come to the consumer of this thread, as it may when another one dies: what that one did is not known. */
    void moved() {
        setAside.get().clear();
    }

    /** It waits on the held queue from now on: what comes after it may go there, too. */
    void setAside(Original original, Delivery delivery) throws LostMessageException {
        deliveries.setAside(delivery);
        setAside.get().add(original.identity().recordId());
    }

    /**
     * Whether a message came before its turn, and must go back into its place.
     *
     * @param first whether the broker says that it is the first one of its group that comes to this consumer
     */
    public boolean isEarly(
            @Variable("original") Original original,
            @Variable("delivery") Delivery delivery,
            @Variable("firstOfGroup") Boolean first)
            throws JMSException {
        Delivery.Before before = delivery.before();
        if (delivery.confirmed()) {
            return false;
        }
        if (!byReader) {
            // a producer may have set the property: no message goes back twice for it
            return Boolean.TRUE.equals(first) && !original.isRedelivered();
        }
        boolean isHeld = original.identity().heldSince() != 0;
        if (before == null || before.held() && !isHeld && isOnHeld(before)) {
            return false;
        }
        delivery.early(Instant.now());
        if (Duration.between(delivery.earlySince(), Instant.now()).compareTo(PATIENCE) > 0) {
            LOG.warn(
                    "{}: goes on without the message before it, {}, which was not seen for {} s",
                    original.identity().messageId(),
                    before.messageId(),
                    PATIENCE.toSeconds());
            delivery.goOn();
            return false;
        }
        LOG.debug("{}: comes before {}", original.identity().messageId(), before.messageId());
        return true;
    }

    /**
     * The record of the message before was written, and then the process may have died: whether that message is on the held
     * queue, or will come again.
     */
    private boolean isOnHeld(Delivery.Before before) {
        if (setAside.get().contains(before.messageId())) {
            return true;
        }
        String selector =
                "%s = '%s'".formatted(Identity.MESSAGE_ID, before.messageId().replace("'", "''"));
        return Boolean.TRUE.equals(
                jms.browseSelected(heldQueue, selector, (session, browser) -> browser.getEnumeration()
                        .hasMoreElements()));
    }

    private static Set<String> lastOf(int size) {
        return Collections.newSetFromMap(new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > size;
            }
        });
    }
}
