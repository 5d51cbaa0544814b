package dev.livebridge.command;

import dev.livebridge.StartException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code live-bridge find}: what became of a message, or of all of a conversation or a user. */
@Command(
        name = "find",
        description = {
            "Tells what became of a message, or of those of a conversation or a user: from the store, and from the queues.",
            "Takes and changes nothing, and may run beside the bridge. Exit code: 0 if anything is known, 1 otherwise."
        },
        mixinStandardHelpOptions = true)
final class Find implements Callable<Integer> {
    @Parameters(
            paramLabel = "ID",
            description = "JMSMessageID, liveOriginMessageId, JMSCorrelationID, conversation id or user hash")
    private String id;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        return DeadLettersCommand.withClient(client -> {
            List<String> found = new MessageSearch(client).find(id);
            found.forEach(spec.commandLine().getOut()::println);
            if (found.isEmpty()) {
                spec.commandLine()
                        .getOut()
                        .println("Nothing is known of " + StartException.oneLine(id)
                                + ": neither the store nor a queue has it.");
            }
            return found.isEmpty() ? 1 : 0;
        });
    }
}
