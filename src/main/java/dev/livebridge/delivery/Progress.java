package dev.livebridge.delivery;

import dev.livebridge.bot.Bot;
import dev.livebridge.failure.Failure;
import dev.livebridge.jms.Identity;
import dev.livebridge.jms.Original;
import dev.livebridge.spool.SpoolFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Exchange;

/**
 * What is known of one message on its way from its queue to Live: the exchange variable {@code progress}. A retry enters the
 * route at its beginning again, and finds here what is done already.
 */
public final class Progress {
    /** The name of the variable. */
    public static final String VARIABLE = "progress";

    private final Original original;
    private final SpoolFolder spool;
    private final Delivery delivery;
    private Bot bot;
    private Map<String, Object> request;
    private String userHash;
    private String conversationId;
    private Map<String, Object> conversation;
    private byte[] queueCall;
    private final List<Map<String, Object>> sent = new ArrayList<>();
    private Map<String, Object> outcome;
    private Failure failure;
    private Hold hold;

    /** @param bot whom it is for, unless it says otherwise */
    public Progress(Original original, SpoolFolder spool, Delivery delivery, Bot bot) {
        this.original = original;
        this.spool = spool;
        this.delivery = delivery;
        this.bot = bot;
    }

    /** Null before the message is taken up. */
    public static Progress of(Exchange exchange) {
        return exchange.getVariable(VARIABLE, Progress.class);
    }

    /** The JMS message as it came. */
    public Original original() {
        return original;
    }

    /** Where its files lie until it is done with. */
    public SpoolFolder spool() {
        return spool;
    }

    /** Its record in the store. */
    public Delivery delivery() {
        return delivery;
    }

    /** What its producer and its sender know it by. */
    public Identity identity() {
        return original.identity();
    }

    /** As its sender knows it. */
    public String messageId() {
        return identity().messageId();
    }

    public Bot bot() {
        return bot;
    }

    public void setBot(Bot bot) {
        this.bot = bot;
    }

    /** The request that it holds, by the schema of its queue; null until it is read. */
    public Map<String, Object> request() {
        return request;
    }

    public void setRequest(Map<String, Object> request) {
        this.request = request;
    }

    /** Null where only Live knows the user. */
    public String userHash() {
        return userHash;
    }

    public void setUserHash(String userHash) {
        this.userHash = userHash;
    }

    /** The conversation that the message belongs to; null until it is known or opened. */
    public String conversationId() {
        return conversationId;
    }

    public void setConversationId(String conversationId) {
        this.conversationId = conversationId;
    }

    /** What Live answered to the queue call, and {@code duplicate} where it was another message's; null without one. */
    public Map<String, Object> conversation() {
        return conversation;
    }

    /** A conversation was opened for this message, or is open by now. */
    public void setConversation(Map<String, Object> answer) {
        conversation = answer;
        conversationId = (String) answer.get("conversationId");
    }

    /** Whether this message opened its conversation. */
    public boolean isOpener() {
        return conversation != null && !conversation.containsKey("duplicate");
    }

    /** The body of the queue call, made once: a retry asks no lookup again. Null until then. */
    public byte[] queueCall() {
        return queueCall;
    }

    public void setQueueCall(byte[] queueCall) {
        this.queueCall = queueCall;
    }

    /** What became of it, as its sender is told; null until then. */
    public Map<String, Object> outcome() {
        return outcome;
    }

    public void setOutcome(Map<String, Object> outcome) {
        this.outcome = outcome;
    }

    /** Those of its entries that Live has confirmed already, as its sender is told. */
    public List<Map<String, Object>> sent() {
        return sent;
    }

    /** Live has confirmed one more. */
    public void addSent(Map<String, Object> entry) {
        sent.add(entry);
    }

    /** The entries that are still to be sent: the text, where there is one, then the attachments. */
    public List<Object> unsent() {
        Object text = request.get("text");
        return Stream.concat(
                        text == null || text.equals("") ? Stream.empty() : Stream.of(text),
                        ((List<?>) request.get("attachments")).stream())
                .skip(sent.size())
                .toList();
    }

    /** Whether the next entry is not the last one. */
    public boolean hasSeveralUnsent() {
        return unsent().size() > 1;
    }

    /** Those of {@link #unsent} that are attachments. */
    public List<Object> unsentAttachments() {
        return unsent().stream().filter(entry -> !(entry instanceof String)).toList();
    }

    /** Whether its request has any. */
    public boolean hasAttachments() {
        return request.get("attachments") instanceof List<?> attachments && !attachments.isEmpty();
    }

    /** Why it goes to the dead-letter queue; null where it doesn't. */
    public Failure failure() {
        return failure;
    }

    public void setFailure(Failure failure) {
        this.failure = failure;
    }

    /** How its group waits; null where it doesn't. */
    public Hold hold() {
        return hold;
    }

    public void setHold(Hold hold) {
        this.hold = hold;
    }

    /** What its record says of its entries. */
    void resume(List<Map<String, Object>> confirmed) {
        sent.clear();
        sent.addAll(confirmed);
    }

    /** What Live confirmed before, for this message or for the one that had its key: it is only told again. */
    void repeat(Map<String, Object> confirmed) {
        outcome = confirmed;
        conversationId = (String) confirmed.get("conversationId");
        userHash = (String) confirmed.get("userHash");
    }
}
