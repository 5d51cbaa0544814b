package dev.livebridge.delivery;

import dev.livebridge.bot.Bots;
import dev.livebridge.spool.SpoolFolder;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import java.util.Set;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.apache.camel.support.DefaultMessage;

/** Keeps each message as it came, for what is done with it and for its dead letter. */
public final class Originals {
    private final Set<String> internal;
    private final Bots bots;

    /** @param internal the queues that only the bridge writes to */
    public Originals(Set<String> internal, Bots bots) {
        this.internal = internal;
        this.bots = bots;
    }

    public Original keep(@Body Message message, @Variable("spool") SpoolFolder spool)
            throws NotKeptException, JMSException {
        boolean isInternal =
                message.getJMSDestination() instanceof Queue queue && internal.contains(queue.getQueueName());
        return Original.of(message, isInternal, spool);
    }

    /**
     * What the message's sender knows it by: the variables queue, messageId, correlationId and replyTo; and bot, whom it is
     * for unless it says otherwise.
     */
    public void identify(Exchange exchange) {
        Identity identity = exchange.getVariable("original", Original.class).identity();
        exchange.setVariable("bot", bots.owner(identity.queue()).orElse(bots.main()));
        exchange.setVariable("queue", identity.queue());
        exchange.setVariable("messageId", identity.messageId());
        exchange.setVariable("correlationId", identity.correlationId());
        exchange.setVariable("replyTo", identity.replyTo());
    }

    /**
     * Gives the exchange a message of its own: the JMS message is its body, and of its headers only Camel's counters of
     * redeliveries are left, without which it would retry for ever. Camel's own would be made anew, with all that JMS says
     * of it, at each expression and each call of a bean.
     */
    public void leave(Exchange exchange) {
        DefaultMessage own = new DefaultMessage(exchange);
        own.setBody(exchange.getMessage().getBody());
        exchange.getMessage().getHeaders().entrySet().stream()
                .filter(header -> header.getKey().startsWith("CamelRedeliver"))
                .forEach(header -> own.setHeader(header.getKey(), header.getValue()));
        exchange.setMessage(own);
    }
}
