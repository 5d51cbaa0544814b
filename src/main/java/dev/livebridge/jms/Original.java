package dev.livebridge.jms;

import dev.livebridge.spool.Content;
import dev.livebridge.spool.ContentStream;
import dev.livebridge.spool.SpoolFolder;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.io.StringReader;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.apache.activemq.artemis.core.message.impl.CoreMessage;

/** A JMS message as it came. Its body is in memory, or, where it is large, in the spool. */
public final class Original {
    /** What a message can hold; of the others nothing is ever opened. */
    public enum Type {
        TEXT,
        BYTES,
        OTHER
    }

    /** Before the characters of a large text, the wire has a mark and their length. */
    private static final int TEXT_HEADER = 5;

    /** Of a character of Java in UTF-8: those that take four are two characters. */
    private static final int MAX_BYTES = 3;

    /** On the bridge's own queues: the body is as its producer compressed it. */
    private static final String COMPRESSED = Identity.PREFIX + "Compressed";

    /** On the bridge's own queues: how many bytes its properties took, of which the longest are left out. */
    private static final String SIZE = Identity.PREFIX + "PropertiesSize";

    /** The property of {@link #earlierIds}. */
    public static final String EARLIER_IDS = "liveEarlierIds";

    private static final int MAX_EARLIER_IDS = 4_000;

    /** The property by which a producer marks what is to be done once. */
    public static final String KEY = "idempotencyKey";

    private static final int DIGEST_LENGTH = 32;

    /** In bytes: a compressed body of no more is unpacked when it is sent, so that any client knows its length. */
    private static final long ALWAYS_UNPACKED = 1_000_000;

    /** A larger one is unpacked unless it grows by more than this: it would fill the broker, and goes as it came. */
    private static final int MAX_RATIO = 20;

    private final Message message;
    private final Identity identity;
    private final Type type;
    private final Content spooled;
    private final boolean isInternal;
    private final boolean isCompressed;
    private Map<String, Object> allProperties;
    private int size;

    private Original(Message message, Identity identity, Type type, Content spooled, boolean isInternal)
            throws JMSException {
        this.message = message;
        this.identity = identity;
        this.type = type;
        this.spooled = spooled;
        this.isInternal = isInternal;
        this.isCompressed = LargeMessages.isCompressed(message) || isInternal && message.propertyExists(COMPRESSED);
    }

    /** Without keeping its body: of a large message it can be read once, until the next one is received. */
    public static Original unkept(Message message) throws JMSException {
        Identity identity = Identity.of(message, false);
        return LargeMessages.is(message)
                ? new Original(message, identity, LargeMessages.type(message), null, false)
                : inMemory(message, identity, false);
    }

    /** A message of a queue that others write to. */
    public static Original of(Message message, SpoolFolder spool) throws NotKeptException, JMSException {
        return of(message, false, spool);
    }

    /**
     * @param internal whether it comes from a queue that only the bridge writes to
     * @throws NotKeptException where the body of a large message could not be fetched
     */
    public static Original of(Message message, boolean internal, SpoolFolder spool)
            throws NotKeptException, JMSException {
        Identity identity = Identity.of(message, internal);
        if (LargeMessages.is(message)) {
            try {
                return new Original(
                                message,
                                identity,
                                LargeMessages.type(message),
                                LargeMessages.save(message, spool),
                                internal)
                        .identified();
            } catch (IOException | JMSException | RuntimeException e) {
                throw new NotKeptException(identity.messageId() + ": its body could not be spooled: " + e);
            }
        }
        return inMemory(message, identity, internal).identified();
    }

    /** With an id in the store, which a message keeps over all its hops. */
    private Original identified() throws JMSException {
        return identity.recordId() != null || identity.messageId() == null
                ? this
                : new Original(message, identity.withContent(contentDigest()), type, spooled, isInternal);
    }

    /** Of the body as it stands on the wire, and of the addressee where that is no part of it; 128 bits, hexadecimal. */
    private String contentDigest() throws JMSException {
        String digest = spooled != null
                ? spooled.sha256()
                : switch (type) {
                    case TEXT -> Digest.of(onTheWire(((TextMessage) message).getText()));
                    case BYTES -> Digest.of(bytes());
                    case OTHER -> Digest.of(message.getClass().getName());
                };
        boolean isFile = type == Type.BYTES && message.propertyExists("fileName");
        return (isFile ? Digest.of(digest + Addressee.ofProperties(message)) : digest).substring(0, DIGEST_LENGTH);
    }

