package dev.livebridge.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "check", mixinStandardHelpOptions = true)
public final class Check implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
        return 0;
    }
}
