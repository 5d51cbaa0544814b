package dev.livebridge.broker;

import java.util.Collection;
import org.apache.activemq.artemis.core.client.impl.ServerLocatorInternal;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** All connections that a bridge has to an Artemis. */
public final class BrokerConnections {
    private BrokerConnections() {}

    /**
     * Closes all that these factories have made, and they make no more. It says nothing to the broker, which may be silent: a
     * proper close of a connection waits for its answer, up to 30 s for each session. Whoever waits for the broker, such as for
     * the rest of a large message, fails at once.
     */
    public static void drop(Collection<ActiveMQConnectionFactory> factories) {
        for (ActiveMQConnectionFactory factory : factories) {
            ((ServerLocatorInternal) factory.getServerLocator()).cleanup();
        }
    }
}
