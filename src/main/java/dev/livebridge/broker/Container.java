package dev.livebridge.broker;

import dev.livebridge.outage.Outages;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.client.FailoverEventType;
import org.apache.activemq.artemis.jms.client.ActiveMQConnection;
import org.apache.camel.RollbackExchangeException;
import org.apache.camel.component.jms.DefaultJmsMessageListenerContainer;
import org.apache.camel.component.jms.JmsEndpoint;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * The consumers of one JMS route, with a connection of their own. On a new connection the queues are made first. A broker that
 * is away is tried at a growing interval, and told of once. After a rollback the consumer waits, longer each time.
 */
final class Container extends DefaultJmsMessageListenerContainer {
    private static final Logger LOG = LoggerFactory.getLogger(Container.class);
    private static final long FIRST_MILLIS = 500;
    private static final long LONGEST_MILLIS = 5_000;
    /** How long it waits before it looks whether Camel stops, which nobody signals. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final BrokerQueues queues;
    private final Gate gate;
    private final Outages outages;
    private final RollbackPause rollbackPause = new RollbackPause();
    private volatile Instant connectedAt = Instant.now();

    Container(JmsEndpoint endpoint, BrokerQueues queues, Gate gate, Outages outages) {
        super(endpoint);
        this.queues = queues;
        this.gate = gate;
        this.outages = outages;
    }

    @Override
    protected void prepareSharedConnection(Connection connection) throws JMSException {
        super.prepareSharedConnection(connection);
        connectedAt = Instant.now();
        queues.prepare(connection);
        if (connection instanceof ActiveMQConnection artemis) {
            // it reconnects by itself (reconnectAttempts): nothing fails meanwhile
            artemis.setFailoverListener(this::reconnecting);
        }
    }

    private void reconnecting(FailoverEventType event) {
        if (event == FailoverEventType.FAILOVER_COMPLETED) {
            outages.succeeded(Outages.BROKER);
        } else {
            outages.lost(Outages.BROKER, getDestinationDescription() + ": the connection is lost");
        }
    }

    @Override
    protected MessageConsumer createListenerConsumer(Session session) throws JMSException {
        MessageConsumer consumer = super.createListenerConsumer(session);
        outages.succeeded(Outages.BROKER);
        outages.succeeded(consumers());
        return consumer;
    }

    /** A connection that reconnects by itself would deliver before it is known whether this bridge may still consume. */
    @Override
    protected Message receiveMessage(MessageConsumer consumer) throws JMSException {
        return gate.awaitOpen(getReceiveTimeout()) ? super.receiveMessage(consumer) : null;
    }

    @Override
    protected void doExecuteListener(Session session, Message message) throws JMSException {
        try {
            super.doExecuteListener(session, message);
        } catch (JMSException | RuntimeException | Error e) {
            // it is back on its queue already
            if (isRunning()) {
                long millis = RollbackPause.millis(deliveries(message));
                tellRollback(message, e, millis);
                pause(millis);
            }
            throw e;
        }
    }

    private static int deliveries(Message message) {
        try {
            return message.getIntProperty("JMSXDeliveryCount");
        } catch (JMSException | NumberFormatException e) {
            // a broker that does not count: as the first time
            return 1;
        }
    }

    private void tellRollback(Message message, Throwable failure, long millis) throws JMSException {
        // a route that rolls back on purpose says why; of the broker the outages tell
        if (failure instanceof JMSException
                || ObjectHelper.getException(RollbackExchangeException.class, failure) != null) {
            return;
        }
        String id = message.getJMSMessageID();
        if (rollbackPause.isWorthALine(id, Instant.now())) {
            LOG.warn(
                    "{}: back to {} after delivery {}, next one in {} ms: {}",
                    id,
                    getDestinationDescription(),
                    deliveries(message),
                    millis,
                    NestedExceptionUtils.getMostSpecificCause(failure).toString());
        }
    }

    /** Ends early when the container or Camel stops. */
    private void pause(long millis) {
        long left = TimeUnit.MILLISECONDS.toNanos(millis);
        lifecycleLock.lock();
        try {
            while (left > 0 && isRunning()) {
                long part = Math.min(left, LOOK_NANOS);
                left -= part - Math.max(0, lifecycleCondition.awaitNanos(part));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lifecycleLock.unlock();
        }
    }

    @Override
    protected void handleListenerSetupFailure(Throwable failure, boolean alreadyRecovered) {
        // that of another consumer's connection is told by that one
        if (!alreadyRecovered) {
            tell(failure);
            outages.broke(failure instanceof JMSException ? Outages.BROKER : consumers(), reason(failure), connectedAt);
        }
    }

    @Override
    protected void refreshConnectionUntilSuccessful() {
        ExponentialBackOff interval = new ExponentialBackOff(FIRST_MILLIS, 2);
        interval.setMaxInterval(LONGEST_MILLIS);
        BackOffExecution wait = interval.start();
        while (isRunning()) {
            long began = System.nanoTime();
            try {
                refreshSharedConnection();
                return;
            } catch (JMSException | RuntimeException e) {
                tell(e);
                outages.failed(Outages.BROKER, reason(e));
            }
            // from one try to the next: one that took long is not followed by a wait
            applyBackOffTime(
                    () -> Math.max(0, wait.nextBackOff() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)));
        }
    }

    /** A consumer that fails while the container stops waits for nothing: there is no next try. */
    @Override
    protected boolean applyBackOffTime(BackOffExecution wait) {
        return isRunning() && super.applyBackOffTime(wait);
    }

    private void tell(Throwable failure) {
        if (failure instanceof JMSException jms) {
            invokeExceptionListener(jms);
        }
        logger.debug("not consumed", failure);
    }

    /** Their name, where something else than the broker is to blame. */
    private String consumers() {
        return "the consumers of " + getDestinationDescription();
    }

    private String reason(Throwable failure) {
        return getDestinationDescription() + ": " + failure.getMessage();
    }
}
