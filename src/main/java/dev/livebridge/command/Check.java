package dev.livebridge.command;

import dev.livebridge.Bridge;
import dev.livebridge.Checklist;
import dev.livebridge.Checklist.Finding;
import dev.livebridge.Checklist.Verdict;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code live-bridge check}: whether the bridge would start and reach what it needs, without starting it. */
@Command(
        name = "check",
        description = {
            "Checks the configuration and the routes, and reaches for the broker, the store, the Live API and lookups; warns of"
                    + " groups that Live doesn't list.",
            "Exit code: 0 if all is well or was not checked, 1 if anything failed, 3 if there are only warnings."
        },
        mixinStandardHelpOptions = true)
public final class Check implements Callable<Integer> {
    private static final int FAILED = 1;
    /** 2 is a mistake in the arguments. */
    private static final int WARNED = 3;

    @Option(names = "--sandbox", description = "check the sandbox's configuration")
    private boolean sandbox;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<Finding> findings = new Checklist(LiveBridge.home(), sandbox ? Bridge.SANDBOX : null).findings();
        PrintWriter out = spec.commandLine().getOut();
        for (Finding finding : findings) {
            out.printf("%-34s %-12s %s%n", finding.subject(), finding.verdict(), finding.detail());
        }
        return has(findings, Verdict.FAILED) ? FAILED : has(findings, Verdict.WARNING) ? WARNED : 0;
    }

    private static boolean has(List<Finding> findings, Verdict verdict) {
        return findings.stream().anyMatch(finding -> finding.verdict() == verdict);
    }
}
