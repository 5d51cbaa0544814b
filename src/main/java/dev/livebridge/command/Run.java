package dev.livebridge.command;

import dev.livebridge.Bridge;
import java.util.concurrent.Callable;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** {@code live-bridge run}: the bridge in production, until it is stopped. */
@Command(
        name = "run",
        description = "Runs the bridge with config/application.properties; never the sandbox.",
        mixinStandardHelpOptions = true)
public final class Run implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(Run.class);

    @Override
    public Integer call() throws Exception {
        Bridge bridge = new Bridge(LiveBridge.home(), null);
        bridge.addMainListener(new MainListenerSupport() {
            @Override
            public void afterStart(BaseMainSupport main) {
                LOG.info("Up: the routes have started");
            }
        });
        bridge.run();
        return bridge.getExitCode();
    }
}
