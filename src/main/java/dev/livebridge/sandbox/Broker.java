package dev.livebridge.sandbox;

import dev.livebridge.broker.BrokerQueues;
import java.nio.file.Path;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/** A persistent Artemis broker in this process, reached over TCP as any other would be. */
public final class Broker implements AutoCloseable {
    private final EmbeddedActiveMQ broker;

    /**
     * Starts it.
     *
     * @param host      where it listens
     * @param port      where it listens
     * @param directory for its journal
     * @param oneReader the queue that one reader has for itself, or null
     * @param grouped   the queue that all consumers read, each group by one of them at a time
     */
    public Broker(String host, int port, Path directory, String oneReader, String grouped) throws Exception {
        Configuration config = new ConfigurationImpl()
                .setName("sandbox")
                .setPersistenceEnabled(true)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                // NIO on any file system; the desk has no need for AIO
                // another sandbox on this folder: end the start, rather than wait for it
                .setJournalLockAcquisitionTimeout(2_000)
                .setJournalType(JournalType.NIO)
                .setJournalDirectory(directory.resolve("journal").toString())
                .setBindingsDirectory(directory.resolve("bindings").toString())
                .setPagingDirectory(directory.resolve("paging").toString())
                .setLargeMessagesDirectory(directory.resolve("large-messages").toString())
                .addAcceptorConfiguration("jms", "tcp://" + host + ":" + port + "?protocols=CORE");
        config.addAddressSetting(
                "#",
                new AddressSettings()
                        // the bridge decides what can't be delivered, never the broker
                        .setMaxDeliveryAttempts(-1)
                        .setRedeliveryDelay(0)
                        .setDeadLetterAddress(SimpleString.of("DLQ"))
                        .setExpiryAddress(SimpleString.of("ExpiryQueue"))
                        .setAutoCreateQueues(true)
                        .setAutoCreateAddresses(true)
                        // a queue stays for whoever looks at it, empty or not
                        .setAutoDeleteQueues(false)
                        .setAutoDeleteAddresses(false)
                        .setDefaultAddressRoutingType(RoutingType.ANYCAST)
                        .setDefaultQueueRoutingType(RoutingType.ANYCAST));
        // as config/brokers/artemis-broker.xml has them
        if (oneReader != null) {
            config.addAddressSetting(oneReader, new AddressSettings().setDefaultExclusiveQueue(true));
        }
        config.addAddressSetting(
                grouped,
                new AddressSettings()
                        .setDefaultGroupRebalance(true)
                        .setDefaultGroupRebalancePauseDispatch(true)
                        .setDefaultGroupFirstKey(SimpleString.of(BrokerQueues.FIRST_KEY))
                        .setDefaultGroupBuckets(BrokerQueues.GROUP_BUCKETS));
        for (String queue : new String[] {"DLQ", "ExpiryQueue"}) {
            config.addQueueConfiguration(
                    QueueConfiguration.of(queue).setAddress(queue).setRoutingType(RoutingType.ANYCAST));
        }
        broker = new EmbeddedActiveMQ().setConfiguration(config);
        broker.start();
    }

    /** What runs, to be managed. */
    public ActiveMQServer server() {
        return broker.getActiveMQServer();
    }

    @Override
    public void close() throws Exception {
        broker.stop();
    }
}
