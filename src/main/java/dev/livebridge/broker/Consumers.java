package dev.livebridge.broker;

import dev.livebridge.delivery.Outages;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.time.Instant;
import org.apache.activemq.artemis.api.core.client.FailoverEventType;
import org.apache.activemq.artemis.jms.client.ActiveMQConnection;
import org.apache.camel.Component;
import org.apache.camel.component.jms.ConsumerType;
import org.apache.camel.component.jms.DefaultJmsMessageListenerContainer;
import org.apache.camel.component.jms.JmsComponent;
import org.apache.camel.component.jms.JmsEndpoint;
import org.apache.camel.component.jms.MessageListenerContainerFactory;
import org.apache.camel.support.LifecycleStrategySupport;
import org.springframework.jms.listener.AbstractMessageListenerContainer;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Has the JMS routes consume as Camel does, but for this: on each new connection the queues are made first, and a broker
 * that is away is tried at a growing interval and told of once, not at each try.
 */
public final class Consumers extends LifecycleStrategySupport implements MessageListenerContainerFactory {
    private static final long FIRST_MILLIS = 500;
    private static final long LONGEST_MILLIS = 5_000;

    private final BrokerQueues queues;
    private final Outages outages;

    public Consumers(BrokerQueues queues, Outages outages) {
        this.queues = queues;
        this.outages = outages;
    }

    @Override
    public void onComponentAdd(String name, Component component) {
        if (component instanceof JmsComponent jms) {
            jms.setConsumerType(ConsumerType.Custom);
            jms.setMessageListenerContainerFactory(this);
        }
    }

    @Override
    public AbstractMessageListenerContainer createMessageListenerContainer(JmsEndpoint endpoint) {
        return new Container(endpoint);
    }

    private final class Container extends DefaultJmsMessageListenerContainer {
        private volatile Instant connectedAt = Instant.now();

        private Container(JmsEndpoint endpoint) {
            super(endpoint);
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
            return consumer;
        }

        @Override
        protected void handleListenerSetupFailure(Throwable failure, boolean alreadyRecovered) {
            // that of another consumer's connection is told by that one
            if (!alreadyRecovered) {
                tell(failure);
                outages.broke(Outages.BROKER, reason(failure), connectedAt);
            }
        }

        @Override
        protected void refreshConnectionUntilSuccessful() {
            ExponentialBackOff interval = new ExponentialBackOff(FIRST_MILLIS, 2);
            interval.setMaxInterval(LONGEST_MILLIS);
            BackOffExecution wait = interval.start();
            while (isRunning()) {
                try {
                    refreshSharedConnection();
                    return;
                } catch (JMSException | RuntimeException e) {
                    tell(e);
                    outages.failed(Outages.BROKER, reason(e));
                }
                applyBackOffTime(wait);
            }
        }

        private void tell(Throwable failure) {
            if (failure instanceof JMSException jms) {
                invokeExceptionListener(jms);
            }
            logger.debug("not consumed", failure);
        }

        private String reason(Throwable failure) {
            return getDestinationDescription() + ": " + failure.getMessage();
        }
    }
}
