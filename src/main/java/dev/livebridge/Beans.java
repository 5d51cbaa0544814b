package dev.livebridge;

import dev.livebridge.conversation.Conversations;
import dev.livebridge.conversation.Store;
import dev.livebridge.delivery.DeadLetterConverter;
import dev.livebridge.delivery.Expiry;
import dev.livebridge.delivery.Failures;
import dev.livebridge.delivery.LiveAnswer;
import dev.livebridge.delivery.LiveHeaders;
import dev.livebridge.delivery.Retries;
import dev.livebridge.delivery.TokenFilter;
import dev.livebridge.event.Outcomes;
import dev.livebridge.event.ReplyTo;
import dev.livebridge.message.AddToExtra;
import dev.livebridge.message.Groups;
import dev.livebridge.message.MessageCall;
import dev.livebridge.message.QueueCall;
import dev.livebridge.message.RequestReader;
import dev.livebridge.message.RequestSchema;
import dev.livebridge.message.RequestedUser;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.camel.spi.Registry;

/** The beans that the routes name, made from the settings. To make them touches nothing outside the process. */
final class Beans {
    private Beans() {}

    static void bind(Settings settings, Store store, Registry registry) {
        long botId = settings.number("live.bot.id");
        TokenFilter tokenFilter = new TokenFilter(settings.text("live.bot.token"));
        long maxTextSize = settings.size("live.messages.max-text-size");

        // message: the formats
        registry.bind("conversationRequest", new RequestReader(schema("conversation-request"), maxTextSize));
        registry.bind("messageRequest", new RequestReader(schema("message-request"), maxTextSize));
        registry.bind("requestedUser", new RequestedUser());
        registry.bind("addToExtra", new AddToExtra());
        registry.bind("queueCall", queueCall(settings, botId));
        registry.bind("messageCall", new MessageCall(settings.text("live.api.message-path")));

        // conversation: who talks in which
        registry.bind("store", store.dataSource());
        registry.bind("conversations", new Conversations(store.dataSource(), botId));

        // delivery: kinds of failure, dead letters
        registry.bind("liveHeaders", new LiveHeaders(settings.family("live.api.headers.")));
        registry.bind("liveAnswer", new LiveAnswer(tokenFilter));
        registry.bind(
                "retries",
                new Retries(
                        settings.integer("live.retry.max-attempts"),
                        settings.duration("live.retry.max-retry-after"),
                        settings.duration("live.retry.give-up-after"),
                        tokenFilter));
        registry.bind("expiry", new Expiry());
        registry.bind("failures", new Failures(tokenFilter));
        registry.bind("deadLetterConverter", new DeadLetterConverter());

        // event: what became of it
        registry.bind("outcomes", new Outcomes(botId));
        registry.bind("replyTo", new ReplyTo(settings.list("live.reply-to.allowed"), ownQueues(settings)));
    }

    private static RequestSchema schema(String name) {
        return RequestSchema.of(name + ".schema.json");
    }

    private static QueueCall queueCall(Settings settings, long botId) {
        Groups groups =
                new Groups(name -> settings.numbers("live.groups." + name), settings.numbers("live.default-groups-id"));
        QueueCall.ExtraShape shape = QueueCall.ExtraShape.valueOf(
                settings.text("live.api.extra-shape").toUpperCase(Locale.ROOT));
        Map<String, Object> extra = new LinkedHashMap<>(settings.family("live.extra."));
        return new QueueCall(botId, settings.text("live.bot.token"), groups, extra, shape);
    }

    private static Set<String> ownQueues(Settings settings) {
        return Set.of(
                settings.text("live.queues.conversations"),
                settings.text("live.queues.messages"),
                settings.text("live.queues.events"),
                settings.text("live.queues.deadletters"));
    }
}
