package dev.livebridge.command;

import dev.livebridge.StartException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.builder.ExchangeBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code live-bridge send}: drops a file on a queue, and shows the reply. */
@Command(
        name = "send",
        description = {
            "Drops a file on a queue of the broker that live.jms.url names, or of the sandbox where it names none.",
            "A .json or .txt file becomes a TextMessage, any other a BytesMessage."
        },
        mixinStandardHelpOptions = true)
public final class Send implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "QUEUE", description = "for example live.conversations")
    private String queue;

    @Parameters(index = "1", paramLabel = "FILE", description = "the body of the message")
    private Path file;

    @Option(names = "--property", paramLabel = "K=V", description = "a JMS property of the message; may be repeated")
    private Map<String, String> properties = Map.of();

    @Option(names = "--wait", description = "wait for the reply, and show it")
    private boolean wait;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "how long to wait (default: ${DEFAULT-VALUE})")
    private long timeout;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new StartException("cannot read the file " + file);
        }
        try (Client client = new Client()) {
            return show(client.template().send(endpoint(), message(client.context())));
        }
    }

    private int show(Exchange sent) {
        Exception failure = sent.getException();
        if (failure instanceof ExchangeTimedOutException) {
            throw new StartException("no reply within " + timeout + " s; the message is on " + queue);
        }
        if (failure != null) {
            throw new StartException("cannot send: " + StartException.reason(failure));
        }
        if (!wait) {
            return 0;
        }
        String reply = sent.getMessage().getBody(String.class);
        spec.commandLine().getOut().println(reply);
        return reply.contains("\"status\":\"failed\"") ? 1 : 0;
    }

    private String endpoint() {
        // one message, one commit: outside a consumer there is no transaction to join
        String endpoint = "jms:queue:" + queue
                + "?transacted=false&connectionFactory=#replyConnectionFactory&disableReplyTo=false&mapJmsMessage=true"
                // files of any size
                + "&artemisStreamingEnabled=true&jmsMessageType=" + (isText() ? "Text" : "Bytes");
        return wait
                ? endpoint + "&requestTimeout=" + Duration.ofSeconds(timeout).toMillis()
                : endpoint;
    }

    private boolean isText() {
        String name = file.getFileName().toString();
        return name.endsWith(".json") || name.endsWith(".txt");
    }

    private Exchange message(CamelContext context) throws Exception {
        ExchangeBuilder message = ExchangeBuilder.anExchange(context)
                .withPattern(wait ? ExchangePattern.InOut : ExchangePattern.InOnly)
                .withBody(isText() ? Files.readString(file) : Files.newInputStream(file));
        properties.forEach(message::withHeader);
        return message.build();
    }
}
