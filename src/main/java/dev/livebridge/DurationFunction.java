package dev.livebridge;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.spi.PropertiesFunction;
import org.apache.camel.util.TimeUtils;

/**
 * <code>{{millis:live.retry.delay}}</code> and <code>{{seconds:live.lookup.sql.timeout}}</code> in a route: the property's
 * duration as a number, for the options of Camel that take nothing else. A part of a second counts as a whole one.
 */
final class DurationFunction implements PropertiesFunction {
    private final String name;
    private final long unit;
    private final PropertiesComponent properties;

    private DurationFunction(String name, TimeUnit unit, PropertiesComponent properties) {
        this.name = name;
        this.unit = unit.toMillis(1);
        this.properties = properties;
    }

    /** Both, which read their properties there. */
    static List<DurationFunction> all(PropertiesComponent properties) {
        return List.of(
                new DurationFunction("millis", TimeUnit.MILLISECONDS, properties),
                new DurationFunction("seconds", TimeUnit.SECONDS, properties));
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public String apply(String key) {
        Optional<String> duration = properties.resolveProperty(key);
        return duration.map(value -> Long.toString((TimeUtils.toMilliSeconds(value) + unit - 1) / unit))
                .orElse(null);
    }
}
