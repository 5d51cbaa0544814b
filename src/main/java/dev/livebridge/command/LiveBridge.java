package dev.livebridge.command;

import dev.livebridge.StartException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;

/** The command line: {@code bin/live-bridge}. */
@Command(
        name = "live-bridge",
        description = "From JMS to a human agent in Aivo Live.",
        subcommands = {
            Run.class,
            Sandbox.class,
            Send.class,
            DeadLettersCommand.class,
            Check.class,
            Groups.class,
            Forget.class,
            CommandLine.HelpCommand.class
        },
        mixinStandardHelpOptions = true,
        version = "live-bridge 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeOnExecutionException = 1)
public final class LiveBridge {
    private static final IExecutionExceptionHandler ONE_LINE = (e, command, parsed) -> {
        command.getErr()
                .println(command.getCommandSpec().qualifiedName() + ": "
                        + DeadLettersCommand.line(StartException.reason(e)));
        return command.getCommandSpec().exitCodeOnExecutionException();
    };

    private LiveBridge() {}

    /** The folder that holds {@code routes} and {@code config}: the launcher says which, else the working directory. */
    public static Path home() {
        return Path.of(System.getProperty("live.home", "")).toAbsolutePath();
    }

    public static void main(String[] args) {
        // before the first logger is made
        if (System.getProperty("log4j2.configurationFile") == null) {
            System.setProperty(
                    "log4j2.configurationFile",
                    home().resolve("config/log4j2.properties").toUri().toString());
        }
        System.exit(commandLine().execute(args));
    }

    /** The commands, which tell a failure in one line. */
    public static CommandLine commandLine() {
        return new CommandLine(LiveBridge.class).setExecutionExceptionHandler(ONE_LINE);
    }
}
