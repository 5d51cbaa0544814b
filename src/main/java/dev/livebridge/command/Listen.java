package dev.livebridge.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.StartException;
import dev.livebridge.deadletter.DeadLetters;
import dev.livebridge.deadletter.OpenLetter;
import dev.livebridge.deadletter.Selection;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code live-bridge listen}: what comes on a queue, for people to read. */
@Command(
        name = "listen",
        description = {
            "Shows what is on a queue, and what comes, until it is ended: events, replies, dead letters. Takes nothing.",
            "It looks about once a second: what an application takes sooner may not be shown."
        },
        mixinStandardHelpOptions = true)
final class Listen implements Callable<Integer> {
    private static final JsonMapper JSON = new JsonMapper();
    /** How much of a body is shown, in characters. */
    private static final int BEGINNING = 4_000;

    private static final long PAUSE_MILLIS = 200;

    @Parameters(arity = "0..1", paramLabel = "QUEUE", description = "default: the queue of events, live.queues.events")
    private String queue;

    @Option(names = "--new", description = "only what comes from now on")
    private boolean onlyNew;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        return DeadLettersCommand.withClient(client -> {
            String name = queue == null ? client.settings().text("live.queues.events") : queue;
            DeadLetters messages = client.browse(name);
            Set<Object> seen = new HashSet<>();
            try (Connection connection = client.connect();
                    Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
                client.requireQueue(session, name);
                for (boolean isFirst = true; ; isFirst = false) {
                    if (Client.count(session, name) > 0) {
                        look(messages, seen, !isFirst || !onlyNew);
                    }
                    Thread.sleep(PAUSE_MILLIS);
                }
            } catch (JMSException | IOException e) {
                if (client.isEnded()) {
                    return 0;
                }
                throw e;
            }
        });
    }

    /** Shows those that were not there at the last look, and forgets those that are gone. */
    private void look(DeadLetters messages, Set<Object> seen, boolean isShown) throws JMSException, IOException {
        PrintWriter out = spec.commandLine().getOut();
        Set<Object> there = new HashSet<>();
        messages.open(Selection.ALL, message -> {
            Object id = message.header().getOrDefault("JMSMessageID", message.header());
            there.add(id);
            if (isShown && !seen.contains(id)) {
                show(message, out);
            }
        });
        seen.clear();
        seen.addAll(there);
    }

    private static void show(OpenLetter message, PrintWriter out) throws JMSException, IOException {
        Optional<String> body = message.hasBody() ? message.beginning(BEGINNING) : Optional.empty();
        JsonNode json = json(body.orElse(""));
        Object code = message.properties().get("liveErrorCode");
        Object name = code == null ? message.properties().get("eventName") : "dead letter " + code;
        String conversation = first(
                message.properties().get("conversationId"),
                json.at("/conversationId").asText(null),
                json.at("/data/conversationId").asText(null),
                json.at("/roomId").asText(null));
        String time =
                first(message.properties().get("liveFailedAt"), message.header().get("JMSTimestamp"));
        out.println(StartException.oneLine(time + "  "
                + first(name, json.at("/name").asText(null), json.at("/status").asText(null), message.type())
                + (conversation == null ? "" : "  conversation " + conversation)));
        Stream.of(
                        message.properties().get("liveErrorMessage"),
                        json.at("/data/text").asText(json.at("/text").asText(body.orElse(null))))
                .filter(text -> text != null)
                .flatMap(text -> text.toString().lines())
                .forEach(line -> out.println("  " + StartException.oneLine(line)));
        out.println();
        out.flush();
    }

    private static JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            return JSON.missingNode();
        }
    }

    private static String first(Object... values) {
        return Stream.of(values)
                .filter(value -> value != null && !value.toString().isEmpty())
                .findFirst()
                .map(Object::toString)
                .orElse(null);
    }
}
