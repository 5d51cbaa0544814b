package dev.livebridge.command;

import dev.livebridge.StartException;
import dev.livebridge.deadletter.DeadLetters;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code live-bridge dead-letters replay}: back to where they came from. */
@Command(
        name = "replay",
        description = {
            "Sends dead letters back to the in-queues they came from, in the order in which they died. Each goes in a"
                    + " transaction of its own: whatever interrupts the command, none is lost or doubled. What dies"
                    + " meanwhile stays.",
            "A replayed message is as it was, with liveReplays = how often it has been replayed; its JMSReplyTo is dropped"
                    + " where that was a temporary queue that is gone. What names no in-queue of the bridge stays, and is"
                    + " named.",
            "Exit code: 0 if all went, 1 otherwise. On IDs: live-bridge help dead-letters."
        },
        mixinStandardHelpOptions = true)
final class ReplayLetters implements Callable<Integer> {
    @ArgGroup(multiplicity = "1")
    private ChosenLetters chosen;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        return DeadLettersCommand.runWithSpool(letters -> {
            DeadLetters.Found found = chosen.find(letters);
            PrintWriter out = spec.commandLine().getOut();
            if (found.size() == 0) {
                out.println("No dead letters.");
                return 0;
            }
            int replayed = replay(letters, found);
            out.println("Replayed " + replayed + " of " + DeadLettersCommand.count(found.size()) + ".");
            found.left().forEach((id, reason) -> out.println(StartException.oneLine(id + " stays: " + reason + ".")));
            int gone = found.replayable().size() - replayed;
            if (gone > 0) {
                out.println(gone + " were taken by another meanwhile.");
            }
            return replayed == found.size() ? 0 : 1;
        });
    }

    private static int replay(DeadLetters letters, DeadLetters.Found found) {
        int[] done = {0};
        try {
            return letters.replayEach(found, messageId -> done[0]++);
        } catch (JMSException | IOException e) {
            throw new StartException(
                    "replayed " + done[0] + " of " + DeadLettersCommand.count(found.size())
                            + ", the rest is still there: " + e.getMessage(),
                    e);
        }
    }
}
