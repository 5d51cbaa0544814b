package dev.livebridge.bench;

import dev.livebridge.broker.BrokerQueues;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientRequestor;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.api.core.management.ManagementHelper;
import org.apache.activemq.artemis.api.core.management.ResourceNames;

/** The broker's queues, from the outside: counted, paused, and new for each contender. One thread at a time. */
final class Queues implements AutoCloseable {
    static final String MESSAGES = "live.messages";
    static final String GROUPED = "live.messages.grouped";
    static final String DEADLETTERS = "live.deadletters";

    private static final List<String> ALL =
            List.of(MESSAGES, GROUPED, DEADLETTERS, "live.conversations", "live.held", "live.events");

    private final ServerLocator locator;
    private final ClientSessionFactory factory;
    private final ClientSession session;
    private final ClientRequestor management;

    Queues(String url) throws Exception {
        locator = ActiveMQClient.createServerLocator(url);
        factory = locator.createSessionFactory();
        session = factory.createSession();
        session.start();
        management = new ClientRequestor(session, "activemq.management");
    }

    /**
     * Leaves all of them empty, with no memory of the consumers they had, and as config/brokers/artemis-broker.xml has them.
     *
     * @param grouped whether one reader has live.messages for itself, and hands its messages on in groups: else they come in
     *                groups
     */
    void renew(boolean grouped) throws ActiveMQException, InterruptedException, TimeoutException {
        for (String queue : ALL) {
            if (query(queue).isExists()) {
                await(Duration.ofSeconds(10), "no consumer on " + queue, () -> consumers(queue) == 0);
                session.deleteQueue(queue);
            }
            QueueConfiguration wanted = QueueConfiguration.of(queue)
                    .setRoutingType(RoutingType.ANYCAST)
                    .setExclusive(grouped && queue.equals(MESSAGES));
            if (queue.equals(grouped ? GROUPED : MESSAGES)) {
                wanted.setGroupRebalance(true)
                        .setGroupRebalancePauseDispatch(true)
                        .setGroupBuckets(BrokerQueues.GROUP_BUCKETS)
                        .setGroupFirstKey(SimpleString.of(BrokerQueues.FIRST_KEY));
            }
            session.createQueue(wanted);
        }
    }

    /** What lies on it and what is being delivered from it. */
    long messages(String queue) {
        return query(queue).getMessageCount();
    }

    int consumers(String queue) {
        return query(queue).getConsumerCount();
    }

    void pause(String queue) throws Exception {
        manage(queue, "pause");
    }

    void resume(String queue) throws Exception {
        manage(queue, "resume");
    }

    private void manage(String queue, String operation) throws Exception {
        ClientMessage request = session.createMessage(false);
        ManagementHelper.putOperationInvocation(request, ResourceNames.QUEUE + queue, operation);
        ClientMessage reply = management.request(request);
        if (!ManagementHelper.hasOperationSucceeded(reply)) {
            throw new IllegalStateException(
                    "cannot " + operation + " " + queue + ": " + ManagementHelper.getResult(reply));
        }
    }

    private ClientSession.QueueQuery query(String queue) {
        try {
            return session.queueQuery(SimpleString.of(queue));
        } catch (ActiveMQException e) {
            throw new IllegalStateException("the broker does not tell of " + queue, e);
        }
    }

    /** Looks every 5 ms. */
    static void await(Duration patience, String what, BooleanSupplier condition)
            throws InterruptedException, TimeoutException {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new TimeoutException("not within " + patience.toSeconds() + " s: " + what);
            }
            Thread.sleep(5);
        }
    }

    @Override
    public void close() throws Exception {
        management.close();
        session.close();
        factory.close();
        locator.close();
    }
}
