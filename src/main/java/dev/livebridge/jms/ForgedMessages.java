package dev.livebridge.jms;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.artemis.api.core.ICoreMessage;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.message.impl.CoreMessage;
import org.apache.activemq.artemis.reader.MessageUtil;
import org.apache.activemq.artemis.utils.DataConstants;

/**
 * What no client of JMS sends, but whoever may write to a queue can. Artemis' own client trips over it before anybody sees the
 * message, at each delivery: it reserves the memory that a body claims to need, and expects each header to be of its type.
 */
final class ForgedMessages {
    private static final int LOWEST_PRIORITY = 0;
    private static final int HIGHEST_PRIORITY = 9;
    private static final Map<SimpleString, Set<Class<?>>> HEADERS = Map.of(
            Message.HDR_GROUP_ID, Set.of(SimpleString.class),
            Message.HDR_GROUP_SEQUENCE, Set.of(Integer.class),
            Message.HDR_VALIDATED_USER, Set.of(SimpleString.class),
            Message.HDR_ROUTING_TYPE, Set.of(Byte.class),
            Message.HDR_LARGE_COMPRESSED, Set.of(Boolean.class),
            Message.HDR_LARGE_BODY_SIZE, Set.of(Long.class),
            MessageUtil.REPLYTO_HEADER_NAME, Set.of(SimpleString.class),
            MessageUtil.TYPE_HEADER_NAME, Set.of(SimpleString.class),
            MessageUtil.CORRELATIONID_HEADER_NAME, Set.of(SimpleString.class, byte[].class));

    private ForgedMessages() {}

    /** Headers of another type than theirs are as if they were not there. */
    static void dropHeaders(ICoreMessage message) {
        HEADERS.forEach((name, types) -> {
            Object value = message.getObjectProperty(name);
            if (message.containsProperty(name) && (value == null || !types.contains(value.getClass()))) {
                message.removeProperty(name);
            }
        });
        if (message.getPriority() < LOWEST_PRIORITY || message.getPriority() > HIGHEST_PRIORITY) {
            message.setPriority((byte) HIGHEST_PRIORITY);
        }
    }

    /** Whether the body is what the message's type says. That of a BytesMessage or a StreamMessage can be anything. */
    static boolean hasBodyOfItsType(ICoreMessage message) {
        ByteBuffer body = message.getReadOnlyBodyBuffer().toByteBuffer();
        try {
            return switch (message.getType()) {
                case CoreMessage.DEFAULT_TYPE, CoreMessage.BYTES_TYPE, CoreMessage.STREAM_TYPE -> true;
                case CoreMessage.TEXT_TYPE -> body.get() == DataConstants.NULL || skipBlock(body);
                case CoreMessage.OBJECT_TYPE -> !body.hasRemaining() || skipBlock(body);
                case CoreMessage.MAP_TYPE -> body.get() == DataConstants.NULL || skipEntries(body);
                default -> false;
            };
        } catch (BufferUnderflowException e) {
            return false;
        }
    }

    private static boolean skipEntries(ByteBuffer body) {
        int entries = body.getInt();
        boolean areThere = entries >= 0;
        for (int i = 0; i < entries && areThere; i++) {
            areThere = skipBlock(body) && skipValue(body);
        }
        return areThere;
    }

    private static boolean skipValue(ByteBuffer body) {
        return switch (body.get()) {
            case DataConstants.NULL -> true;
            case DataConstants.BOOLEAN, DataConstants.BYTE -> skip(body, Byte.BYTES);
            case DataConstants.SHORT, DataConstants.CHAR -> skip(body, Short.BYTES);
            case DataConstants.INT, DataConstants.FLOAT -> skip(body, Integer.BYTES);
            case DataConstants.LONG, DataConstants.DOUBLE -> skip(body, Long.BYTES);
            case DataConstants.BYTES, DataConstants.STRING -> skipBlock(body);
            default -> false;
        };
    }

    /** A length, and so many bytes. */
    private static boolean skipBlock(ByteBuffer body) {
        return skip(body, body.getInt());
    }

    private static boolean skip(ByteBuffer body, int length) {
        if (length < 0 || length > body.remaining()) {
            return false;
        }
        body.position(body.position() + length);
        return true;
    }
}
