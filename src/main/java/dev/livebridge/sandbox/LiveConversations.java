package dev.livebridge.sandbox;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The conversations of the Live stand-in, as its observation call shows them:
 * {@code {conversationId, status: queued | attended | closed, groupsId, user, messages: [{action, value, source,
 * receivedAt}]}}. They live as long as the process.
 */
final class LiveConversations {
    private final Map<String, JsonObject> conversations = new LinkedHashMap<>();

    synchronized String queue(JsonArray groupsId, JsonObject user) {
        String id = UUID.randomUUID().toString();
        conversations.put(
                id,
                new JsonObject()
                        .put("conversationId", id)
                        .put("status", "queued")
                        .put("groupsId", groupsId)
                        .put("user", user)
                        .put("messages", new JsonArray()));
        return id;
    }

    /** What the user wrote; false for an unknown or closed conversation. */
    synchronized boolean write(String id, JsonArray entries) {
        return open(id, conversation -> entries.forEach(entry -> add(conversation, (JsonObject) entry)));
    }

    synchronized boolean attend(String id) {
        return open(id, conversation -> conversation.put("status", "attended"));
    }

    synchronized boolean reply(String id, String text) {
        return open(
                id,
                conversation -> add(
                        conversation,
                        new JsonObject()
                                .put("action", "text")
                                .put("value", text)
                                .put("source", "agent")));
    }

    synchronized boolean transfer(String id, long group) {
        return open(
                id, conversation -> conversation.put("status", "queued").put("groupsId", new JsonArray().add(group)));
    }

    synchronized boolean close(String id) {
        return open(id, conversation -> conversation.put("status", "closed"));
    }

    synchronized JsonArray view() {
        JsonArray view = new JsonArray();
        conversations.values().forEach(conversation -> view.add(conversation.copy()));
        return view;
    }

    synchronized JsonObject view(String id) {
        return conversations.get(id).copy();
    }

    private boolean open(String id, Consumer<JsonObject> change) {
        JsonObject conversation = conversations.get(id);
        if (conversation == null || conversation.getString("status").equals("closed")) {
            return false;
        }
        change.accept(conversation);
        return true;
    }

    private static void add(JsonObject conversation, JsonObject entry) {
        conversation
                .getJsonArray("messages")
                .add(entry.copy().put("receivedAt", Instant.now().toString()));
    }
}
