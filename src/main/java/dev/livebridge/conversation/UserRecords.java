package dev.livebridge.conversation;

import dev.livebridge.bot.Bot;
import dev.livebridge.bot.Bots;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the store holds of one user: to be counted, and to be removed for good. */
public final class UserRecords {
    private static final int BATCH = 1000;

    private final JdbcClient store;
    private final Bots bots;
    private final String userHash;

    /** @param bots who may each know a user by this hash */
    public UserRecords(DataSource store, Bots bots, String userHash) {
        this.store = JdbcClient.create(store);
        this.bots = bots;
        this.userHash = userHash;
    }

    /**
     * How many rows.
     *
     * @param conversations of the table conversation
     * @param deliveries    of the table delivery
     * @param holds         of the table hold
     */
    public record Rows(int conversations, int deliveries, int holds) {
        private Rows plus(Rows others) {
            return new Rows(conversations + others.conversations, deliveries + others.deliveries, holds + others.holds);
        }
    }

    /** The ids of the user's conversations, closed ones too, as far back as the store goes. */
    public Set<String> conversations() {
        return new TreeSet<>(store.sql("""
                        select conversation_id from conversation where bot_id in (:bots) and user_hash = :user
                        union
                        select conversation_id from delivery
                        where bot_id = :records and user_hash = :user and conversation_id is not null
                        """)
                .param("bots", botIds())
                .param("records", bots.main().id())
                .param("user", userHash)
                .query(String.class)
                .list());
    }

    /** Selectors for what of the user waits on {@code live.queues.held}: with its hold, it would lose its way back. */
    public List<String> held(Collection<String> conversations) {
        List<String> selectors = new ArrayList<>();
        List<String> all = new ArrayList<>(conversations);
        all.addAll(userGroups());
        for (List<String> groups : batches(all)) {
            selectors.addAll(
                    of("select queue, group_id from hold where bot_id = :records and group_id in (:ids)", groups)
                            .query((row, number) -> Holds.selector(row.getString(1), row.getString(2)))
                            .list());
        }
        return selectors;
    }

    /** Counts what {@link #remove} would remove. */
    public Rows count(Collection<String> conversations) {
        return each(conversations, "select count(*)", statement -> statement
                .query(Integer.class)
                .single());
    }

    /**
     * Removes all of the user and of these conversations. Which conversations are the user's goes last, so that an
     * interrupted removal can be repeated; a conversation that has come since stays for a removal of its own.
     */
    public Rows remove(Collection<String> conversations) {
        return each(conversations, "delete", JdbcClient.StatementSpec::update);
    }

    private interface Work {
        int with(JdbcClient.StatementSpec statement);
    }

    private Rows each(Collection<String> conversations, String verb, Work work) {
        String ofUser = " from delivery where bot_id = :records and user_hash in (:ids)";
        String ofConversation = " from delivery where bot_id = :records and conversation_id in (:ids)"
                // not to be counted twice
                + " and (user_hash is null or user_hash <> :user)";
        String groups = " from message_group where bot_id = :records and group_id in (:ids)";
        String openings = " from opening where bot_id in (:bots) and user_hash in (:ids)";
        String holds = " from hold where bot_id = :records and group_id in (:ids)";
        work.with(of(verb + groups, groupIds(userGroups())));
        work.with(of(verb + openings, List.of(userHash)).param("bots", botIds()));
        Rows rows =
                new Rows(0, work.with(of(verb + ofUser, List.of(userHash))), work.with(of(verb + holds, userGroups())));
        for (List<String> ids : batches(conversations)) {
            int deliveries = work.with(of(verb + ofConversation, ids).param("user", userHash));
            int waiting = work.with(of(verb + holds, ids));
            work.with(of(verb + groups, groupIds(ids)));
            int ended =
                    work.with(of(verb + " from conversation where bot_id in (:bots) and conversation_id in (:ids)", ids)
                            .param("bots", botIds()));
            rows = rows.plus(new Rows(ended, deliveries, waiting));
        }
        return rows;
    }

    private JdbcClient.StatementSpec of(String sql, List<String> ids) {
        return store.sql(sql).param("records", bots.main().id()).param("ids", ids);
    }

    private List<Long> botIds() {
        return bots.all().stream().map(Bot::id).toList();
    }

    private List<String> userGroups() {
        return bots.all().stream().map(bot -> bot.userGroup(userHash)).toList();
    }

    private List<String> groupIds(List<String> groups) {
        return bots.queues().stream()
                .flatMap(queue -> groups.stream().map(group -> MessageGroups.id(queue.name(), group)))
                .toList();
    }

    private static List<List<String>> batches(Collection<String> ids) {
        List<String> all = List.copyOf(ids);
        List<List<String>> batches = new ArrayList<>();
        for (int from = 0; from < all.size(); from += BATCH) {
            batches.add(all.subList(from, Math.min(all.size(), from + BATCH)));
        }
        return batches;
    }
}
