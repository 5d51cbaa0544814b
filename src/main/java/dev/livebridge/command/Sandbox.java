package dev.livebridge.command;

import dev.livebridge.sandbox.SandboxBridge;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code live-bridge sandbox}: the bridge between a broker and a Live of its own, until it is stopped. */
@Command(
        name = "sandbox",
        description = "Runs the bridge on your desk, between an embedded broker and a stand-in of Live.",
        mixinStandardHelpOptions = true)
public final class Sandbox implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
        return SandboxBridge.run(LiveBridge.home());
    }
}
