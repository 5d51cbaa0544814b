package dev.livebridge.conversation;

import dev.livebridge.bot.Bot;
import dev.livebridge.bot.Bots;
import dev.livebridge.delivery.Progress;
import dev.livebridge.event.LiveEvent;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.jms.Addressee;
import dev.livebridge.jms.Original;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.camel.Variable;

/**
 * Which bot a request is for: the one that has its queue for itself, the one that it names ({@code "bot": "sales"}), the one
 * that queued its conversation, or else {@code live.bot}.
 */
public final class BotChoice {
    private final Bots bots;
    private final Conversations conversations;

    public BotChoice(Bots bots, Conversations conversations) {
        this.bots = bots;
        this.conversations = conversations;
    }

    /**
     * Of a request.
     *
     * @throws RefusedException {@code invalid-request} where it names a bot that isn't configured, or another one than its
     *                          queue's
     */
    public void choose(Progress progress) throws RefusedException {
        progress.setBot(of(progress.request(), progress.identity().queue()));
    }

    private Bot of(Map<String, Object> request, String queue) throws RefusedException {
        String name = (String) request.get("bot");
        Optional<Bot> owner = bots.owner(queue);
        if (name != null && owner.isPresent() && !owner.get().name().equals(name)) {
            throw refused("must be '" + owner.get().name() + "' or absent on queue " + queue + ", not '" + name + "'");
        }
        if (name != null && bots.named(name).isEmpty()) {
            throw refused("no live.bots." + name + " is configured"
                    + (bots.areSeveral() ? ", only " + String.join(", ", new TreeSet<>(bots.names())) : ""));
        }
        return owner.or(() -> bots.named(name)).orElseGet(() -> ofConversation((String) request.get("conversationId")));
    }

    private static RefusedException refused(String message) {
        return RefusedException.request(ErrorCode.INVALID_REQUEST, "/bot", message);
    }

    private Bot ofConversation(String conversationId) {
        Conversations.Party party =
                conversationId == null || !bots.areSeveral() ? null : conversations.party(conversationId);
        return party == null ? bots.main() : party.bot();
    }

    /** Of a message that was worked on before, and is not read again. */
    public void chooseUnread(Progress progress) throws JMSException, IOException {
        String queue = progress.identity().queue();
        boolean isOwned = bots.owner(queue).isPresent();
        progress.setBot(of(queue, isOwned ? Addressee.NONE : addressee(progress.original())));
    }

    /** Of an event of Live: of its conversation; else the one with this id. */
    public Bot ofEvent(@Variable("event") LiveEvent event) {
        Conversations.Party party = bots.areSeveral() ? conversations.party(event.conversationId()) : null;
        return party == null ? bots.withId(event.botId()).orElse(bots.main()) : party.bot();
    }

    /** Whose message it is, and for which bot, as far as that must be known. */
    Addressee addressee(Original original) throws JMSException, IOException {
        return Addressee.of(original, bots.areSeveral());
    }

    /** The bot whose user this is. */
    Bot of(String queue, Addressee addressee) {
        return bots.owner(queue)
                .or(() -> Optional.ofNullable(addressee.bot()).flatMap(bots::named))
                .orElse(bots.main());
    }
}
