package dev.livebridge.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Signals to processes, to several of them in the same moment. What has ended already is left out. */
final class Signals {
    private Signals() {}

    /** They stop where they are, with their connections open. */
    static void stop(Collection<ProcessHandle> processes) throws IOException, InterruptedException {
        send("-STOP", processes);
    }

    /** Stopped ones go on. */
    static void goOn(Collection<ProcessHandle> processes) throws IOException, InterruptedException {
        send("-CONT", processes);
    }

    /** kill -9 */
    static void kill(Collection<ProcessHandle> processes) throws IOException, InterruptedException {
        send("-KILL", processes);
    }

    private static void send(String signal, Collection<ProcessHandle> processes)
            throws IOException, InterruptedException {
        List<String> ids = processes.stream()
                .filter(ProcessHandle::isAlive)
                .map(process -> Long.toString(process.pid()))
                .toList();
        if (!ids.isEmpty()) {
            // the shell's own kill is everywhere
            List<String> command = new ArrayList<>(List.of("sh", "-c", "kill \"$@\"", "kill", signal));
            command.addAll(ids);
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        }
    }
}
