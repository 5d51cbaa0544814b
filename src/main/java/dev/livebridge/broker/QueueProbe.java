package dev.livebridge.broker;

import dev.livebridge.outage.Probe;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.function.Supplier;

/** Looks whether a queue can be written to: opens a producer, and sends nothing. */
public final class QueueProbe implements Probe {
    private final Supplier<ConnectionFactory> broker;
    private final String queue;

    /** @param broker made from the configuration, which may be later than this */
    public QueueProbe(Supplier<ConnectionFactory> broker, String queue) {
        this.broker = broker;
        this.queue = queue;
    }

    @Override
    public void look() throws JMSException {
        try (Connection connection = broker.get().createConnection();
                Session session = connection.createSession();
                MessageProducer producer = session.createProducer(session.createQueue(queue))) {
            producer.getDestination();
        }
    }
}
