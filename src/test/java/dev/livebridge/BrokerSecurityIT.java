package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static dev.livebridge.TestBridge.freePort;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.deployers.impl.FileConfigurationParser;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What config/brokers allows to whom, on a broker with these files. A user has the role of the same name. */
class BrokerSecurityIT {
    private static final EmbeddedActiveMQ BROKER = new EmbeddedActiveMQ();
    private static final WireMockServer LIVE =
            new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));

    @TempDir
    private static Path folder;

    private static String url;
    private static Bridge bridge;

    @BeforeAll
    static void start() throws Exception {
        url = "tcp://127.0.0.1:" + freePort();
        Configuration configuration = parsed("artemis-broker.xml")
                .setSecurityRoles(parsed("artemis-security.xml").getSecurityRoles())
                .setSecurityEnabled(true)
                .setPersistenceEnabled(false)
                .setJMXManagementEnabled(false)
                .addAcceptorConfiguration("jms", url);
        BROKER.setConfiguration(configuration).setSecurityManager(new ByRole());
        BROKER.start();
        LIVE.start();
        LIVE.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        bridge = new Bridge(Path.of("").toAbsolutePath(), null);
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("live.jms.url", url);
        settings.put("live.jms.username", "live-bridge");
        settings.put("live.jms.password", "any");
        settings.put("live.api.base-url", LIVE.baseUrl());
        settings.put("live.bot.id", "1000");
        settings.put("live.bot.token", "token");
        settings.put("live.webhook.secret", "secret");
        settings.put("live.webhook.port", Integer.toString(freePort()));
        settings.put("live.management.port", Integer.toString(freePort()));
        settings.put("live.data-directory", folder.toString());
        settings.forEach(bridge::addOverrideProperty);
        bridge.start();
    }

    @AfterAll
    static void stop() throws Exception {
        bridge.stop();
        LIVE.stop();
        BROKER.stop();
    }

    private static Configuration parsed(String name) throws Exception {
        try (InputStream file = Files.newInputStream(Path.of("config/brokers", name))) {
            return new FileConfigurationParser().parseMainConfig(file);
        }
    }

    @Test
    void letsTheBridgeWork() throws Exception {
        try (Connection connection = connect("live-producer");
                Session session = connection.createSession()) {
            Queue replies = session.createTemporaryQueue();
            for (String text : new String[] {"\"Hi\"", "1"}) {
                TextMessage message = session.createTextMessage("{\"conversationId\": \"c\", \"text\": " + text + "}");
                message.setJMSReplyTo(replies);
                session.createProducer(session.createQueue("live.messages")).send(message);
            }
            try (MessageConsumer consumer = session.createConsumer(replies)) {
                assertThat(consumer.receive(15_000).getBody(String.class)).contains("\"sent\"");
                assertThat(consumer.receive(15_000).getBody(String.class)).contains("\"invalid-request\"");
            }
        }
        assertThat(take("live-listener", "live.events").getBody(String.class)).contains("\"failed\"");
        Message letter = take("live-operator", "live.deadletters");
        assertThat(letter.getStringProperty("liveOriginQueue")).isEqualTo("live.messages");
    }

    private static Message take(String user, String queue) throws JMSException {
        try (Connection connection = connect(user);
                Session session = connection.createSession();
                MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
            return consumer.receive(15_000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"live.messages.grouped", "live.held", "live.events", "live.deadletters", "live.any"})
    void letsProducersNeitherReadNorWriteWhatIsTheBridges(String queue) throws Exception {
        assertRefused("live-producer", queue);
    }

    @ParameterizedTest
    @ValueSource(strings = {"live.messages.grouped", "live.held"})
    void letsNobodyElseAtTheInternalQueues(String queue) throws Exception {
        assertRefused("live-operator", queue);
        assertRefused("live-listener", queue);
    }

    @Test
    void letsProducersNotReadWhatOthersSend() throws Exception {
        try (Connection connection = connect("live-producer");
                Session session = connection.createSession()) {
            for (String queue : new String[] {"live.messages", "live.conversations", "live.#", "live.*"}) {
                assertThatThrownBy(() -> session.createConsumer(session.createQueue(queue)))
                        .as(queue)
                        .isInstanceOf(JMSException.class);
            }
        }
    }

    private static void assertRefused(String user, String queue) throws JMSException {
        await().until(() ->
                queue.equals("live.any") || BROKER.getActiveMQServer().locateQueue(queue) != null);
        try (Connection connection = connect(user);
                Session session = connection.createSession()) {
            Queue of = session.createQueue(queue);
            assertThatThrownBy(() -> session.createProducer(of).send(session.createTextMessage("{}")))
                    .isInstanceOf(JMSSecurityException.class);
            assertThatThrownBy(() -> session.createConsumer(of)).isInstanceOf(JMSSecurityException.class);
            assertThatThrownBy(() -> session.createBrowser(of).getEnumeration())
                    .isInstanceOf(JMSSecurityException.class);
        }
    }

    private static Connection connect(String user) throws JMSException {
        Connection connection = new ActiveMQConnectionFactory(url).createConnection(user, "any");
        connection.start();
        return connection;
    }

    private static final class ByRole implements ActiveMQSecurityManager {
        @Override
        public boolean validateUser(String user, String password) {
            return true;
        }

        @Override
        public boolean validateUserAndRole(String user, String password, Set<Role> roles, CheckType check) {
            return roles.stream().anyMatch(role -> role.getName().equals(user) && check.hasRole(role));
        }
    }
}
