package dev.livebridge.conversation;

import dev.livebridge.delivery.Delivery;
import dev.livebridge.delivery.Digest;
import dev.livebridge.delivery.Identity;
import dev.livebridge.delivery.Original;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The order within each lane, as the one reader saw it: each message's record names the message before it, and none is taken
 * up before that one has come to its end. The broker's groups bring messages in order, but for moments: when a consumer dies,
 * Artemis gives its groups to others a moment before it has put back what that one had. What comes early goes back into its
 * place. Where nobody numbers messages (producers set the groups, or there are no records), only the first one of a group
 * that comes to a consumer goes back, once.
 */
public final class Lanes {
    private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);
    /** How long one that never comes, as when somebody took it from the queue, can stop those behind it. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Of the messages that a consumer has set aside: the last one of each lane matters. */
    private static final int REMEMBERED = 10_000;

    private static final long SHORTEST_MILLIS = 50;
    private static final long LONGEST_MILLIS = 2_000;

    private final NamedParameterJdbcTemplate store;
    private final TransactionTemplate transaction;
    private final Settings settings;
    private final JmsTemplate jms;
    /**
     * What the consumer of a thread has set aside. What it consumes afterwards it gets in order: only then nobody need look
     * whether the transaction was committed.
     */
    private final ThreadLocal<Set<String>> setAside = ThreadLocal.withInitial(() -> lastOf(REMEMBERED));

    /**
     * What the configuration says of lanes.
     *
     * @param botId     of {@code live.bot}, in whose name records are kept
     * @param numbered  whether a reader hands them on, and there are records
     * @param heldQueue {@code live.queues.held}
     */
    public record Settings(long botId, boolean numbered, String heldQueue) {}

    public Lanes(DataSource store, Settings settings, ConnectionFactory broker) {
        this.store = new NamedParameterJdbcTemplate(store);
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(store));
        this.settings = settings;
        this.jms = new JmsTemplate(broker);
    }

    /** @param lane its id */
    private record Place(String lane, int priority) {}

    /** The id of a lane in the store: a digest, as its name comes from callers and may be a user's. */
    static String id(String queue, String lane) {
        return Digest.of(queue + "\n" + lane);
    }

    /**
     * Puts messages at the end of their lanes. What was there already, from a try that the broker doesn't know of, keeps its
     * place; what has no lane has no order.
     *
     * @param queue that they came by
     * @param batch in the order in which they came
     * @param lanes for each message its own, or null
     */
    public void append(String queue, List<Original> batch, List<String> lanes) throws JMSException {
        if (!settings.numbered()) {
            return;
        }
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            // higher priorities overtake: each has an order of its own
            places.add(
                    lanes.get(i) == null
                            ? null
                            : new Place(
                                    id(queue, lanes.get(i)),
                                    batch.get(i).message().getJMSPriority()));
        }
        if (places.stream().anyMatch(Objects::nonNull)) {
            List<String> ids = batch.stream()
                    .map(original -> original.identity().recordId())
                    .toList();
            transaction.executeWithoutResult(status -> store(queue, ids, places));
        }
    }

    private void store(String queue, List<String> ids, List<Place> places) {
        Timestamp now = Timestamp.from(Instant.now());
        Set<String> known = known(queue, ids);
        Map<Place, String> last = last(places);
        Set<Place> are = Set.copyOf(last.keySet());
        Set<Place> changed = new HashSet<>();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            Place place = places.get(i);
            if (place != null && known.add(ids.get(i))) {
                Map<String, Object> row = row(now);
                row.put("queue", queue);
                row.put("id", ids.get(i));
                row.put("after", last.put(place, ids.get(i)));
                rows.add(row);
                changed.add(place);
            }
        }
        update("""
                insert into delivery (bot_id, queue, message_id, state, attempts, server_errors, cut_off, rolled_back,
                  uncertain, told_delayed, began_at, changed_at, after_id)
                values (:bot, :queue, :id, 'IN_LANE', 0, 0, 0, false, false, false, :now, :now, :after)
                """, rows);
        update(
                """
                update lane set last_id = :id, changed_at = :now
                where bot_id = :bot and lane = :lane and priority = :priority
                """,
                changed.stream()
                        .filter(are::contains)
                        .map(place -> row(now, place, last))
                        .toList());
        update(
                """
                insert into lane (bot_id, lane, priority, last_id, changed_at)
                values (:bot, :lane, :priority, :id, :now)
                """,
                changed.stream()
                        .filter(place -> !are.contains(place))
                        .map(place -> row(now, place, last))
                        .toList());
    }

    private void update(String sql, List<Map<String, Object>> rows) {
        if (!rows.isEmpty()) {
            store.batchUpdate(sql, rows.<Map<String, Object>>toArray(Map[]::new));
        }
    }

    private Map<String, Object> row(Timestamp now) {
        Map<String, Object> row = new HashMap<>();
        row.put("bot", settings.botId());
        row.put("now", now);
        return row;
    }

    private Map<String, Object> row(Timestamp now, Place place, Map<Place, String> last) {
        Map<String, Object> row = row(now);
        row.put("lane", place.lane());
        row.put("priority", place.priority());
        row.put("id", last.get(place));
        return row;
    }

    // joined, as for "in" and "any" H2 reads all records of the queue
    private Set<String> known(String queue, List<String> ids) {
        return new HashSet<>(store.queryForList(
                """
                select message_id from unnest(cast(:ids as varchar(512) array)) as given (id)
                join delivery on bot_id = :bot and queue = :queue and message_id = given.id
                """, Map.of("bot", settings.botId(), "queue", queue, "ids", ids.toArray(String[]::new)), String.class));
    }

    private Map<Place, String> last(List<Place> places) {
        Set<String> lanes = new HashSet<>();
        places.stream().filter(Objects::nonNull).forEach(place -> lanes.add(place.lane()));
        Map<Place, String> last = new HashMap<>();
        store.query("""
                select lane, priority, last_id from unnest(cast(:lanes as varchar(64) array)) as given (id)
                join lane on bot_id = :bot and lane = given.id
                """, Map.of("bot", settings.botId(), "lanes", lanes.toArray(String[]::new)), row -> {
            last.put(new Place(row.getString(1), row.getInt(2)), row.getString(3));
        });
        return last;
    }

    /** A group has come to the consumer of this thread, as it may when another one dies: what that one did is not known. */
    void moved() {
        setAside.get().clear();
    }

    /** It waits on the held queue from now on: what comes after it may go there, too. */
    public void setAside(Original original) {
        if (settings.numbered()) {
            Identity identity = original.identity();
            setAside.get().add(identity.recordId());
            store.update(
                    "update delivery set held = true where bot_id = :bot and queue = :queue and message_id = :id",
                    Map.of("bot", settings.botId(), "queue", identity.queue(), "id", identity.recordId()));
        }
    }

    /** Whether a message came before its turn, and must go back into its place. */
    public boolean isEarly(
            @Variable("original") Original original,
            @Variable("delivery") Delivery delivery,
            @Variable("firstOfGroup") Boolean first) {
        Delivery.Before before = delivery.before();
        if (delivery.confirmed()) {
            return false;
        }
        if (!settings.numbered()) {
            return Boolean.TRUE.equals(first);
        }
        boolean isHeld = original.identity().heldSince() != 0;
        if (before == null || before.held() && !isHeld && isOnHeld(before)) {
            return false;
        }
        delivery.early(Instant.now());
        if (Duration.between(delivery.earlySince(), Instant.now()).compareTo(PATIENCE) > 0) {
            LOG.warn(
                    "{}: goes on without the message before it, {}, which was not seen for {} s",
                    original.identity().messageId(),
                    before.messageId(),
                    PATIENCE.toSeconds());
            delivery.goOn();
            return false;
        }
        LOG.debug("{}: comes before {}", original.identity().messageId(), before.messageId());
        return true;
    }

    /**
     * The record of the message before was written, and then the process may have died: whether that message is on the held
     * queue, or will come again.
     */
    private boolean isOnHeld(Delivery.Before before) {
        if (setAside.get().contains(before.messageId())) {
            return true;
        }
        String selector =
                "%s = '%s'".formatted(Identity.MESSAGE_ID, before.messageId().replace("'", "''"));
        return Boolean.TRUE.equals(
                jms.browseSelected(settings.heldQueue(), selector, (session, browser) -> browser.getEnumeration()
                        .hasMoreElements()));
    }

    private static Set<String> lastOf(int size) {
        return Collections.newSetFromMap(new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > size;
            }
        });
    }

    /** How long to wait before it goes back, in milliseconds: longer each time. */
    public long pause(@Variable("delivery") Delivery delivery) {
        long since = delivery.earlySince() == null
                ? 0
                : Duration.between(delivery.earlySince(), Instant.now()).toMillis();
        return Math.max(SHORTEST_MILLIS, Math.min(LONGEST_MILLIS, since));
    }
}
