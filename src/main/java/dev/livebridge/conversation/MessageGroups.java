package dev.livebridge.conversation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.jms.Digest;
import dev.livebridge.store.Sql;
import dev.livebridge.store.Store;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Which messages were handed on last in each group: the next one comes after them. One reader of a queue writes here, over all
 * instances. A row for each group and batch, not for each message.
 */
public final class MessageGroups {
    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<List<String>> IDS = new TypeReference<>() {};
    private static final String SAVE = """
            insert into message_group (bot_id, group_id, priority, message_ids, changed_at) values (?, ?, ?, ?, ?)
            on conflict (bot_id, group_id, priority)
              do update set message_ids = excluded.message_ids, changed_at = excluded.changed_at
            """;

    private final Store store;
    private final long botId;

    /** @param botId of {@code live.bot}, in whose name records are kept */
    public MessageGroups(Store store, long botId) {
        this.store = store;
        this.botId = botId;
    }

    /** @param group its id */
    private record Place(String group, int priority) {}

    /** The id of a group in the store: a digest, as its name comes from callers and may be a user's. */
    static String id(String queue, String group) {
        return Digest.of(queue + "\n" + group);
    }

    /** This instance reads the queue from now on: what another one still writes as its reader fails. */
    public void becomeReader(String queue, long epoch) {
        store.write(sql -> sql.update("""
                insert into reader (bot_id, queue, epoch) values (?, ?, ?)
                on conflict (bot_id, queue) do update set epoch = excluded.epoch
                """, botId, queue, epoch));
    }

    /**
     * Puts messages at the end of their groups. What was there already, from a try that the broker doesn't know of, keeps its
     * place; what has no group has no order.
     *
     * @param queue      that they came by
     * @param epoch      of this reader
     * @param ids        of the messages in the store, in the order in which they came
     * @param priorities their JMSPriority
     * @param groups     their groups, null for none
     * @return for each message the one before it, or null
     * @throws NotTheReaderException where another instance has become the reader
     */
    public List<String> append(
            String queue, long epoch, List<String> ids, List<Integer> priorities, List<String> groups) {
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            String group = groups.get(i);
            // higher priorities overtake: each has an order of its own
            places.add(group == null ? null : new Place(id(queue, group), priorities.get(i)));
        }
        return store.write(sql -> append(sql, queue, epoch, ids, places));
    }

    private List<String> append(Sql sql, String queue, long epoch, List<String> ids, List<Place> places)
            throws SQLException {
        // an update, as it keeps another instance from becoming the reader until this is committed
        int mine = sql.update(
                "update reader set epoch = epoch where bot_id = ? and queue = ? and epoch = ?", botId, queue, epoch);
        if (mine == 0) {
            throw new NotTheReaderException("another instance reads " + queue + " by now");
        }
        Map<Place, List<String>> last = last(sql, places);
        Map<Place, List<String>> now = new LinkedHashMap<>();
        List<String> before = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            Place place = places.get(i);
            before.add(place == null ? null : before(ids.get(i), last, now, place));
        }
        Instant at = Instant.now();
        List<Object[]> rows = new ArrayList<>();
        now.forEach((place, handedOn) ->
                rows.add(new Object[] {botId, place.group(), place.priority(), json(handedOn), at}));
        sql.updateEach(SAVE, rows);
        return before;
    }

    /**
     * The message before this one, which joins those that this batch hands on.
     *
     * @param last what was handed on last, which may be this batch's messages at a try before
     * @param now  what is kept of this batch: the message before its first one, and all after that
     */
    private static String before(String id, Map<Place, List<String>> last, Map<Place, List<String>> now, Place place) {
        List<String> known = last.getOrDefault(place, List.of());
        int index = known.indexOf(id);
        List<String> ids = now.get(place);
        if (ids == null) {
            int from = index >= 0 ? Math.max(0, index - 1) : Math.max(0, known.size() - 1);
            ids = new ArrayList<>(known.subList(from, known.size()));
            now.put(place, ids);
        }
        int own = ids.indexOf(id);
        if (own < 0) {
            ids.add(id);
            own = ids.size() - 1;
        }
        return own == 0 ? null : ids.get(own - 1);
    }

    private Map<Place, List<String>> last(Sql sql, List<Place> places) throws SQLException {
        List<Object> values = new ArrayList<>();
        values.add(botId);
        places.stream().filter(Objects::nonNull).map(Place::group).distinct().forEach(values::add);
        Map<Place, List<String>> last = new HashMap<>();
        if (values.size() > 1) {
            sql.list(
                    "select group_id, priority, message_ids from message_group where bot_id = ? and group_id in "
                            + Sql.list(values.size() - 1),
                    row -> last.put(new Place(row.getString(1), row.getInt(2)), ids(row.getString(3))),
                    values.toArray());
        }
        return last;
    }

    /**
     * Has the messages of one group come after those of another from now on: the conversation that the other one is called by
     * turns out to be this user's.
     */
    void join(Sql sql, String queue, String group, String other) throws SQLException {
        record Last(int priority, String ids) {}
        List<Last> lasts = sql.list(
                "select priority, message_ids from message_group where bot_id = ? and group_id = ?",
                row -> new Last(row.getInt(1), row.getString(2)),
                botId,
                id(queue, other));
        for (Last last : lasts) {
            sql.update(SAVE, botId, id(queue, group), last.priority(), last.ids(), Instant.now());
        }
    }

    private static String json(List<String> ids) {
        try {
            return JSON.writeValueAsString(ids);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> ids(String json) throws SQLException {
        try {
            return JSON.readValue(json, IDS);
        } catch (JsonProcessingException e) {
            throw new SQLException("message_group.message_ids is no JSON array of strings", e);
        }
    }
}
