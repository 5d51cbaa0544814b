package dev.livebridge.command;

import dev.livebridge.StartException;
import dev.livebridge.deadletter.DeadLetters;
import dev.livebridge.deadletter.OpenLetter;
import dev.livebridge.deadletter.Selection;
import jakarta.jms.JMSException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code live-bridge dead-letters show}: all of one. */
@Command(
        name = "show",
        description = {
            "Shows a dead letter: its header, its properties, and the beginning of its body where that is text.",
            "Where the ID means several, it shows them all; see also: live-bridge help dead-letters."
        },
        mixinStandardHelpOptions = true)
final class ShowLetter implements Callable<Integer> {
    /** How much of a body is shown, in characters. */
    private static final int BEGINNING = 4_000;

    @Parameters(
            index = "0",
            paramLabel = "ID",
            description =
                    "any id that it has, or had before a replay: liveOriginMessageId, JMSMessageID or JMSCorrelationID")
    private String id;

    @Option(
            names = "--body",
            description = "write the body alone, all of it, as it is, to the standard output; text in UTF-8")
    private boolean body;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        return DeadLettersCommand.run(letters -> {
            Selection selection = Selection.anyId(id);
            if (body) {
                writeBody(letters, selection);
            } else {
                show(letters, selection);
            }
            return 0;
        });
    }

    private void show(DeadLetters letters, Selection selection) throws JMSException, IOException {
        PrintWriter out = spec.commandLine().getOut();
        int[] count = {0};
        letters.open(selection, letter -> {
            if (count[0]++ > 0) {
                out.println();
            }
            show(letter, out);
        });
        if (count[0] == 0) {
            throw new StartException("no dead letter " + id);
        }
    }

    private static void show(OpenLetter letter, PrintWriter out) throws JMSException, IOException {
        rows(letter.header(), out);
        out.println();
        rows(letter.properties(), out);
        out.println();
        Optional<String> text = letter.hasBody() ? letter.beginning(BEGINNING + 1) : Optional.empty();
        if (text.isEmpty()) {
            out.println(
                    letter.type() + (letter.hasBody() ? ": no text; its bytes: --body" : ": its body is not opened"));
            return;
        }
        boolean cut = text.get().length() > BEGINNING;
        out.println(letter.type() + (cut ? ", its beginning; all of it: --body" : "") + ":");
        String shown = cut ? text.get().substring(0, BEGINNING) : text.get();
        // nothing that a terminal would take for a command
        out.println(shown.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\\n\\t]]", " "));
    }

    private static void rows(Map<String, Object> values, PrintWriter out) {
        values.forEach(
                (name, value) -> out.printf("%-22s %s%n", StartException.oneLine(name), StartException.oneLine(value)));
    }

    private void writeBody(DeadLetters letters, Selection selection) throws JMSException, IOException {
        DeadLetters.Found found = letters.find(selection);
        if (found.size() != 1) {
            throw new StartException(
                    found.size() == 0
                            ? "no dead letter " + id
                            : "the ID means " + DeadLettersCommand.count(found.size())
                                    + "; take the JMSMessageID of one: " + String.join(", ", found.messageIds()));
        }
        // bytes, which picocli's writer would make characters of
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        letters.open(Selection.ids(found.messageIds()), letter -> {
            if (!letter.hasBody()) {
                throw new StartException("the body of a " + letter.type() + " is not opened");
            }
            letter.writeBody(out);
        });
    }
}
