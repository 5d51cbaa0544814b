package dev.livebridge.command;

import dev.livebridge.StartException;
import dev.livebridge.deadletter.DeadLetters;
import dev.livebridge.deadletter.Selection;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which dead letters a command is to act on: exactly one of these. */
final class ChosenLetters {
    @Parameters(arity = "1..*", paramLabel = "ID", description = "those with these ids")
    private List<String> ids;

    @Option(names = "--code", required = true, paramLabel = "CODE", description = "those with this error code")
    private String code;

    @Option(names = "--all", required = true, description = "all that are there now")
    private boolean all;

    /** @throws StartException where an ID means none: then none of the others is touched either */
    DeadLetters.Found find(DeadLetters letters) throws JMSException, IOException {
        if (all) {
            return letters.find(Selection.ALL);
        }
        if (code != null) {
            return letters.find(Selection.code(code));
        }
        DeadLetters.Found found = letters.find(Selection.ids(Objects.requireNonNull(ids)));
        List<String> missing =
                ids.stream().filter(id -> !found.ids().contains(id)).toList();
        if (!missing.isEmpty()) {
            throw new StartException("no dead letter " + String.join(", ", missing) + "; nothing was done");
        }
        return found;
    }
}
