package dev.livebridge.event;

import dev.livebridge.outage.Outages;
import dev.livebridge.store.Store;
import java.time.Duration;
import java.time.Instant;
import org.apache.camel.ExchangeException;
import org.apache.camel.Variable;
import org.apache.camel.util.ObjectHelper;
import org.springframework.dao.DataAccessException;

/**
 * Which events of Live are on {@code live.events} already: written after the send, so that a crash between the two may repeat
 * an event where the broker doesn't detect duplicates itself. Kept for {@code live.idempotency.retention}.
 */
public final class EventRecords {
    private final Store store;
    private final long botId;
    private final Duration retention;
    private final String queue;
    private final Outages outages;

    /**
     * @param retention {@code live.idempotency.retention}
     * @param queue     {@code live.queues.events}
     */
    public EventRecords(Store store, long botId, Duration retention, String queue, Outages outages) {
        this.store = store;
        this.botId = botId;
        this.retention = retention;
        this.queue = queue;
        this.outages = outages;
    }

    /** Whether nobody has recorded it. */
    public boolean isNew(@Variable("event") LiveEvent event) {
        return !store.read(
                sql -> sql.exists("select 1 from event where bot_id = ? and event_id = ?", botId, event.id()));
    }

    /** The broker has it. To say it again changes nothing. */
    public void recordSent(@Variable("event") LiveEvent event) {
        outages.succeeded(queue);
        store.write(sql -> sql.update(
                "insert into event (bot_id, event_id, received_at) values (?, ?, ?) on conflict do nothing",
                botId,
                event.id(),
                Instant.now()));
    }

    /** The store or the broker is away, or the bridge itself is at fault. */
    public void recordFailed(@ExchangeException Throwable failure) {
        DataAccessException ofTheStore = ObjectHelper.getException(DataAccessException.class, failure);
        if (ofTheStore == null) {
            outages.failed(queue, failure.toString());
        } else {
            outages.failed(Outages.STORE, ofTheStore.getMostSpecificCause().getMessage());
        }
    }

    /** Removes what is older than the retention; with the store away, the next time. */
    public void clean() {
        try {
            store.delete(
                    "event",
                    "bot_id, event_id",
                    "received_at < ?",
                    Instant.now().minus(retention));
        } catch (DataAccessException e) {
            outages.failed(Outages.STORE, e.getMostSpecificCause().getMessage());
        }
    }
}
