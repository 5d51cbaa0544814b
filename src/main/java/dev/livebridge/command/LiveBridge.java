package dev.livebridge.command;

import dev.livebridge.Bridge;
import dev.livebridge.StartException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Stream;
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
            Listen.class,
            Find.class,
            DeadLettersCommand.class,
            Check.class,
            Groups.class,
            Forget.class,
            CommandLine.HelpCommand.class
        },
        mixinStandardHelpOptions = true,
        version = Bridge.VERSION,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeOnExecutionException = 1)
public final class LiveBridge {
    private static final IExecutionExceptionHandler ONE_LINE = (e, command, parsed) -> {
        command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + StartException.reason(e));
        return command.getCommandSpec().exitCodeOnExecutionException();
    };

    private LiveBridge() {}

    /** The folder that holds {@code routes} and {@code config}: the launcher says which, else the working directory. */
    public static Path home() {
        return Path.of(System.getProperty("live.home", "")).toAbsolutePath();
    }

    public static void main(String[] args) {
        try {
            configureLog(args.length == 0 ? "" : args[0]);
        } catch (IOException e) {
            commandLine().getErr().println("live-bridge: cannot write live.log.file: " + StartException.oneLine(e));
            System.exit(1);
        }
        System.exit(commandLine().execute(args));
    }

    /** Before the first logger is made, and so without Camel: config/log4j2.properties says what is chosen here. */
    private static void configureLog(String command) throws IOException {
        if (System.getProperty("log4j2.configurationFile") == null) {
            System.setProperty(
                    "log4j2.configurationFile",
                    home().resolve("config/log4j2.properties").toUri().toString());
        }
        boolean isJson = logSetting("live.log.format", command).equals("json");
        String file = logSetting("live.log.file", command);
        System.setProperty("log.console", isJson ? "console-json" : "console");
        System.setProperty("log.file", file.isEmpty() ? "none" : isJson ? "file-json" : "file");
        Path path = home().resolve(file.isEmpty() ? "live-bridge.log" : file);
        System.setProperty("log.path", path.toString());
        boolean isBridge = command.equals("run") || command.equals("sandbox");
        if (isBridge && !file.isEmpty()) {
            // Log4j would go on, and say so with each line
            Files.createDirectories(path.getParent());
            Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
        }
        System.setProperty("log.threshold", isBridge ? "trace" : "off");
    }

    /** By the same precedence as any other: the environment, a system property, the sandbox's file, the file. */
    private static String logSetting(String key, String command) {
        Properties properties = new Properties();
        for (String name : List.of("application.properties", "application-sandbox.properties")) {
            if (name.equals("application.properties") || command.equals("sandbox")) {
                try (Reader reader =
                        Files.newBufferedReader(home().resolve("config").resolve(name))) {
                    properties.load(reader);
                } catch (IOException | IllegalArgumentException e) {
                    // whoever reads all of it says what is wrong
                }
            }
        }
        String variable = key.toUpperCase(Locale.ROOT).replace('.', '_');
        return Stream.of(System.getenv(variable), System.getProperty(key), properties.getProperty(key))
                .filter(value -> value != null && !value.isBlank())
                .findFirst()
                .orElse("")
                .trim();
    }

    /** The commands, which tell a failure in one line. */
    public static CommandLine commandLine() {
        return new CommandLine(LiveBridge.class).setExecutionExceptionHandler(ONE_LINE);
    }
}
