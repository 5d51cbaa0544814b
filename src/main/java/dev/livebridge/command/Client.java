package dev.livebridge.command;

import dev.livebridge.Bridge;
import dev.livebridge.Settings;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.main.Main;

/** What a command reaches the broker with: that of {@code live.jms.url}, or the sandbox's where it names none. */
final class Client implements AutoCloseable {
    private final Main main;

    Client() throws Exception {
        this(
                Bridge.settings(LiveBridge.home(), null).find("live.jms.url").isPresent() ? null : Bridge.SANDBOX,
                Map.of());
    }

    private Client(String profile, Map<String, String> differently) throws Exception {
        main = Bridge.configured(LiveBridge.home(), profile);
        differently.forEach(main::addOverrideProperty);
        try {
            main.start();
        } catch (Exception e) {
            main.stop();
            throw e;
        }
    }

    /** For what needs none, configured or not. */
    static Client withoutBroker(String profile) throws Exception {
        return new Client(profile, Map.of("live.jms.url", "tcp://localhost"));
    }

    CamelContext context() {
        return main.getCamelContext();
    }

    ProducerTemplate template() throws Exception {
        return main.getCamelTemplate();
    }

    Settings settings() {
        return new Settings(context().getPropertiesComponent());
    }

    @Override
    public void close() {
        main.stop();
    }
}
