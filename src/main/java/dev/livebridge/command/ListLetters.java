package dev.livebridge.command;

import dev.livebridge.StartException;
import dev.livebridge.deadletter.DeadLetter;
import dev.livebridge.deadletter.Selection;
import dev.livebridge.jms.Addressee;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code live-bridge dead-letters list}: a line for each. */
@Command(
        name = "list",
        description = "Lists the dead letters, in the order in which they would be replayed.",
        mixinStandardHelpOptions = true)
final class ListLetters implements Callable<Integer> {
    /** Wide enough for what the bridge writes; what is longer is shown whole, but for the reason. */
    private static final String ROW = "%-39s  %-20s  %-23s  %-4s  %-36s  %8s  %s%n";

    private static final int REASON = 100;

    @Option(names = "--code", paramLabel = "CODE", description = "only those with this error code")
    private String code;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        return DeadLettersCommand.run(letters -> {
            int[] count = {0};
            letters.list(code == null ? Selection.ALL : Selection.code(code), letter -> {
                if (count[0]++ == 0) {
                    out.printf(ROW, "ID", "TIME", "CODE", "HTTP", "CONVERSATION", "ATTEMPTS", "REASON");
                }
                row(letter, out);
            });
            String which = code == null ? "" : " with the code " + StartException.oneLine(code);
            out.println(
                    count[0] == 0 ? "No dead letters" + which + "." : DeadLettersCommand.count(count[0]) + which + ".");
            return 0;
        });
    }

    private static void row(DeadLetter letter, PrintWriter out) {
        String reason = StartException.oneLine(letter.reason().orElse("-"));
        out.printf(
                ROW,
                StartException.oneLine(letter.id()),
                // to the second
                StartException.oneLine(letter.failedAt()).replaceFirst("\\.\\d+Z$", "Z"),
                StartException.oneLine(letter.code().orElse("-")),
                letter.httpStatus().map(String::valueOf).orElse("-"),
                StartException.oneLine(conversation(letter.addressee())),
                letter.attempts(),
                reason.length() <= REASON ? reason : reason.substring(0, REASON - 1) + "…");
    }

    private static String conversation(Addressee addressee) {
        if (addressee.conversationId() != null) {
            return addressee.conversationId();
        }
        return addressee.userHash() == null ? "-" : "user " + addressee.userHash();
    }
}
