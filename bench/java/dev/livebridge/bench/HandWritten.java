package dev.livebridge.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/**
 * The baseline: what one would write in an afternoon, and fast. A thread and a transacted session a consumer; receive,
 * parse, post, commit. What Live doesn't take is rolled back after a wait, and comes again.
 */
final class HandWritten implements Runnable {
    private static final int RETRY_DELAY = 500;
    private static final JsonMapper JSON = new JsonMapper();

    private final Connection connection;
    private final CloseableHttpClient http;
    private final String liveUrl;

    private HandWritten(Connection connection, CloseableHttpClient http, String liveUrl) {
        this.connection = connection;
        this.http = http;
        this.liveUrl = liveUrl;
    }

    public static void main(String[] args) throws JMSException {
        Work work = Work.fromEnvironment();
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(work.jmsUrl());
        factory.setConsumerWindowSize(1024);
        Connection connection = factory.createConnection();
        connection.start();
        CloseableHttpClient http = HttpClients.custom()
                .disableAutomaticRetries()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setMaxConnTotal(work.consumers())
                        .setMaxConnPerRoute(work.consumers())
                        .build())
                .build();
        for (int i = 0; i < work.consumers(); i++) {
            new Thread(new HandWritten(connection, http, work.liveUrl())).start();
        }
        System.out.println("Up: the hand-written loop");
    }

    @Override
    public void run() {
        try (Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
                MessageConsumer consumer = session.createConsumer(session.createQueue(Queues.MESSAGES))) {
            while (consumer.receive() instanceof TextMessage message) {
                if (send(message)) {
                    session.commit();
                } else {
                    Thread.sleep(RETRY_DELAY);
                    session.rollback();
                }
            }
        } catch (JMSException | IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean send(TextMessage message) throws JMSException, IOException {
        JsonNode request = JSON.readTree(message.getText());
        Map<String, String> entry =
                Map.of("action", "text", "value", request.get("text").textValue(), "source", "user");
        HttpPost post =
                new HttpPost(liveUrl + "/" + request.get("conversationId").textValue() + "/client/message");
        post.setEntity(new ByteArrayEntity(
                JSON.writeValueAsBytes(Map.of("message", List.of(entry))), ContentType.APPLICATION_JSON));
        return http.execute(post, HandWritten::taken);
    }

    private static boolean taken(ClassicHttpResponse response) throws IOException {
        EntityUtils.consume(response.getEntity());
        return response.getCode() / 100 == 2;
    }
}
