package dev.livebridge;

import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.spi.PropertiesFunction;
import org.apache.camel.util.TimeUtils;

/**
 * <code>{{millis:live.retry.delay}}</code> in a route: the property's duration in milliseconds, for the options of Camel that
 * take nothing else.
 *
 * @param properties where the property is read
 */
record DurationFunction(PropertiesComponent properties) implements PropertiesFunction {
    @Override
    public String getName() {
        return "millis";
    }

    @Override
    public String apply(String key) {
        return properties
                .resolveProperty(key)
                .map(value -> Long.toString(TimeUtils.toMilliSeconds(value)))
                .orElse(null);
    }
}
