package dev.livebridge.jms;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The properties of a JMS message as a Map, in the provider's order; those that can't be read are left out. */
public final class JmsProperties {
    private static final Logger LOG = LoggerFactory.getLogger(JmsProperties.class);

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
}
