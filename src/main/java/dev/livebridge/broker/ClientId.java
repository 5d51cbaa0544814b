package dev.livebridge.broker;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.jms.client.ActiveMQConnection;

/** A client id that is this process' own at the broker, for as long as its connection lives. */
final class ClientId implements AutoCloseable {
    private static final long CLOSE_MILLIS = 500;

    private final String id;
    private final Connection connection;

    private ClientId(String id, Connection connection) {
        this.id = id;
        this.connection = connection;
    }

    /**
     * Empty where another connection has it.
     *
     * @throws ClientIdsRefusedException where the broker lets this user have none
     * @throws JMSException              where the broker is away
     */
    static Optional<ClientId> take(ConnectionFactory factory, String id)
            throws JMSException, ClientIdsRefusedException {
        ClientId taken = new ClientId(id, factory.createConnection());
        try {
            if (taken.connection.getClientID() != null) {
                throw new ClientIdsRefusedException("the address gives it another one");
            }
            taken.set();
            return Optional.of(taken);
        } catch (InvalidClientIDException e) {
            taken.close();
            return Optional.empty();
        } catch (JMSException | ClientIdsRefusedException | RuntimeException e) {
            taken.close();
            throw e;
        }
    }

    private void set() throws JMSException, ClientIdsRefusedException {
        try {
            connection.setClientID(id);
            // some clients tell the broker only now
            connection.start();
        } catch (JMSSecurityException e) {
            throw new ClientIdsRefusedException(e.getMessage());
        }
    }

    /** Asks the broker. An Artemis looks at an id before it notes it, so that two who come at the same moment both get it. */
    boolean isHeld() {
        try {
            if (connection instanceof ActiveMQConnection artemis) {
                artemis.getInitialSession().addUniqueMetaData(ClientSession.JMS_SESSION_CLIENT_ID_PROPERTY, id);
            } else {
                connection.createSession().close();
            }
            return true;
        } catch (JMSException | ActiveMQException | RuntimeException e) {
            return false;
        }
    }

    /** Waits for the broker only for a moment: it may be silent. */
    @Override
    public void close() {
        Thread closing = new Thread(
                () -> {
                    try {
                        connection.close();
                    } catch (JMSException | RuntimeException e) {
                        // it is gone then
                    }
                },
                "broker-lock-close");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
