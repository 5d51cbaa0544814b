package dev.livebridge.chaos;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.livebridge.TestBridge;
import dev.livebridge.chaos.Story.Kind;
import dev.livebridge.chaos.Story.Transaction;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TransactionRolledBackException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.IntSupplier;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * An application that sends what users write, in transactions of up to 20 messages, and comes back when the broker has gone.
 * What it sent in a transaction that did not reach its commit it sends again; where the commit itself failed it goes on.
 */
final class Producer implements Callable<Void> {
    private static final int MOST_IN_A_TRANSACTION = 20;
    private static final JsonMapper JSON = new JsonMapper();

    private final String url;
    private final Ledger ledger;
    private final List<Conversation> conversations;
    private final int each;
    private final boolean grouping;
    private final IntSupplier allowed;
    private final Random random;

    /**
     * @param each     messages for each of its conversations, which are no other producer's
     * @param grouping whether it sets JMSXGroupID
     * @param allowed  how many messages it may have sent by now
     */
    Producer(
            String url,
            Ledger ledger,
            List<Conversation> conversations,
            int each,
            boolean grouping,
            IntSupplier allowed,
            long seed) {
        this.url = url;
        this.ledger = ledger;
        this.conversations = conversations;
        this.each = each;
        this.grouping = grouping;
        this.allowed = allowed;
        this.random = new Random(seed);
    }

    @Override
    public Void call() throws InterruptedException {
        List<Conversation> turns = new ArrayList<>();
        conversations.forEach(conversation -> turns.addAll(Collections.nCopies(each, conversation)));
        Collections.shuffle(turns, random);
        int[] sequences = new int
                [conversations.stream().mapToInt(Conversation::number).max().orElseThrow() + 1];

        int sent = 0;
        List<Story> batch = List.of();
        while (sent < turns.size()) {
            try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
                    Connection connection = factory.createConnection();
                    Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
                    MessageProducer producer = session.createProducer(session.createQueue(TestBridge.MESSAGES))) {
                while (sent < turns.size()) {
                    if (batch.isEmpty()) {
                        int end = Math.min(turns.size(), sent + 1 + random.nextInt(MOST_IN_A_TRANSACTION));
                        batch = batch(turns.subList(sent, end), sequences);
                    }
                    while (sent + batch.size() > allowed.getAsInt()) {
                        Thread.sleep(20);
                    }
                    for (Story story : batch) {
                        producer.send(message(session, story));
                    }
                    commit(session, batch.get(0).transaction());
                    sent += batch.size();
                    batch = List.of();
                }
            } catch (JMSException e) {
                Thread.sleep(300);
            }
        }
        return null;
    }

    private List<Story> batch(List<Conversation> turns, int[] sequences) {
        Transaction transaction = new Transaction();
        return turns.stream()
                .map(conversation ->
                        ledger.begin(conversation.id(), sequences[conversation.number()]++, kind(), transaction))
                .toList();
    }

    private void commit(Session session, Transaction transaction) throws JMSException {
        try {
            session.commit();
            ledger.committed(transaction);
        } catch (TransactionRolledBackException e) {
            throw e;
        } catch (JMSException e) {
            ledger.inDoubt(transaction);
        }
    }

    private Kind kind() {
        int permille = random.nextInt(1000);
        if (permille < 5) {
            return Kind.POISON;
        } else if (permille < 25) {
            return Kind.BYTES;
        }
        return permille < 45 ? Kind.INLINE : Kind.TEXT;
    }

    private Message message(Session session, Story story) throws JMSException {
        Message message;
        if (story.kind() == Kind.BYTES) {
            BytesMessage bytes = session.createBytesMessage();
            bytes.writeBytes(content());
            bytes.setStringProperty("fileName", "scan.pdf");
            bytes.setStringProperty("text", story.id());
            bytes.setStringProperty("conversationId", story.conversation());
            message = bytes;
        } else {
            message = session.createTextMessage(json(story).toString());
        }
        message.setJMSCorrelationID(story.id());
        message.setStringProperty(Listener.ID, story.id());
        if (grouping) {
            message.setStringProperty("JMSXGroupID", story.conversation());
        }
        if (random.nextInt(10) == 0) {
            message.setJMSReplyTo(session.createQueue(Listener.REPLIES));
        }
        return message;
    }

    /** Of a known conversation, one half of the messages is addressed to its user. */
    private ObjectNode json(Story story) {
        ObjectNode json = JSON.createObjectNode().put("text", story.id());
        Conversation conversation = conversations.stream()
                .filter(candidate -> candidate.id().equals(story.conversation()))
                .findFirst()
                .orElseThrow();
        if (conversation.isKnown() && random.nextBoolean()) {
            json.put("userHash", conversation.userHash());
        } else {
            json.put("conversationId", story.conversation());
        }
        if (story.kind() == Kind.INLINE) {
            json.putArray("attachments").addObject().put("name", "note.txt").put("content", content());
        } else if (story.kind() == Kind.POISON) {
            json.put("unknown", true);
        }
        return json;
    }

    /** 2 to 50 KB. */
    private byte[] content() {
        byte[] content = new byte[2_000 + random.nextInt(48_000)];
        random.nextBytes(content);
        content[0] = '%';
        return content;
    }
}
