package dev.livebridge.delivery;

import dev.livebridge.spool.SpoolFolder;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import org.apache.camel.Body;
import org.apache.camel.Variable;

/** Keeps each message as it came, for what is done with it and for its dead letter. */
public final class Originals {
    public Original keep(@Body Message message, @Variable("spool") SpoolFolder spool)
            throws NotKeptException, JMSException {
        return Original.of(message, spool);
    }
}
