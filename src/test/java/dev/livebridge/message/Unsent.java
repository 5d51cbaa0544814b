package dev.livebridge.message;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.core.client.impl.ClientMessageImpl;
import org.apache.activemq.artemis.jms.client.ActiveMQBytesMessage;
import org.apache.activemq.artemis.jms.client.ActiveMQTextMessage;
import org.mockito.Mockito;

/** Messages of Artemis without a broker. */
final class Unsent {
    private static final ClientSession SESSION = session();

    private Unsent() {}

    static TextMessage text(String body) throws JMSException {
        ActiveMQTextMessage message = new ActiveMQTextMessage(SESSION);
        message.setText(body);
        return message;
    }

    /** To be read, as if it had been received. */
    static BytesMessage bytes(byte[] body) throws JMSException {
        ActiveMQBytesMessage message = new ActiveMQBytesMessage(SESSION) {};
        message.writeBytes(body);
        message.reset();
        return message;
    }

    private static ClientSession session() {
        ClientSession session =
                Mockito.mock(ClientSession.class, Mockito.withSettings().stubOnly());
        Mockito.when(session.createMessage(
                        Mockito.anyByte(),
                        Mockito.anyBoolean(),
                        Mockito.anyLong(),
                        Mockito.anyLong(),
                        Mockito.anyByte()))
                .thenAnswer(
                        call -> new ClientMessageImpl(call.getArgument(0), call.getArgument(1), 0, 0, (byte) 4, 512));
        return session;
    }
}
