package dev.livebridge.command;

import dev.livebridge.StartException;
import dev.livebridge.deadletter.DeadLetters;
import java.io.Console;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code live-bridge dead-letters purge}: away for good. */
@Command(
        name = "purge",
        description = {
            "Removes dead letters for good, after a question that says how many.",
            "What dies after the question stays. Exit code: 0 if all went, 1 otherwise. On IDs: live-bridge help"
                    + " dead-letters."
        },
        mixinStandardHelpOptions = true)
final class PurgeLetters implements Callable<Integer> {
    @ArgGroup(multiplicity = "1")
    private ChosenLetters chosen;

    @Option(names = "--yes", description = "don't ask; needed where there is no terminal")
    private boolean yes;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        return DeadLettersCommand.run(letters -> {
            DeadLetters.Found found = chosen.find(letters);
            PrintWriter out = spec.commandLine().getOut();
            if (found.size() == 0) {
                out.println("No dead letters.");
                return 0;
            }
            if (!yes && !confirmed(found.size())) {
                out.println("Nothing was purged.");
                return 1;
            }
            int purged = letters.purgeEach(found);
            out.println("Purged " + purged + " of " + DeadLettersCommand.count(found.size()) + ".");
            return purged == found.size() ? 0 : 1;
        });
    }

    private static boolean confirmed(int letters) {
        Console console = System.console();
        if (console == null) {
            throw new StartException("would purge " + DeadLettersCommand.count(letters)
                    + "; there is no terminal to ask at, so say --yes");
        }
        String answer = console.readLine("Purge %s for good? [y/N] ", DeadLettersCommand.count(letters));
        return answer != null && answer.strip().equalsIgnoreCase("y");
    }
}
