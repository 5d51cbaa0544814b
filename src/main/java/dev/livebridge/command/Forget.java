package dev.livebridge.command;

import dev.livebridge.Bridge;
import dev.livebridge.Erasure;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code live-bridge forget}: a user who wants to be forgotten. */
@Command(
        name = "forget",
        description = {
            "Removes for good what the bridge keeps of a user: attachments in S3, and records in the store.",
            "Asks nothing. Stop the bridge first where its store is the embedded one. Interrupted, it can be repeated."
                    + " What is on queues, in the broker and in Live stays: docs/store.md.",
            "Exit code: 0 if all is removed, 1 otherwise."
        },
        mixinStandardHelpOptions = true)
final class Forget implements Callable<Integer> {
    @Parameters(paramLabel = "USER_HASH", description = "user.hash of the requests")
    private String userHash;

    @Option(names = "--dry-run", description = "only say what would be removed")
    private boolean dryRun;

    @Option(names = "--sandbox", description = "from the sandbox's store, once it has ended")
    private boolean sandbox;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Erasure erasure = new Erasure(LiveBridge.home(), sandbox ? Bridge.SANDBOX : null);
        Erasure.Result result = dryRun ? erasure.find(userHash) : erasure.erase(userHash);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%s: %s, %s in S3, %s, %s of conversations that wait%n",
                dryRun ? "Would be removed" : "Removed",
                count(result.rows().conversations(), "conversation"),
                result.objects() < 0 ? "no bucket, nothing" : count(result.objects(), "attachment"),
                count(result.rows().deliveries(), "record") + " of messages",
                count(result.rows().holds(), "record"));
        result.held()
                .forEach(selector -> out.println("Remove from " + erasure.heldQueue()
                        + " yourself, as nothing will bring it back: messages with " + selector));
        return 0;
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
