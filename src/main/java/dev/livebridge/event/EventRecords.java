package dev.livebridge.event;

import dev.livebridge.delivery.Outages;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import javax.sql.DataSource;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Which events of Live are on {@code live.events} already: written after the send, so that a crash between the two may repeat
 * an event where the broker doesn't detect duplicates itself. Kept for {@code live.idempotency.retention}.
 */
public final class EventRecords {
    private static final Logger LOG = LoggerFactory.getLogger(EventRecords.class);

    private final JdbcClient store;
    private final long botId;
    private final Duration retention;
    private final Outages outages;

    /** @param retention {@code live.idempotency.retention} */
    public EventRecords(DataSource store, long botId, Duration retention, Outages outages) {
        this.store = JdbcClient.create(store);
        this.botId = botId;
        this.retention = retention;
        this.outages = outages;
    }

    /** Whether nobody has recorded it. */
    public boolean isNew(@Variable("event") LiveEvent event) {
        return store.sql("select 1 from event where bot_id = ? and event_id = ?")
                .params(botId, event.id())
                .query(Integer.class)
                .optional()
                .isEmpty();
    }

    /** The broker has it. To say it again changes nothing. */
    public void sent(@Variable("event") LiveEvent event) {
        try {
            store.sql("insert into event (bot_id, event_id, received_at) values (?, ?, ?)")
                    .params(botId, event.id(), Timestamp.from(Instant.now()))
                    .update();
        } catch (DuplicateKeyException e) {
            LOG.debug("another request brought the same event at the same moment");
        }
    }

    /** Removes what is older than the retention; with the store away, the next time. */
    public void clean() {
        try {
            store.sql("delete from event where received_at < ?")
                    .params(Timestamp.from(Instant.now().minus(retention)))
                    .update();
        } catch (DataAccessException e) {
            outages.failed(Outages.STORE, e.getMostSpecificCause().getMessage());
        }
    }
}
