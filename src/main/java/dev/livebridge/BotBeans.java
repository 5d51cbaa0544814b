package dev.livebridge;

import dev.livebridge.bot.Bot;
import dev.livebridge.bot.Bots;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The bots that the settings name, and their queues. */
final class BotBeans {
    private BotBeans() {}

    static Bots bots(Settings settings) {
        List<Long> groups = settings.numbers("live.default-groups-id");
        Bot main = new Bot("", settings.number("live.bot.id"), settings.text("live.bot.token"), groups);
        List<Bot> others = new ArrayList<>();
        List<Bots.InQueue> queues = new ArrayList<>();
        queues.add(conversations(settings.text("live.queues.conversations"), null));
        String messages = settings.text("live.queues.messages");
        queues.add(new Bots.InQueue(
                messages, isGrouped(settings) ? settings.text("live.queues.grouped") : messages, true, null));
        for (String name : settings.botNames()) {
            String prefix = "live.bots." + name + ".";
            List<Long> own = settings.numbers(prefix + "default-groups-id");
            Bot bot = new Bot(
                    name,
                    settings.number(prefix + "id"),
                    settings.text(prefix + "token"),
                    own.isEmpty() ? groups : own);
            others.add(bot);
            settings.find(prefix + "queues.conversations").ifPresent(queue -> queues.add(conversations(queue, bot)));
            settings.find(prefix + "queues.messages")
                    .ifPresent(queue -> queues.add(
                            new Bots.InQueue(queue, isGrouped(settings) ? Settings.grouped(queue) : queue, true, bot)));
        }
        return new Bots(main, others, queues);
    }

    /** All tokens that are configured, previous ones too. */
    static List<String> tokens(Settings settings) {
        return Stream.concat(
                        Stream.of("live.bot.token", "live.bot.previous-token"),
                        settings.botNames().stream()
                                .map(name -> "live.bots." + name)
                                .flatMap(bot -> Stream.of(bot + ".token", bot + ".previous-token")))
                .flatMap(key -> settings.find(key).stream())
                .toList();
    }

    private static Bots.InQueue conversations(String queue, Bot owner) {
        return new Bots.InQueue(queue, queue, false, owner);
    }

    /** Whether the bridge itself sets the groups of messages. */
    static boolean isGrouped(Settings settings) {
        return settings.text("live.messages.grouped-by").equals("bridge");
    }
}