    private static byte[] onTheWire(String text) {
        int length = text.length() * Character.BYTES;
        ByteBuffer wire = ByteBuffer.allocate(TEXT_HEADER + length);
        wire.put((byte) 1)
                .putInt(length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asCharBuffer()
                .put(text);
        return wire.array();
    }

    private static Original inMemory(Message message, Identity identity, boolean internal) throws JMSException {
        boolean text = message instanceof TextMessage textMessage && textMessage.getText() != null;
        return new Original(
                message,
                identity,
                text ? Type.TEXT : message instanceof BytesMessage ? Type.BYTES : Type.OTHER,
                null,
                internal);
    }

    /** The message, for all but its body. */
    public Message message() {
        return message;
    }

    /** What its producer and its sender know it by. */
    public Identity identity() {
        return identity;
    }

    /** Whether the broker knows that it was delivered before. It may have forgotten, as after a crash of its own. */
    public boolean isRedelivered() throws JMSException {
        return message.getJMSRedelivered() || message.getIntProperty("JMSXDeliveryCount") > 1;
    }

    /** The properties that its producer set, in a Map of its own, without the longest where they are too many to send on. */
    public Map<String, Object> properties() throws JMSException {
        Map<String, Object> properties = new LinkedHashMap<>(allProperties());
        JmsProperties.fit(properties, size);
        return properties;
    }

    /** Made once, with their size. */
    private Map<String, Object> allProperties() throws JMSException {
        if (allProperties == null) {
            Map<String, Object> properties = JmsProperties.of(message);
            properties.keySet().removeIf(name -> isOfTheDelivery(name) || isOfArtemis(name));
            identity.restore(properties);
            size = JmsProperties.size(properties);
            allProperties = properties;
        }
        return allProperties;
    }

    /** The same, with what the bridge must know of the message after a hop over one of its own queues. */
    public Map<String, Object> hopProperties() throws JMSException {
        Map<String, Object> properties = properties();
        if (isCompressed) {
            properties.put(COMPRESSED, true);
        }
        int sizeAsItCame = propertiesSize();
        if (sizeAsItCame > JmsProperties.MAX_SIZE) {
            properties.put(SIZE, sizeAsItCame);
        }
        return properties;
    }

    /** How many bytes its properties took as it came. */
    public int propertiesSize() throws JMSException {
        if (isInternal && message.propertyExists(SIZE)) {
            return message.getIntProperty(SIZE);
        }
        allProperties();
        return size;
    }

    /** Whether this property is set anew with each delivery, by the broker or the client. */
    public static boolean isOfTheDelivery(String property) {
        return property.equals("JMSXDeliveryCount")
                || property.startsWith("_AMQ_LARGE_")
                || LargeMessages.isOfArrival(property);
    }

    /**
     * Whether it asks something of Artemis, or of its client: that was for the producer's own send, and not for the bridge's.
     * With the duplicate id of a first, a second dead letter, as from a replay, would roll the transaction back for ever.
     */
    private static boolean isOfArtemis(String property) {
        return property.startsWith("_AMQ_") || property.startsWith("JMS_AMQ_");
    }

    /**
     * SHA-256 of its body, of a text in UTF-8; hexadecimal. It unpacks all of a compressed body: the caller has read it before,
     * within its limits.
     */
    public String digest() throws JMSException, IOException {
        try {
            DigestOutputStream digest =
                    new DigestOutputStream(OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"));
            if (type == Type.BYTES) {
                try (InputStream bytes = open()) {
                    bytes.transferTo(digest);
                }
            } else if (type == Type.TEXT) {
                try (Reader text = text();
                        Writer out = new OutputStreamWriter(digest, StandardCharsets.UTF_8)) {
                    text.transferTo(out);
                }
            }
            return HexFormat.of().formatHex(digest.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    public Type type() {
        return type;
    }

    /** Whether its producer marked it with an {@code idempotencyKey}. */
    public boolean hasKey() throws JMSException {
        return message.propertyExists(KEY);
    }

    /** How often it has been replayed from the dead letters, which a caller may claim as well. */
    public int replays() throws JMSException {
        return message.getObjectProperty("liveReplays") instanceof Integer replays ? Math.max(0, replays) : 0;
    }

    /** The ids by which it was known before it was replayed, with a blank before and after each; null where there are none. */
    public String earlierIds() throws JMSException {
        return message.getObjectProperty(EARLIER_IDS) instanceof String ids && ids.length() <= MAX_EARLIER_IDS
                ? ids
                : null;
    }

    /** The most that {@link #length} can be, known without a look at each character. */
    public long maxLength() throws JMSException {
        return type == Type.TEXT && spooled == null && message instanceof TextMessage text
                ? MAX_BYTES * (long) text.getText().length()
                : Long.MAX_VALUE;
    }

    /** How many bytes its body has, of a text in UTF-8; of one that is compressed it counts no further than it must. */
    public long length(long limit) throws JMSException, IOException {
        if (type == Type.BYTES) {
            if (isCompressed) {
                try (InputStream body = open()) {
                    return body.skip(limit + 1);
                }
            }
            return spooled == null ? ((BytesMessage) message).getBodyLength() : spooled.size();
        }
        long length = 0;
        try (Reader text = text()) {
            char[] buffer = new char[8192];
            for (int read; (!isCompressed || length <= limit) && (read = text.read(buffer)) >= 0; ) {
                for (int i = 0; i < read; i++) {
                    char c = buffer[i];
                    // the two halves of a surrogate pair make four bytes
                    length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
                }
            }
        }
        return length;
    }

    /**
     * The characters of its body.
     *
     * @throws IOException on reading, a {@link java.nio.charset.CharacterCodingException} where bytes are not UTF-8
     */
    public Reader text() throws JMSException, IOException {
        if (type == Type.BYTES) {
            return reader(open(), StandardCharsets.UTF_8);
        }
        if (spooled == null && !LargeMessages.is(message)) {
            return new StringReader(((TextMessage) message).getText());
        }
        InputStream stream = open();
        stream.skipNBytes(TEXT_HEADER);
        return reader(stream, StandardCharsets.UTF_16LE);
    }

    /** The body of a BytesMessage, or that of any large message as it stands on the wire. */
    public InputStream open() throws JMSException, IOException {
        InputStream body = spooled != null
                ? spooled.open()
                : LargeMessages.is(message) ? LargeMessages.open(message) : new ByteArrayInputStream(bytes());
        return isCompressed ? new InflaterInputStream(body) : body;
    }

    /** Writes the same. */
    public void writeTo(OutputStream out) throws JMSException, IOException {
        if (spooled == null && LargeMessages.is(message) && !isCompressed) {
            LargeMessages.save(message, out);
            return;
        }
        try (InputStream body = open()) {
            body.transferTo(out);
        }
    }

    private static Reader reader(InputStream stream, Charset charset) {
        // unlike one made from a charset, a reader made from a decoder replaces nothing
        return new BufferedReader(new InputStreamReader(stream, charset.newDecoder()));
    }

    /**
     * The bytes of a BytesMessage, as a file.
     *
     * @param limit how many may be unpacked
     * @throws dev.livebridge.spool.TooLargeException beyond that
     */
    public Content content(SpoolFolder spool, long limit) throws JMSException, IOException {
        if (spooled != null && !isCompressed) {
            return spooled;
        }
        try (ContentStream stream = spool.create(limit)) {
            writeTo(stream);
            stream.close();
            return stream.content();
        }
    }

    private byte[] bytes() throws JMSException {
        BytesMessage bytes = (BytesMessage) message;
        byte[] body = new byte[(int) bytes.getBodyLength()];
        bytes.reset();
        bytes.readBytes(body);
        return body;
    }

    /**
     * A message to send with this body: the received one, or a new one without header and properties.
     *
     * @param properties those that it gets, to which one is added where the body leaves compressed
     */
    Message resend(Map<String, Object> properties, Session session) throws JMSException, IOException {
        if (spooled == null) {
            return message;
        }
        if (properties.containsKey(Identity.MESSAGE_ID)) {
            return LargeMessages.resend(spooled.open(), message.getByteProperty(LargeMessages.TYPE), session);
        }
        byte itsType = LargeMessages.openType(message);
        if (!isCompressed) {
            return LargeMessages.resend(spooled.open(), itsType, session);
        }
        // to a client, a body has no length beyond the last int
        long limit = Math.min(Integer.MAX_VALUE - 1, Math.max(ALWAYS_UNPACKED, MAX_RATIO * spooled.size()));
        try (InputStream body = open()) {
            if (body.skip(limit + 1) <= limit) {
                return LargeMessages.resend(open(), itsType, session);
            }
        } catch (ZipException | EOFException e) {
            // it only says that it is compressed: the bytes as they came
            return LargeMessages.resend(spooled.open(), CoreMessage.BYTES_TYPE, session);
        }
        properties.put(org.apache.activemq.artemis.api.core.Message.HDR_LARGE_COMPRESSED.toString(), true);
        return LargeMessages.resend(spooled.open(), itsType, session);
    }
}
