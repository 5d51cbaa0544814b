package dev.livebridge.event;

import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.Retries;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.ExchangeHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes {@code delayed} while its message waits: the exchange itself is in the middle of its retries. */
public final class DelayedEvents implements Retries.Delays {
    private static final Logger LOG = LoggerFactory.getLogger(DelayedEvents.class);

    private final CamelContext context;
    private final Outcomes outcomes;

    public DelayedEvents(CamelContext context, Outcomes outcomes) {
        this.context = context;
        this.outcomes = outcomes;
    }

    @Override
    public void tell(Exchange exchange, String reason) {
        Exchange event = ExchangeHelper.createCopy(exchange, false);
        event.setException(null);
        Progress progress = Progress.of(exchange);
        event.setVariable("outcome", outcomes.delayed(progress, reason));
        try (ProducerTemplate events = context.createProducerTemplate()) {
            Exchange sent = events.send("direct:publish-event", event);
            if (sent.getException() != null) {
                throw sent.getException();
            }
        } catch (Exception e) {
            LOG.warn("{}: its event could not be sent: {}", progress.messageId(), e.getMessage());
        }
    }
}
