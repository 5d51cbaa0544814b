package dev.livebridge.jms;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The properties of a JMS message as a Map, in the provider's order; those that can't be read are left out. */
public final class JmsProperties {
    private static final Logger LOG = LoggerFactory.getLogger(JmsProperties.class);

    /**
     * The most bytes that the properties of a message may take, so that all that the bridge adds to them has room as well:
     * {@link dev.livebridge.broker.BoundedConnectionFactory} says how many an Artemis takes.
     */
    public static final int MAX_SIZE = 230_000;

    /** Of a property: the lengths of its name and its value, and its type. */
    private static final int FRAME = 9;

    private JmsProperties() {}

    public static Map<String, Object> of(Message message) throws JMSException {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (Enumeration<?> names = message.getPropertyNames(); names.hasMoreElements(); ) {
            String name = (String) names.nextElement();
            try {
                properties.put(name, message.getObjectProperty(name));
            } catch (JMSException | RuntimeException e) {
                LOG.debug("property '{}' has a type that JMS doesn't know", name, e);
            }
        }
        return properties;
    }

    /** A field of the header. */
    @FunctionalInterface
    public interface Field<T> {
        T read() throws JMSException;
    }

    /**
     * The value of a header field; null where a producer of another protocol has set it in a type that JMS doesn't know. On an
     * Artemis, {@link ForgedMessages} has dropped it before.
     */
    public static <T> T orNull(Field<T> field) {
        try {
            return field.read();
        } catch (JMSException | RuntimeException e) {
            return null;
        }
    }

    /** How many bytes these take on the wire of an Artemis. */
    static int size(Map<String, Object> properties) {
        return properties.entrySet().stream().mapToInt(JmsProperties::size).sum();
    }

    private static int size(Map.Entry<String, Object> property) {
        int value = property.getValue() instanceof byte[] bytes
                ? bytes.length
                : property.getValue() instanceof String text ? Character.BYTES * text.length() : Long.BYTES;
        return FRAME + Character.BYTES * property.getKey().length() + value;
    }

    /**
     * Removes the longest until the others are no larger than {@link #MAX_SIZE}.
     *
     * @param allSize their {@link #size}
     */
    static void fit(Map<String, Object> properties, int allSize) {
        int size = allSize;
        if (size > MAX_SIZE) {
            List<Map.Entry<String, Object>> longestFirst = new ArrayList<>(properties.entrySet());
            longestFirst.sort(Comparator.comparingInt(property -> -size(property)));
            for (int i = 0; size > MAX_SIZE; i++) {
                size -= size(longestFirst.get(i));
                properties.remove(longestFirst.get(i).getKey());
            }
        }
    }
}
