package dev.livebridge.conversation;

import dev.livebridge.bot.Bots;
import dev.livebridge.delivery.Deliveries;
import dev.livebridge.delivery.Expiry;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.State;
import dev.livebridge.jms.NotKeptException;
import dev.livebridge.jms.Original;
import dev.livebridge.spool.Spool;
import dev.livebridge.spool.SpoolFolder;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultMessage;

/**
 * Takes a message up: the variable {@code progress}. A marker in the place of a message says that a conversation needn't wait
 * any more: then its first held message is taken.
 */
public final class Receiver implements Processor {
    private final Spool spool;
    private final Supplier<Holds> holds;
    private final Supplier<GroupOrder> order;
    private final Deliveries deliveries;
    private final Bots bots;

    /**
     * @param holds made when the connection to the broker is configured
     * @param order as well
     */
    public Receiver(Spool spool, Supplier<Holds> holds, Supplier<GroupOrder> order, Deliveries deliveries, Bots bots) {
        this.spool = spool;
        this.holds = holds;
        this.order = order;
        this.deliveries = deliveries;
        this.bots = bots;
    }

    /**
     * The variable {@code state} says what is to be done with the message: {@link State#NOTHING}, {@link State#EARLY},
     * {@link State#KNOWN}, {@link State#ACCEPTED}, {@link State#EXPIRED} or {@link State#NEW}.
     */
    @Override
    public void process(Exchange exchange) throws JMSException, NotKeptException {
        Progress progress = Progress.of(exchange);
        State state = progress == null ? take(exchange) : again(exchange, progress);
        exchange.setVariable(State.VARIABLE, state.toString());
    }

    private State take(Exchange exchange) throws JMSException, NotKeptException {
        Message met = exchange.getMessage().getBody(Message.class);
        SpoolFolder folder = spool.folder(exchange);
        Original original = holds.get().take(met, folder);
        if (original == null) {
            return State.NOTHING;
        }
        // Camel's own message would be made anew, with all that JMS says of it, at each expression
        DefaultMessage own = new DefaultMessage(exchange);
        own.setBody(met);
        exchange.setMessage(own);
        Progress progress = new Progress(
                original,
                folder,
                deliveries.take(original),
                bots.owner(original.identity().queue()).orElse(bots.main()));
        exchange.setVariable(Progress.VARIABLE, progress);
        if (order.get().isFirst(met)) {
            return State.EARLY;
        }
        return deliveries.mustLook(progress) ? State.KNOWN : newOrExpired(progress);
    }

    /** At a retry. */
    private State again(Exchange exchange, Progress progress) throws JMSException {
        // Camel has put the message back as it was before the step, with its headers
        exchange.getMessage().removeHeaders("*", "CamelRedeliver*");
        if (deliveries.mustLook(progress)) {
            return State.KNOWN;
        }
        if (progress.outcome() != null) {
            return State.ACCEPTED;
        }
        return order.get().check(progress) == State.EARLY ? State.EARLY : newOrExpired(progress);
    }

    private static State newOrExpired(Progress progress) {
        return Expiry.isPast(progress.original()) ? State.EXPIRED : State.NEW;
    }
}
