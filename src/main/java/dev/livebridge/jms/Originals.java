package dev.livebridge.jms;

import dev.livebridge.spool.SpoolFolder;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import java.util.Set;

/** Keeps each message as it came, for what is done with it and for its dead letter. */
public final class Originals {
    private final Set<String> internal;

    /** @param internal the queues that only the bridge writes to */
    public Originals(Set<String> internal) {
        this.internal = internal;
    }

    public Original keep(Message message, SpoolFolder spool) throws NotKeptException, JMSException {
        boolean isInternal =
                message.getJMSDestination() instanceof Queue queue && internal.contains(queue.getQueueName());
        return Original.of(message, isInternal, spool);
    }
}
