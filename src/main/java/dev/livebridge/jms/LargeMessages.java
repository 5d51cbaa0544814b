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
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.api.core.ICoreMessage;
import org.apache.activemq.artemis.api.core.Interceptor;
import org.apache.activemq.artemis.core.message.impl.CoreMessage;
import org.apache.activemq.artemis.core.protocol.core.Packet;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.SessionReceiveLargeMessage;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.SessionReceiveMessage;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.apache.activemq.artemis.utils.DataConstants;
import org.apache.activemq.artemis.utils.collections.TypedProperties;

/**
 * Large messages of Artemis (over 100 KB) without their bodies in memory. Its JMS client can stream the body of a
 * BytesMessage alone, and reads all other types whole before anybody sees them: so large messages of any type arrive as
 * BytesMessages (this is the connection factory's {@code incomingInterceptorList}), with their true type in a property,
 * and leave as what they were. So do messages whose body is not of their type, which the client could not read at all.
 */
public final class LargeMessages implements Interceptor {
    private static final Map<Byte, String> NAMES = Map.of(
            CoreMessage.TEXT_TYPE, "TextMessage",
            CoreMessage.BYTES_TYPE, "BytesMessage",
            CoreMessage.MAP_TYPE, "MapMessage",
            CoreMessage.STREAM_TYPE, "StreamMessage",
            CoreMessage.OBJECT_TYPE, "ObjectMessage");

    /** The property that holds the true type of a message that arrives as a BytesMessage. */
    static final String TYPE = "liveBodyType";

    /** On receipt, before the client makes a JMS message of it. */
    @Override
    public boolean intercept(Packet packet, RemotingConnection connection) {
        if (packet instanceof SessionReceiveLargeMessage large) {
            arriveAsBytes((ICoreMessage) large.getLargeMessage());
        } else if (packet instanceof SessionReceiveMessage regular) {
            ICoreMessage message = regular.getMessage();
            // a producer's own would be taken for the bridge's
            message.removeProperty(TYPE);
            // compressed it was not large, but it is
            if (message.containsProperty(CoreMessage.HDR_LARGE_COMPRESSED) || !isReadable(message)) {
                arriveAsBytes(message);
            }
        }
        return true;
    }

    /** Whether the client could make a JMS message of it: lengths in the body are those of the body. */
    private static boolean isReadable(ICoreMessage message) {
        try {
            ActiveMQBuffer body = message.getReadOnlyBodyBuffer();
            return switch (message.getType()) {
                case CoreMessage.TEXT_TYPE -> body.readByte() == DataConstants.NULL || hasLength(body, Character.BYTES);
                case CoreMessage.OBJECT_TYPE -> hasLength(body, Byte.BYTES);
                case CoreMessage.MAP_TYPE -> {
                    new TypedProperties().decode(body.byteBuf());
                    yield true;
                }
                case CoreMessage.DEFAULT_TYPE, CoreMessage.BYTES_TYPE, CoreMessage.STREAM_TYPE -> true;
                default -> false;
            };
        } catch (RuntimeException | OutOfMemoryError e) {
            // it ends too early, or names a length that no array has
            return false;
        }
    }

    private static boolean hasLength(ActiveMQBuffer body, int unit) {
        int length = body.readInt();
        return length >= 0 && length <= body.readableBytes() && length % unit == 0;
    }

    private static void arriveAsBytes(ICoreMessage message) {
        message.putByteProperty(TYPE, message.getType());
        message.setType(CoreMessage.BYTES_TYPE);
    }

    /** Whether the body of this message is still with the broker. */
    public static boolean is(Message message) throws JMSException {
        return message instanceof ActiveMQMessage artemis
                && artemis.getCoreMessage().isLargeMessage()
                && message.propertyExists(TYPE);
    }

    /** Whether it arrived as a BytesMessage because its body can't be read as what its type says. */
    public static boolean isUnreadable(Message message) throws JMSException {
        return message instanceof ActiveMQMessage && message.propertyExists(TYPE) && !is(message);
    }

    /** Gives such a message its type back, to be sent on as it came. */
    static void restoreType(Message unreadable) throws JMSException {
        ((ActiveMQMessage) unreadable).getCoreMessage().setType(unreadable.getByteProperty(TYPE));
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
     * The body, as it stands on the wire. It can be read once for each delivery, until the next message is received;
     * what is left unread the client fetches, and drops, then.
     */
    static InputStream open(Message message) {
        BytesMessage body = (BytesMessage) message;
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

    /** A message to send with this body, of the type in which it came. */
    static Message resend(Message received, Content body, Session session) throws JMSException, IOException {
        byte type = received.getByteProperty(TYPE);
        BytesMessage message = session.createBytesMessage();
        // read, and closed, by the send
        message.setObjectProperty("JMS_AMQ_InputStream", body.open());
        ((ActiveMQMessage) message).getCoreMessage().setType(type);
        return message;
    }
}
