package dev.livebridge.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What Live tells of the agent's acts: {@code data} as the vendor documents it for {@code attended} and {@code transfer}, and
 * as the sandbox made it up for {@code message} ({@code {text, agent}}) and the closing event ({@code {agent}}), which are not
 * documented.
 */
public final class Agent {
    private final Webhook webhook;
    private final Names names;
    private final String botToken;

    /**
     * What the bridge expects events to be called ({@code live.webhook.event.*}).
     *
     * @param attended an agent took the conversation
     * @param transfer it was moved to another group
     * @param closed   it is over
     */
    public record Names(String attended, String transfer, String closed) {}

    public Agent(Webhook webhook, Names names, String botToken) {
        this.webhook = webhook;
        this.names = names;
        this.botToken = botToken;
    }

    /** The agent took this conversation. Each of these is shown it as it was before. */
    void attended(ObjectNode conversation) {
        webhook.tell(names.attended(), id(conversation), data(conversation));
    }

    void wrote(ObjectNode conversation, String text) {
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("text", text);
        webhook.tell("message", id(conversation), data.setAll(data(conversation)));
    }

    void moved(ObjectNode conversation, long target) {
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("value", Long.toString(target));
        // as Live does: the user as the remote side knows it, token and all
        data.put("hash", conversation.at("/user/hash").textValue() + "_" + botToken);
        data.set("originGroup", conversation.at("/groupsId/0"));
        data.put("target", target);
        webhook.tell(names.transfer(), id(conversation), data.setAll(data(conversation)));
    }

    void closed(ObjectNode conversation) {
        webhook.tell(names.closed(), id(conversation), data(conversation));
    }

    private static ObjectNode data(ObjectNode conversation) {
        JsonNode group = conversation.at("/groupsId/0");
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.putObject("agent").put("name", "Eva Gil").put("nickname", "eva").set("groupId", group);
        return data;
    }

    private static String id(ObjectNode conversation) {
        return conversation.get("conversationId").textValue();
    }
}
