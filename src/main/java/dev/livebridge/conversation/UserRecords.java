package dev.livebridge.conversation;

import dev.livebridge.delivery.Digest;
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
    private final long botId;
    private final String userHash;

    public UserRecords(DataSource store, long botId, String userHash) {
        this.store = JdbcClient.create(store);
        this.botId = botId;
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
                        select conversation_id from conversation where bot_id = :botId and user_hash = :user
                        union
                        select conversation_id from delivery
                        where bot_id = :botId and user_hash = :user and conversation_id is not null
                        """)
                .param("botId", botId)
                .param("user", userHash)
                .query(String.class)
                .list());
    }

    /** Selectors for what of the user waits on {@code live.queues.held}: with its hold, it would lose its way back. */
    public List<String> held(Collection<String> conversations) {
        List<String> selectors = new ArrayList<>();
        for (List<String> keys : batches(withUser(conversations))) {
            selectors.addAll(of("select queue, hold_key from hold where bot_id = :botId and hold_key in (:ids)", keys)
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
        String ofUser = " from delivery where bot_id = :botId and user_hash in (:ids)";
        String ofConversation = " from delivery where bot_id = :botId and conversation_id in (:ids)"
                // not to be counted twice
                + " and (user_hash is null or user_hash <> :user)";
        String lanes = " from lane where bot_id = :botId and lane in (:ids)";
        String holds = " from hold where bot_id = :botId and hold_key in (:ids)";
        work.with(of(verb + lanes, List.of(Digest.of(userHash))));
        Rows rows = new Rows(
                0, work.with(of(verb + ofUser, List.of(userHash))), work.with(of(verb + holds, List.of(userHash))));
        for (List<String> ids : batches(conversations)) {
            int deliveries = work.with(of(verb + ofConversation, ids).param("user", userHash));
            int waiting = work.with(of(verb + holds, ids));
            work.with(of(verb + lanes, ids.stream().map(Digest::of).toList()));
            int ended =
                    work.with(of(verb + " from conversation where bot_id = :botId and conversation_id in (:ids)", ids));
            rows = rows.plus(new Rows(ended, deliveries, waiting));
        }
        return rows;
    }

    private JdbcClient.StatementSpec of(String sql, List<String> ids) {
        return store.sql(sql).param("botId", botId).param("ids", ids);
    }

    private List<String> withUser(Collection<String> conversations) {
        List<String> keys = new ArrayList<>(conversations);
        keys.add(userHash);
        return keys;
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
