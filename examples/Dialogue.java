import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * A whole conversation with an agent, as an application holds it that knows only JMS and JSON, printed as a chat. While the
 * sandbox runs:
 *
 * <pre>java -cp 'target/lib/*' examples/Dialogue.java [tcp://localhost:61616 [http://localhost:8090]]</pre>
 *
 * <p>The agent is played by {@link Agent}, at the sandbox; an application has nothing to do with that.
 */
public final class Dialogue {
    private static final JsonMapper JSON = new JsonMapper();
    private static final long PATIENCE_MILLIS = 15_000;

    private final Session session;
    private final Agent agent;

    private Dialogue(Session session, Agent agent) {
        this.session = session;
        this.agent = agent;
    }

    public static void main(String[] args) throws Exception {
        String broker = args.length > 0 ? args[0] : "tcp://localhost:61616";
        String sandbox = args.length > 1 ? args[1] : "http://localhost:8090";
        try (Connection connection = new ActiveMQConnectionFactory(broker).createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            connection.start();
            new Dialogue(session, new Agent(sandbox)).hold();
        }
    }

    private void hold() throws Exception {
        ObjectNode user = JSON.createObjectNode()
                .put("hash", UUID.randomUUID().toString())
                .put("firstname", "Ana");
        JsonNode queued = request("live.conversations", JSON.createObjectNode().set("user", user));
        String conversation = queued.get("conversationId").textValue();
        say("", "Ana is queued, her conversation is " + conversation);

        // others may want events of other conversations
        String selector = "conversationId = '" + conversation + "' and eventSource = 'live'";
        try (MessageConsumer events = session.createConsumer(session.createQueue("live.events"), selector)) {
            agent.does(conversation, "attend", "{}");
            say("", next(events, "attended").at("/data/agent/name").textValue() + " has taken it");

            write(conversation, "Hello, where is my lamp?");
            agent.does(conversation, "reply", "{\"text\": \"Hello Ana, it leaves our house today.\"}");
            say("Agent", next(events, "message").at("/data/text").textValue());

            write(conversation, "Then please to my office.");
            agent.does(conversation, "transfer", "{\"target\": 7}");
            say("", "moved to group " + next(events, "transfer").at("/data/target"));

            agent.does(conversation, "reply", "{\"text\": \"Done, and have a good day.\"}");
            say("Agent", next(events, "message").at("/data/text").textValue());
            agent.does(conversation, "close", "{}");
            next(events, "close");
            say("", "the agent has closed it");
        }

        JsonNode late = request(
                "live.messages",
                JSON.createObjectNode().put("conversationId", conversation).put("text", "Thank you"));
        say("", "Ana's thanks come too late: " + late.at("/error/code").textValue());
    }

    private void write(String conversation, String text) throws JMSException, IOException {
        JsonNode reply = request(
                "live.messages",
                JSON.createObjectNode().put("conversationId", conversation).put("text", text));
        if (!reply.path("status").asText().equals("sent")) {
            throw new IllegalStateException(reply.toString());
        }
        say("Ana", text);
    }

    /** Sends it, and waits for the reply: the application's own queue would do as well. */
    private JsonNode request(String queue, JsonNode body) throws JMSException, IOException {
        Queue replies = session.createTemporaryQueue();
        TextMessage message = session.createTextMessage(body.toString());
        message.setJMSReplyTo(replies);
        try (MessageProducer producer = session.createProducer(session.createQueue(queue));
                MessageConsumer consumer = session.createConsumer(replies)) {
            producer.send(message);
            return json(consumer.receive(PATIENCE_MILLIS), "reply");
        }
    }

    private static JsonNode next(MessageConsumer events, String name) throws JMSException, IOException {
        JsonNode event = json(events.receive(PATIENCE_MILLIS), name);
        if (!event.path("name").asText().equals(name)) {
            throw new IllegalStateException("not " + name + ": " + event);
        }
        return event;
    }

    private static JsonNode json(Message message, String what) throws JMSException, IOException {
        if (message instanceof TextMessage text) {
            return JSON.readTree(text.getText());
        }
        throw new IllegalStateException("no " + what + " within " + PATIENCE_MILLIS / 1000 + " s");
    }

    private static void say(String who, String what) {
        System.out.println(who.isEmpty() ? "        * " + what : "%7s | %s".formatted(who, what));
    }

    /** The other side of the desk: what curl does in the README. */
    private record Agent(String sandbox) {
        private static final HttpClient HTTP = HttpClient.newHttpClient();

        void does(String conversation, String act, String body) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create(sandbox + "/sandbox/conversations/" + conversation + "/" + act))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new IllegalStateException(act + ": " + answer.statusCode() + " " + answer.body());
            }
        }
    }
}
