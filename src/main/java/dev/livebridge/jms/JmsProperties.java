package dev.livebridge.jms;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The properties of a JMS message as a Map, in the provider's order. */
public final class JmsProperties {
    private JmsProperties() {}

    public static Map<String, Object> of(Message message) throws JMSException {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (Enumeration<?> names = message.getPropertyNames(); names.hasMoreElements(); ) {
            String name = (String) names.nextElement();
            properties.put(name, message.getObjectProperty(name));
        }
        return properties;
    }
}
