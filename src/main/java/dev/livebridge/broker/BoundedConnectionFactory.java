package dev.livebridge.broker;

import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.activemq.artemis.jms.client.ActiveMQConnection;
import org.apache.activemq.artemis.jms.client.ActiveMQJMSConnectionFactory;

/**
 * Connections to an Artemis that are there in time, or not at all. Where something accepts a connection and closes it again, as a
 * load balancer does whose broker is away, Artemis' client goes on waiting for the broker's first word, for its callTimeout of
 * 30 s. A shorter callTimeout would bound commits too, which may take long.
 */
public final class BoundedConnectionFactory extends ActiveMQJMSConnectionFactory {
    private static final long serialVersionUID = 1L;

    /**
     * Properties of a large message may take up to so many bytes, and a message that is not large may have a body of so many: with
     * the bridge's own properties it fits into what an Artemis writes at once (490 KB).
     */
    private static final int MIN_LARGE_MESSAGE_SIZE = 240 * 1024;

    private Duration connectTimeout = Duration.ofSeconds(5);

    public BoundedConnectionFactory() {
        setMinLargeMessageSize(MIN_LARGE_MESSAGE_SIZE);
    }

    /** @param connectTimeout {@code live.jms.connect-timeout} */
    public void setConnectTimeout(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    /** @throws JMSException where it fails, or takes longer than the connect timeout */
    @Override
    protected ActiveMQConnection createConnectionInternal(String username, String password, boolean xa, int type)
            throws JMSException {
        CompletableFuture<ActiveMQConnection> connection = new CompletableFuture<>();
        Thread connecting = new Thread(
                () -> {
                    try {
                        ActiveMQConnection made = super.createConnectionInternal(username, password, xa, type);
                        if (!connection.complete(made)) {
                            made.close();
                        }
                    } catch (JMSException | RuntimeException | Error e) {
                        connection.completeExceptionally(e);
                    }
                },
                "connect");
        connecting.setDaemon(true);
        connecting.start();
        try {
            return connection.get(connectTimeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } catch (TimeoutException e) {
            return givenUp(connection, connecting, "no answer within " + connectTimeout.toMillis() + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return givenUp(connection, connecting, "interrupted");
        }
    }

    /** The connection where it was made at the last moment. */
    private static ActiveMQConnection givenUp(
            CompletableFuture<ActiveMQConnection> connection, Thread connecting, String reason) throws JMSException {
        JMSException failure = new JMSException("cannot connect: " + reason);
        if (connection.completeExceptionally(failure)) {
            connecting.interrupt();
            throw failure;
        }
        return connection.join();
    }

    private static JMSException failure(Throwable cause) {
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return (JMSException) cause;
    }
}
