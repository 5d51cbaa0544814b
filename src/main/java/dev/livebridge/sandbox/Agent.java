package dev.livebridge.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * What Live tells of the agent's acts: {@code data} as the vendor documents it for {@code attended} and {@code transfer}, and
 * as the sandbox made it up for {@code message} ({@code {text, agent}}) and the closing event ({@code {agent}}), which are not
 * documented.
 */
public final class Agent {
    private final Webhook webhook;
    private final Names names;
    private final Map<Long, String> bots;

    /**
     * What the bridge expects events to be called ({@code live.webhook.event.*}).
     *
     * @param attended an agent took the conversation
     * @param transfer it was moved to another group
     * @param closed   it is over
     */
    public record Names(String attended, String transfer, String closed) {}

    /** @param bots whose conversations these are, by their ids, with their tokens */
    public Agent(Webhook webhook, Names names, Map<Long, String> bots) {
        this.webhook = webhook;
        this.names = names;
        this.bots = Map.copyOf(bots);
    }

    /** The agent took this conversation. Each of these is shown it as it was before, and whose it is. */
    void attended(ObjectNode conversation) {
        tell(conversation, names.attended(), data(conversation));
    }

    void wrote(ObjectNode conversation, String text) {
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("text", text);
        tell(conversation, "message", data.setAll(data(conversation)));
    }

    void moved(ObjectNode conversation, long target) {
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("value", Long.toString(target));
        // as Live does: the user as the remote side knows it, token and all
        data.put(
                "hash",
                conversation.at("/user/hash").textValue() + "_"
                        + bots.get(conversation.get(LiveConversations.BOT_ID).longValue()));
        data.set("originGroup", conversation.at("/groupsId/0"));
        data.put("target", target);
        tell(conversation, names.transfer(), data.setAll(data(conversation)));
    }

    void closed(ObjectNode conversation) {
        tell(conversation, names.closed(), data(conversation));
    }

    private static ObjectNode data(ObjectNode conversation) {
        JsonNode group = conversation.at("/groupsId/0");
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.putObject("agent").put("name", "Eva Gil").put("nickname", "eva").set("groupId", group);
        return data;
    }

    private void tell(ObjectNode conversation, String name, ObjectNode data) {
        webhook.tell(
                conversation.get(LiveConversations.BOT_ID).longValue(),
                name,
                conversation.get("conversationId").textValue(),
                data);
    }
}
