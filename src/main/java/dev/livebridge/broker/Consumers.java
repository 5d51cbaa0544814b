package dev.livebridge.broker;

import dev.livebridge.outage.Outages;
import org.apache.camel.Component;
import org.apache.camel.component.jms.ConsumerType;
import org.apache.camel.component.jms.JmsComponent;
import org.apache.camel.component.jms.JmsEndpoint;
import org.apache.camel.component.jms.MessageListenerContainerFactory;
import org.apache.camel.support.LifecycleStrategySupport;
import org.springframework.jms.listener.AbstractMessageListenerContainer;

/** Gives every JMS route, those of integrators too, consumers as {@link Container} has them. */
public final class Consumers extends LifecycleStrategySupport implements MessageListenerContainerFactory {
    private final BrokerQueues queues;
    private final Gate gate;
    private final Outages outages;

    /**
     * @param queues to be there before they are read
     * @param gate   whether they may be read
     */
    public Consumers(BrokerQueues queues, Gate gate, Outages outages) {
        this.queues = queues;
        this.gate = gate;
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
        return new Container(endpoint, queues, gate, outages);
    }
}
