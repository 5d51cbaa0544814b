package dev.livebridge.bot;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The bots that this bridge serves, and the queues that requests for them come by. */
public final class Bots {
    private final Bot main;
    private final Map<String, Bot> others = new LinkedHashMap<>();
    private final List<InQueue> queues;

    /**
     * A queue that requests come by.
     *
     * @param name     that producers know
     * @param readFrom what consumers read: the same, or where its reader hands messages on in their groups
     * @param messages whether it carries messages; else requests to queue a conversation
     * @param owner    the bot that has it for itself; null for all bots
     */
    public record InQueue(String name, String readFrom, boolean messages, Bot owner) {}

    /**
     * @param main   {@code live.bot}
     * @param others {@code live.bots.<name>}
     * @param queues all in-queues
     */
    public Bots(Bot main, Collection<Bot> others, List<InQueue> queues) {
        this.main = main;
        others.forEach(bot -> this.others.put(bot.name(), bot));
        this.queues = List.copyOf(queues);
    }

    /** {@code live.bot}: whom requests are for that say nothing else, and in whose name records are kept. */
    public Bot main() {
        return main;
    }

    /** {@code live.bot} first. */
    public List<Bot> all() {
        return Stream.concat(Stream.of(main), others.values().stream()).toList();
    }

    /** The names of {@code live.bots.<name>}. */
    public Set<String> names() {
        return others.keySet();
    }

    public boolean areSeveral() {
        return !others.isEmpty();
    }

    public Optional<Bot> named(String name) {
        return Optional.ofNullable(others.get(name));
    }

    /** The bot that Live knows by this id. */
    public Optional<Bot> withId(long id) {
        return all().stream().filter(bot -> bot.id() == id).findFirst();
    }

    public List<InQueue> queues() {
        return queues;
    }

    /** The bot that has this queue for itself. */
    public Optional<Bot> owner(String queue) {
        return queue(queue).map(InQueue::owner);
    }

    /** What consumers read for what comes by this queue. */
    public String readFrom(String queue) {
        return queue(queue).map(InQueue::readFrom).orElse(queue);
    }

    /** By which queue came what consumers read here. */
    public String cameBy(String readFrom) {
        return queues.stream()
                .filter(queue -> queue.readFrom().equals(readFrom))
                .map(InQueue::name)
                .findFirst()
                .orElse(readFrom);
    }

    /** By which queues messages of this bot may come. */
    public Stream<String> messageQueues(Bot bot) {
        return queues.stream()
                .filter(InQueue::messages)
                .filter(queue -> queue.owner() == null || queue.owner().equals(bot))
                .map(InQueue::name);
    }

    /** As whose calls those count that share their consumers with what comes by this queue. */
    public String neighbours(String queue) {
        return owner(queue).map(Bot::live).orElse(areSeveral() ? "Live for the shared queues" : main.live());
    }

    private Optional<InQueue> queue(String name) {
        return queues.stream().filter(queue -> queue.name().equals(name)).findFirst();
    }
}
