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
        return Original.of(message, isInternal(message), spool);
    }

    /** What a message is known by that is not kept. */
    public Identity identity(Message message) throws JMSException {
        return Identity.of(message, isInternal(message));
    }

    private boolean isInternal(Message message) throws JMSException {
        return message.getJMSDestination() instanceof Queue queue && internal.contains(queue.getQueueName());
    }
}
