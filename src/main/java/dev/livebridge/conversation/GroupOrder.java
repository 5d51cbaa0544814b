package dev.livebridge.conversation;

import dev.livebridge.broker.BrokerQueues;
import dev.livebridge.delivery.Deliveries;
import dev.livebridge.delivery.Delivery;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.State;
import dev.livebridge.failure.LostMessageException;
import dev.livebridge.jms.Identity;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
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
    void setAside(Progress progress) throws LostMessageException {
        deliveries.setAside(progress.delivery());
        setAside.get().add(progress.identity().recordId());
    }

    /**
     * Where producers set the groups: whether a message is the first one of its group that comes to this consumer. It goes back
     * once.
     */
    boolean isFirst(Message met) throws JMSException {
        // a producer may have set the property: no message goes back twice for it
        return !byReader && isMoved(met) && !met.getJMSRedelivered();
    }

    /** Whether the broker says that a message is the first one of its group that comes to this consumer. */
    static boolean isMoved(Message met) throws JMSException {
        return Boolean.TRUE.equals(met.getObjectProperty(BrokerQueues.FIRST_KEY));
    }

    /**
     * Whether a message came before its turn, and must go back into its place.
     *
     * @return {@link State#EARLY}, or {@link State#KNOWN}
     */
    public State check(Progress progress) {
        return isEarly(progress) ? State.EARLY : State.KNOWN;
    }

    private boolean isEarly(Progress progress) {
        Delivery delivery = progress.delivery();
        Delivery.Before before = delivery.before();
        boolean isHeld = progress.identity().heldSince() != 0;
        if (!byReader || before == null || before.held() && !isHeld && isOnHeld(before)) {
            return false;
        }
        delivery.early(Instant.now());
        if (Duration.between(delivery.earlySince(), Instant.now()).compareTo(PATIENCE) > 0) {
            LOG.warn(
                    "{}: goes on without the message before it, {}, which was not seen for {} s",
                    progress.messageId(),
                    before.messageId(),
                    PATIENCE.toSeconds());
            delivery.goOn();
            return false;
        }
        LOG.debug("{}: comes before {}", progress.messageId(), before.messageId());
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
                "%s = '%s'".formatted(Identity.RECORD_ID, before.messageId().replace("'", "''"));
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
