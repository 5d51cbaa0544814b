package dev.livebridge;

import static dev.livebridge.TestBridge.freePort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.livebridge.broker.BrokerQueues;
import dev.livebridge.broker.BrokerQueues.Seen;
import dev.livebridge.broker.BrokerQueues.Use;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager;
import org.apache.camel.util.FileUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the queues on a broker that nobody has configured for the bridge. */
class BrokerQueuesIT {
    private static final Map<String, Use> QUEUES = new LinkedHashMap<>();

    static {
        QUEUES.put("in", Use.ONE_READER);
        QUEUES.put("grouped", Use.GROUPED);
        QUEUES.put("held", Use.PLAIN);
    }

    private final EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
    private final BrokerQueues queues = new BrokerQueues(QUEUES);
    private Configuration configuration;
    private ActiveMQConnectionFactory factory;
    private String url;

    @BeforeEach
    void configure() throws Exception {
        url = "tcp://127.0.0.1:" + freePort();
        configuration = new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .addAcceptorConfiguration("jms", url);
        factory = new ActiveMQConnectionFactory(url);
    }

    @AfterEach
    void stop() throws Exception {
        factory.close();
        broker.stop();
    }

    @Test
    void makesThemWithTheirAttributes() throws Exception {
        start();
        try (Connection connection = factory.createConnection()) {
            assertThat(look(connection)).extracting(Seen::exists).containsOnly(false);

            queues.prepare(connection);

            assertThat(look(connection)).extracting(Seen::exists).containsOnly(true);
            // what only its configuration can mend
            assertThat(look(connection)).allSatisfy(seen -> assertThat(seen.wrong())
                    .containsExactly("max-delivery-attempts is 10, must be -1"));
            assertThat(broker.getActiveMQServer().locateQueue("grouped").getGroupBuckets())
                    .isEqualTo(1024);
        }
    }

    @Test
    void tellsOnceWhatThoseThatAreThereLack() throws Exception {
        configuration
                .addQueueConfiguration(QueueConfiguration.of("in").setRoutingType(RoutingType.ANYCAST))
                .addQueueConfiguration(QueueConfiguration.of("grouped").setRoutingType(RoutingType.ANYCAST));
        start();
        try (Log log = Log.listen();
                Connection connection = factory.createConnection()) {
            queues.prepare(connection);
            queues.prepare(connection);

            assertThat(log.lines())
                    .containsOnlyOnce(
                            "queue in: exclusive is false, must be true (see config/brokers/artemis-broker.xml)")
                    .containsOnlyOnce(
                            "queue grouped: group-rebalance is false, must be true (see config/brokers/artemis-broker.xml)")
                    .containsOnlyOnce("queue grouped: group-rebalance-pause-dispatch is false, must be true"
                            + " (see config/brokers/artemis-broker.xml)");
        }
    }

    @Test
    void tellsWhatItMayNotMake() throws Exception {
        configuration.setSecurityEnabled(true);
        broker.setSecurityManager(new Consuming());
        start();
        try (Log log = Log.listen();
                Connection connection = factory.createConnection()) {
            queues.prepare(connection);

            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("queue "))
                    .hasSize(3);
            assertThat(log.lines())
                    .anyMatch(line -> line.startsWith("queue in: isn't there, and can't be made with exclusive true"));
            assertThat(look(connection)).extracting(Seen::deliveryVisible).containsOnly(false);
        }
    }

    @Test
    void aBridgeThatStartsWithoutItsBrokerMakesThemWhenItIsThere() throws Exception {
        Path data = Files.createTempDirectory("live-bridge");
        Bridge bridge = new Bridge(Path.of("").toAbsolutePath(), null);
        Map.of(
                        "live.jms.url",
                        url,
                        "live.bot.id",
                        "1000",
                        "live.bot.token",
                        "token",
                        "live.webhook.secret",
                        "secret",
                        "live.webhook.port",
                        Integer.toString(TestBridge.freePort()),
                        "live.management.port",
                        Integer.toString(TestBridge.freePort()),
                        "live.data-directory",
                        data.toString())
                .forEach(bridge::addOverrideProperty);
        bridge.start();
        try {
            start();

            for (String queue : List.of("live.messages", "live.messages.grouped", "live.held")) {
                await().until(() -> broker.getActiveMQServer().locateQueue(queue) != null);
            }
            assertThat(broker.getActiveMQServer().locateQueue("live.messages").isExclusive())
                    .isTrue();
            await().until(() -> broker.getActiveMQServer()
                            .locateQueue("live.messages.grouped")
                            .getConsumerCount()
                    == 20);
            assertThat(broker.getActiveMQServer()
                            .locateQueue("live.messages.grouped")
                            .isGroupRebalancePauseDispatch())
                    .isTrue();
        } finally {
            bridge.stop();
            FileUtil.removeDir(data.toFile());
        }
    }

    private void start() throws Exception {
        broker.setConfiguration(configuration).start();
    }

    private List<Seen> look(Connection connection) throws JMSException {
        return queues.look(connection).orElseThrow();
    }

    /** Anyone may do no more than consume and browse. */
    private static final class Consuming implements ActiveMQSecurityManager {
        @Override
        public boolean validateUser(String user, String password) {
            return true;
        }

        @Override
        public boolean validateUserAndRole(String user, String password, Set<Role> roles, CheckType check) {
            return check == CheckType.CONSUME || check == CheckType.BROWSE;
        }
    }
}
