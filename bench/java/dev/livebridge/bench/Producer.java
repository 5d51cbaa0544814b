package dev.livebridge.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** Drops persistent messages on live.messages, each with its conversation as its group. */
final class Producer implements AutoCloseable {
    private static final int BATCH = 500;
    private static final JsonMapper JSON = new JsonMapper();

    private final Connection connection;

    Producer(String url) throws JMSException {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
        factory.setBlockOnDurableSend(false);
        connection = factory.createConnection();
    }

    /** All at once. */
    void preload(Arrivals work) throws JMSException, JsonProcessingException {
        try (Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
                MessageProducer producer = session.createProducer(session.createQueue(Queues.MESSAGES))) {
            for (int message = 0; message < work.messages(); message++) {
                producer.send(message(session, work, message));
                if (message % BATCH == BATCH - 1) {
                    session.commit();
                }
            }
            session.commit();
        }
    }

    /**
     * One by one, in even steps, without waiting for the broker to have each on its disk.
     *
     * @param rate messages per second
     * @return when each was due, in nanoseconds
     */
    long[] send(Arrivals work, int rate) throws JMSException, JsonProcessingException {
        long step = Duration.ofSeconds(1).toNanos() / rate;
        long[] sentAt = new long[work.messages()];
        try (Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageProducer producer = session.createProducer(session.createQueue(Queues.MESSAGES))) {
            long start = System.nanoTime();
            for (int message = 0; message < sentAt.length; message++) {
                sentAt[message] = start + message * step;
                while (System.nanoTime() < sentAt[message]) {
                    LockSupport.parkNanos(sentAt[message] - System.nanoTime());
                }
                producer.send(message(session, work, message));
            }
        }
        return sentAt;
    }

    private static TextMessage message(Session session, Arrivals work, int message)
            throws JMSException, JsonProcessingException {
        String conversation = Arrivals.conversation(work.conversationOf(message));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("conversationId", conversation);
        body.put("text", work.text(message));
        TextMessage text = session.createTextMessage(JSON.writeValueAsString(body));
        text.setStringProperty("JMSXGroupID", conversation);
        return text;
    }

    @Override
    public void close() throws JMSException {
        connection.close();
    }
}
