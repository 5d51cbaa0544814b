package dev.livebridge.command;

import dev.livebridge.Bridge;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code live-bridge run}: the bridge in production, until it is stopped. */
@Command(
        name = "run",
        description = "Runs the bridge with config/application.properties; never the sandbox.",
        mixinStandardHelpOptions = true)
public final class Run implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
        Bridge bridge = new Bridge(LiveBridge.home(), null);
        bridge.run();
        return bridge.getExitCode();
    }
}
