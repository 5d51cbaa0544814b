package dev.livebridge.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The conversations of the Live stand-in, as its observation call shows them:
 * {@code {conversationId, status: queued | attended | closed, groupsId, user, messages: [{action, value, source,
 * receivedAt}]}}. They live as long as the process. What changes one answers false where it is unknown or closed.
 */
final class LiveConversations {
    /** Whose conversation it is: only the agent is shown that. */
    static final String BOT_ID = "botId";

    private final Map<String, ObjectNode> conversations = new LinkedHashMap<>();

    /** Answers the id of the new conversation. */
    synchronized String queue(long botId, JsonNode groupsId, JsonNode user) {
        String id = UUID.randomUUID().toString();
        ObjectNode conversation =
                JsonNodeFactory.instance.objectNode().put("conversationId", id).put("status", "queued");
        conversation.put(BOT_ID, botId);
        conversation.set("groupsId", groupsId);
        conversation.set("user", user);
        conversation.putArray("messages");
        conversations.put(id, conversation);
        return id;
    }

    /** What the user wrote. */
    synchronized boolean write(String id, JsonNode entries) {
        return change(id, conversation -> entries.forEach(entry -> add(conversation, entry.deepCopy())));
    }

    synchronized boolean attend(String id) {
        return change(id, conversation -> conversation.put("status", "attended"));
    }

    /** What the agent wrote. */
    synchronized boolean reply(String id, String text) {
        ObjectNode entry = JsonNodeFactory.instance
                .objectNode()
                .put("action", "text")
                .put("value", text)
                .put("source", "agent");
        return change(id, conversation -> add(conversation, entry));
    }

    synchronized boolean transfer(String id, long group) {
        return change(id, conversation -> conversation
                .put("status", "queued")
                .putArray("groupsId")
                .add(group));
    }

    synchronized boolean close(String id) {
        return change(id, conversation -> conversation.put("status", "closed"));
    }

    synchronized ArrayNode view() {
        ArrayNode view = JsonNodeFactory.instance.arrayNode();
        conversations.keySet().forEach(id -> view.add(view(id)));
        return view;
    }

    synchronized ObjectNode view(String id) {
        ObjectNode view = whole(id);
        view.remove(BOT_ID);
        return view;
    }

    /** Null where it is unknown. */
    synchronized ObjectNode whole(String id) {
        ObjectNode conversation = conversations.get(id);
        return conversation == null ? null : conversation.deepCopy();
    }

    private boolean change(String id, Consumer<ObjectNode> change) {
        ObjectNode conversation = conversations.get(id);
        if (conversation == null || conversation.get("status").textValue().equals("closed")) {
            return false;
        }
        change.accept(conversation);
        return true;
    }

    private static void add(ObjectNode conversation, ObjectNode entry) {
        conversation
                .withArray("messages")
                .add(entry.put("receivedAt", Instant.now().toString()));
    }
}
