package dev.livebridge.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.TestBridge;
import dev.livebridge.chaos.Story.DeadLetter;
import dev.livebridge.chaos.Story.Statement;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** Reads replies, events or dead letters into the ledger, until told to end, and comes back when the broker has gone. */
final class Listener implements Callable<Void> {
    /** The property that names a message, on the message itself and so on its dead letter; its correlation id as well. */
    static final String ID = "chaosId";

    static final String REPLIES = "chaos.replies";
    private static final JsonMapper JSON = new JsonMapper();

    private final String url;
    private final String queue;
    private final Ledger ledger;
    private final BooleanSupplier ended;

    Listener(String url, String queue, Ledger ledger, BooleanSupplier ended) {
        this.url = url;
        this.queue = queue;
        this.ledger = ledger;
        this.ended = ended;
    }

    @Override
    public Void call() throws InterruptedException {
        while (!ended.getAsBoolean()) {
            try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
                    Connection connection = factory.createConnection();
                    Session session = connection.createSession(false, Session.DUPS_OK_ACKNOWLEDGE);
                    MessageConsumer consumer = session.createConsumer(session.createQueue(queue))) {
                connection.start();
                while (!ended.getAsBoolean()) {
                    Message message = consumer.receive(200);
                    if (message != null) {
                        read(message);
                    }
                }
            } catch (JMSException e) {
                Thread.sleep(300);
            }
        }
        return null;
    }

    private void read(Message message) throws JMSException {
        try {
            enter(message);
        } catch (IOException | RuntimeException e) {
            ledger.stray("on " + queue + ": " + message + ": " + e);
        }
    }

    private void enter(Message message) throws JMSException, IOException {
        switch (queue) {
            case TestBridge.DEADLETTERS ->
                ledger.dead(
                        message.getStringProperty(ID),
                        new DeadLetter(
                                message.getJMSMessageID(),
                                message.getStringProperty("liveErrorCode"),
                                message.getBooleanProperty("liveUncertain")));
            case REPLIES -> said(message.getJMSCorrelationID(), message, json(message));
            default -> {
                JsonNode data = json(message).at("/data");
                said(data.at("/request/correlationId").asText(), message, data);
            }
        }
    }

    private void said(String id, Message message, JsonNode outcome) throws JMSException {
        ledger.said(
                id,
                new Statement(
                        message.getJMSTimestamp(),
                        outcome.path("status").asText(),
                        outcome.path("uncertain").asBoolean(),
                        outcome.path("duplicate").asBoolean()));
    }

    private static JsonNode json(Message message) throws JMSException, IOException {
        return JSON.readTree(((TextMessage) message).getText());
    }
}
