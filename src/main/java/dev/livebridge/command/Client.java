package dev.livebridge.command;

import dev.livebridge.Bridge;
import dev.livebridge.Settings;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.main.Main;

/** What a command reaches the broker with: that of {@code live.jms.url}, or the sandbox's where it names none. */
final class Client implements AutoCloseable {
    private final Main main;

    Client() throws Exception {
        boolean configured =
                Bridge.settings(LiveBridge.home(), null).find("live.jms.url").isPresent();
        main = Bridge.configured(LiveBridge.home(), configured ? null : Bridge.SANDBOX);
        try {
            main.start();
        } catch (Exception e) {
            main.stop();
            throw e;
        }
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
