package dev.livebridge;

import java.util.Optional;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.spi.PropertiesFunction;
import org.apache.camel.util.TimeUtils;

/**
 * <code>{{millis:live.retry.delay}}</code> in a route: the property's duration in milliseconds, for the options of Camel that
 * take nothing else.
 */
final class MillisFunction implements PropertiesFunction {
    private final PropertiesComponent properties;

    MillisFunction(PropertiesComponent properties) {
        this.properties = properties;
    }

    @Override
    public String getName() {
        return "millis";
    }

    @Override
    public String apply(String key) {
        Optional<String> duration = properties.resolveProperty(key);
        return duration.map(value -> Long.toString(TimeUtils.toMilliSeconds(value)))
                .orElse(null);
    }
}
