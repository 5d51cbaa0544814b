package dev.livebridge.command;

import dev.livebridge.StartException;
import dev.livebridge.deadletter.DeadLetters;
import dev.livebridge.spool.Spool;
import jakarta.jms.JMSException;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code live-bridge dead-letters}: what could not be delivered, for people to look at and to decide on. */
@Command(
        name = "dead-letters",
        description = {
            "Lists, shows, replays or purges dead letters.",
            "Of the broker that live.jms.url names, or of the sandbox where it names none.",
            "An ID is the liveOriginMessageId, which replies, logs and events name, or the JMSMessageID of the dead letter"
                    + " itself. Several dead letters may come of one message: its liveOriginMessageId means them all, in"
                    + " the order of the queue; a JMSMessageID means one."
        },
        subcommands = {
            ListLetters.class,
            ShowLetter.class,
            ReplayLetters.class,
            PurgeLetters.class,
            CommandLine.HelpCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class DeadLettersCommand {
    private DeadLettersCommand() {}

    /** What a command does with the dead letters. */
    @FunctionalInterface
    interface Job {
        int with(DeadLetters letters) throws Exception;
    }

    /** Writes no files. */
    static int run(Job work) throws Exception {
        return run(spool -> {}, work);
    }

    /** With the spool open, for large messages that are sent. */
    static int runWithSpool(Job work) throws Exception {
        return run(Spool::open, work);
    }

    private interface Preparation {
        void of(Spool spool) throws IOException;
    }

    private static int run(Preparation preparation, Job work) throws Exception {
        return withClient(client -> {
            try (Spool spool = new Spool(client.settings().path("live.attachments.spool-directory"))) {
                preparation.of(spool);
                return work.with(client.letters(client.settings().text("live.queues.deadletters"), spool));
            }
        });
    }

    /** What a command does at the broker. */
    @FunctionalInterface
    interface Task {
        int with(Client client) throws Exception;
    }

    static int withClient(Task task) throws Exception {
        try (Client client = new Client()) {
            // says what to do where there is none
            client.connect().close();
            return task.with(client);
        } catch (JMSException e) {
            throw new StartException("the broker: " + e.getMessage(), e);
        }
    }

    /** For people: "1 dead letter". */
    static String count(int letters) {
        return letters + (letters == 1 ? " dead letter" : " dead letters");
    }
}
