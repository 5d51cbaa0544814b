package dev.livebridge.command;

import dev.livebridge.Bridge;
import dev.livebridge.LiveGroups;
import dev.livebridge.StartException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code live-bridge groups}: the groups of agents, and their ids. */
@Command(
        name = "groups",
        description = {
            "Shows Live's groups: what live.api.groups-url answers, as it comes.",
            "It is asked with the headers of live.api.headers.*. Exit code: 0 if it answers 2xx, 1 otherwise."
        },
        mixinStandardHelpOptions = true)
final class Groups implements Callable<Integer> {
    @Option(names = "--sandbox", description = "of the sandbox's Live")
    private boolean sandbox;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        try (Client client = Client.withoutBroker(sandbox ? Bridge.SANDBOX : null)) {
            LiveGroups groups = LiveGroups.ask(client.context());
            // nothing that a terminal would take for a command
            spec.commandLine().getOut().println(groups.text().replaceAll("[\\p{Cc}&&[^\\n\\t]]", " "));
            return 0;
        } catch (IOException e) {
            throw new StartException(StartException.oneLine(e.getMessage()), e);
        }
    }
}
