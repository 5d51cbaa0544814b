package dev.livebridge.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.Connection;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the chaos takes for granted: a message survives a kill of the broker. */
@Tag("chaos")
class BrokerProcessIT {
    @Test
    void keepsMessagesWhenKilled(@TempDir Path folder) throws Exception {
        try (BrokerProcess broker = BrokerProcess.in(folder);
                ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(broker.url())) {
            broker.start();
            try (Connection connection = factory.createConnection();
                    Session session = connection.createSession(true, Session.SESSION_TRANSACTED)) {
                session.createProducer(session.createQueue("live.messages")).send(session.createTextMessage("kept"));
                session.commit();
            }

            broker.kill();
            broker.start();

            try (Connection connection = factory.createConnection();
                    Session session = connection.createSession()) {
                connection.start();
                TextMessage message = (TextMessage) session.createConsumer(session.createQueue("live.messages"))
                        .receive(5_000);
                assertThat(message.getText()).isEqualTo("kept");
            }
        }
    }
}
