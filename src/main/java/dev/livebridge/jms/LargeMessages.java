package dev.livebridge.jms;

import dev.livebridge.spool.Content;
import dev.livebridge.spool.ContentStream;
import dev.livebridge.spool.SpoolFolder;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.artemis.api.core.ICoreMessage;
import org.apache.activemq.artemis.api.core.Interceptor;
import org.apache.activemq.artemis.core.message.impl.CoreMessage;
import org.apache.activemq.artemis.core.protocol.core.Packet;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.SessionReceiveLargeMessage;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.SessionReceiveMessage;
import org.apache.activemq.artemis.jms.client.ActiveMQBytesMessage;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;

/**
 * Large messages of Artemis (over 100 KB) without their bodies in memory. Its JMS client can stream the body of a
 * BytesMessage alone, and reads all other types whole before anybody sees them: so large messages of any type arrive as
 * BytesMessages (this is the connection factory's {@code incomingInterceptorList}), with their true type in a property,
 * and leave as what they were. What a producer compressed stays so until somebody reads it. Small messages of types that are
 * refused arrive in the same way, so that the client never opens them.
 */
public final class LargeMessages implements Interceptor {
    private static final Map<Byte, String> NAMES = Map.of(
            CoreMessage.TEXT_TYPE, "TextMessage",
            CoreMessage.BYTES_TYPE, "BytesMessage",
            CoreMessage.MAP_TYPE, "MapMessage",
            CoreMessage.STREAM_TYPE, "StreamMessage",
            CoreMessage.OBJECT_TYPE, "ObjectMessage",
            CoreMessage.DEFAULT_TYPE, "Message");

    /** What the client may open, where it is small. */
    private static final Set<Byte> OPENED =
            Set.of(CoreMessage.TEXT_TYPE, CoreMessage.BYTES_TYPE, CoreMessage.DEFAULT_TYPE);

    /** The type of a message whose body is not of its type, and of a message of an unknown type. */
    private static final byte FORGED = -1;

    /** The property that holds the true type of a large message. */
    static final String TYPE = "liveBodyType";

    /** Whether its producer compressed the body, which is still so. */
    private static final String COMPRESSED = "liveBodyCompressed";

    /** On receipt, before the client makes a JMS message of it. */
    @Override
    public boolean intercept(Packet packet, RemotingConnection connection) {
        if (packet instanceof SessionReceiveLargeMessage large) {
            ICoreMessage message = (ICoreMessage) large.getLargeMessage();
            ForgedMessages.dropHeaders(message);
            arriveAsBytes(message);
            // as it arrives, which the client relies on
            message.putLongProperty(ICoreMessage.HDR_LARGE_BODY_SIZE, large.getLargeMessageSize());
        } else if (packet instanceof SessionReceiveMessage regular) {
            ICoreMessage message = regular.getMessage();
            ForgedMessages.dropHeaders(message);
            drop(TYPE, message);
            if (message.containsProperty(ICoreMessage.HDR_LARGE_COMPRESSED)) {
                // it may be large once it is unpacked
                arriveAsBytes(message);
            } else if (!ForgedMessages.hasBodyOfItsType(message)) {
                message.setType(FORGED);
                arriveAsBytes(message);
            } else if (!OPENED.contains(message.getType())) {
                arriveAsBytes(message);
            }
        }
        return true;
    }

    private static void arriveAsBytes(ICoreMessage message) {
        message.putByteProperty(TYPE, message.getType());
        message.setType(CoreMessage.BYTES_TYPE);
        drop(COMPRESSED, message);
        // else the client would unpack all of it, whatever its size
        if (Boolean.TRUE.equals(message.removeProperty(ICoreMessage.HDR_LARGE_COMPRESSED))) {
            message.putBooleanProperty(COMPRESSED, true);
        }
    }

    /** Removes what a producer set: only this interceptor may set it. */
    private static void drop(String property, ICoreMessage message) {
        if (message.containsProperty(property)) {
            message.removeProperty(property);
        }
    }

    /** Whether this message arrived as bytes, whatever it is: it may be large, and the body of a large one is with the broker. */
    public static boolean is(Message message) throws JMSException {
        return message instanceof ActiveMQBytesMessage && message.getObjectProperty(TYPE) instanceof Byte;
    }

    /** Whether the body arrived as its producer compressed it. */
    static boolean isCompressed(Message message) throws JMSException {
        return is(message) && message.propertyExists(COMPRESSED);
    }

    /** Whether this property says how the message arrived. */
    static boolean isOfArrival(String property) {
        return property.equals(TYPE) || property.equals(COMPRESSED);
    }

    /** The type in which it was sent. */
    static Original.Type type(Message message) throws JMSException {
        return switch (message.getByteProperty(TYPE)) {
            case CoreMessage.TEXT_TYPE -> Original.Type.TEXT;
            case CoreMessage.BYTES_TYPE -> Original.Type.BYTES;
            default -> Original.Type.OTHER;
        };
    }

    /** The type in which it was sent, by its name in JMS. */
    public static String typeName(Message message) throws JMSException {
        return NAMES.getOrDefault(message.getByteProperty(TYPE), "Message");
    }

    /**
     * The body, as it stands on the wire. It can be read until the next message is received; what is left unread the client
     * fetches, and drops, then.
     */
    static InputStream open(Message message) throws JMSException {
        BytesMessage body = (BytesMessage) message;
        body.reset();
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                byte[] part = new byte[length];
                try {
                    int read = body.readBytes(part, length);
                    System.arraycopy(part, 0, bytes, offset, Math.max(0, read));
                    return read;
                } catch (JMSException | RuntimeException e) {
                    // the client tells of a broker that went silent in ways of its own
                    throw new IOException("the body of a large message could not be read: " + e.getMessage(), e);
                }
            }
        };
    }

    /** Writes the body, as it stands on the wire, once as well. */
    static void save(Message message, OutputStream out) throws JMSException, IOException {
        FailLater whole = new FailLater(out);
        message.setObjectProperty("JMS_AMQ_SaveStream", whole);
        whole.rethrow();
    }

    /** Fetches the body, as it stands on the wire. This can be done once for each delivery. */
    static Content save(Message message, SpoolFolder spool) throws JMSException, IOException {
        try (ContentStream stream = spool.create(Long.MAX_VALUE)) {
            save(message, stream);
            stream.close();
            return stream.content();
        }
    }

    /**
     * Takes all that comes, and fails afterwards. When a write fails, Artemis' client asks the broker for nothing more:
     * the consumer would be silent from then on.
     */
    private static final class FailLater extends OutputStream {
        private final OutputStream out;
        private IOException failure;

        FailLater(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            if (failure != null) {
                return;
            }
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failure = e;
            }
        }

        void rethrow() throws IOException {
            if (failure != null) {
                throw failure;
            }
        }
    }

    /** The type in which any client can open it: a BytesMessage, where its own is forged. */
    static byte openType(Message message) throws JMSException {
        byte type = message.getByteProperty(TYPE);
        return NAMES.containsKey(type) ? type : CoreMessage.BYTES_TYPE;
    }

    /** A message of this type to send with this body. */
    static Message resend(InputStream body, byte type, Session session) throws JMSException {
        BytesMessage message = session.createBytesMessage();
        // read, and closed, by the send
        message.setObjectProperty("JMS_AMQ_InputStream", body);
        ((ActiveMQMessage) message).getCoreMessage().setType(type);
        return message;
    }
}
