package dev.livebridge.command;

import dev.livebridge.StartException;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code live-bridge send}: drops a file on a queue, and shows the reply. */
@Command(
        name = "send",
        description = {
            "Drops a file on a queue of the broker that live.jms.url names, or of the sandbox where it names none.",
            "A .json or .txt file becomes a TextMessage, any other a BytesMessage.",
            "Exit code: 0 if it was sent, and with --wait if the reply does not say failed; 1 otherwise."
        },
        mixinStandardHelpOptions = true)
public final class Send implements Callable<Integer> {
    /** Larger files are streamed, and show how far they are. */
    private static final long LARGE = 1 << 20;

    private static final String DEFAULT_SECONDS = "30";

    @Parameters(index = "0", paramLabel = "QUEUE", description = "for example live.conversations")
    private String queue;

    @Parameters(index = "1", paramLabel = "FILE", description = "the body of the message")
    private Path file;

    @Option(
            names = "--property",
            paramLabel = "K=V",
            description = "a JMS property of the message, or JMSCorrelationID, JMSType or JMSPriority; may be repeated")
    private Map<String, String> properties = Map.of();

    @Option(
            names = "--wait",
            paramLabel = "[SECONDS]",
            preprocessor = OptionalSeconds.class,
            description = "wait for the reply so long (default: " + DEFAULT_SECONDS
                    + "), and show it; without one, say where the message is. The message itself does not expire")
    private Long wait;

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "the time of --wait")
    private Long timeout;

    @Spec
    private CommandSpec spec;

    /** What follows {@code --wait} are its seconds only where they are digits. */
    static final class OptionalSeconds implements IParameterPreprocessor {
        @Override
        public boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            if (args.isEmpty() || !args.peek().matches("\\d{1,9}")) {
                args.push(DEFAULT_SECONDS);
            }
            return false;
        }
    }

    @Override
    public Integer call() throws Exception {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new StartException("cannot read the file " + file);
        }
        try (Client client = new Client();
                Connection connection = client.connect();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            client.requireQueue(session, queue);
            Queue replies = wait == null ? null : session.createTemporaryQueue();
            Message message = send(session, replies);
            return wait == null ? 0 : show(message, session, replies, client);
        } catch (JMSException e) {
            throw new StartException("cannot send: " + e.getMessage(), e);
        }
    }

    private Message send(Session session, Queue replies) throws JMSException, IOException {
        try (InputStream content = open();
                MessageProducer producer = session.createProducer(session.createQueue(queue))) {
            Message message = isText() ? session.createTextMessage(text(content)) : bytes(session, content);
            for (Map.Entry<String, String> property : properties.entrySet()) {
                set(message, producer, property.getKey(), property.getValue());
            }
            message.setJMSReplyTo(replies);
            producer.send(message);
            return message;
        }
    }

    private InputStream open() throws IOException {
        InputStream content = Files.newInputStream(file);
        // bin/live-bridge says whether the standard error is a terminal
        if (Files.size(file) < LARGE || !Boolean.getBoolean("terminal")) {
            return content;
        }
        return ProgressBar.wrap(
                content,
                new ProgressBarBuilder()
                        .setTaskName(file.getFileName().toString())
                        .setInitialMax(Files.size(file))
                        .setUnit(" MB", 1 << 20));
    }

    private String text(InputStream content) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content.readAllBytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new StartException("the file " + file + " is not UTF-8, as a .json or .txt file must be", e);
        }
    }

    private BytesMessage bytes(Session session, InputStream content) throws JMSException, IOException {
        BytesMessage message = session.createBytesMessage();
        if (Files.size(file) >= LARGE && session instanceof ActiveMQSession) {
            // files of any size
            message.setObjectProperty("JMS_AMQ_InputStream", content);
        } else {
            message.writeBytes(content.readAllBytes());
        }
        return message;
    }

    private static void set(Message message, MessageProducer producer, String name, String value) throws JMSException {
        try {
            switch (name) {
                case "JMSCorrelationID" -> message.setJMSCorrelationID(value);
                case "JMSType" -> message.setJMSType(value);
                case "JMSPriority" -> producer.setPriority(Integer.parseInt(value));
                default -> message.setStringProperty(name, value);
            }
        } catch (JMSException | RuntimeException e) {
            throw new StartException("cannot set the property " + name + " to '" + value + "': " + e.getMessage(), e);
        }
    }

    private int show(Message message, Session session, Queue replies, Client client) throws Exception {
        Duration patience = Duration.ofSeconds(timeout == null ? wait : timeout);
        Message reply;
        try (MessageConsumer consumer = session.createConsumer(replies)) {
            reply = patience.isZero() ? consumer.receiveNoWait() : consumer.receive(patience.toMillis());
        }
        if (reply == null) {
            List<String> found = new MessageSearch(client).find(message.getJMSMessageID(), queue);
            throw new StartException("no reply within " + patience.toSeconds() + " s to "
                    + message.getJMSMessageID() + ": "
                    + (found.isEmpty()
                            ? "it is not on " + queue + " any more, and the store has no record of it yet"
                            : String.join("; ", found)));
        }
        String text = reply instanceof TextMessage answer ? answer.getText() : reply.getBody(String.class);
        spec.commandLine().getOut().println(text);
        return text.contains("\"status\":\"failed\"") ? 1 : 0;
    }

    private boolean isText() {
        String name = file.getFileName().toString();
        return name.endsWith(".json") || name.endsWith(".txt");
    }
}
