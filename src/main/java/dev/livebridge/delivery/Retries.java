package dev.livebridge.delivery;

import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether and when to try again: what routes/error-handling.camel.yaml can't say of its policy. The backoff itself is
 * Camel's.
 */
public final class Retries implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

    private final int maxAttempts;
    private final Duration maxRetryAfter;
    private final Duration giveUpAfter;
    private final TokenFilter tokenFilter;

    /**
     * @param maxAttempts   {@code live.retry.max-attempts}, for failures that may be the message's fault
     * @param maxRetryAfter {@code live.retry.max-retry-after}, the most that a Retry-After is heeded
     * @param giveUpAfter   {@code live.retry.give-up-after}, for failures of the service
     */
    public Retries(int maxAttempts, Duration maxRetryAfter, Duration giveUpAfter, TokenFilter tokenFilter) {
        this.maxAttempts = maxAttempts;
        this.maxRetryAfter = maxRetryAfter;
        this.giveUpAfter = giveUpAfter;
        this.tokenFilter = tokenFilter;
    }

    /** After each failed attempt: counts it, heeds Retry-After, and says so in the log. */
    @Override
    public void process(Exchange exchange) throws JMSException {
        Throwable failure = Failures.cause(exchange.getException());
        exchange.setVariable(
                "attempts", exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER, 1, Integer.class));
        if (isCounted(failure)) {
            exchange.setVariable("serverErrors", exchange.getVariable("serverErrors", 0, Integer.class) + 1);
        }
        if (!again(exchange)) {
            return;
        }
        Duration retryAfter = failure instanceof DeliveryException delivery && delivery.response() != null
                ? delivery.response().retryAfter()
                : null;
        if (retryAfter != null) {
            exchange.getMessage()
                    .setHeader(
                            Exchange.REDELIVERY_DELAY,
                            capped(retryAfter, exchange).toMillis());
        }
        LOG.info(
                "{}: attempt {} failed: {}{}",
                exchange.getVariable("messageId", String.class),
                exchange.getVariable("attempts"),
                Failures.describe(failure, tokenFilter),
                retryAfter == null ? "" : ", asked to wait " + retryAfter.toSeconds() + " s");
    }

    private Duration capped(Duration retryAfter, Exchange exchange) throws JMSException {
        Duration wait = retryAfter.compareTo(maxRetryAfter) < 0 ? retryAfter : maxRetryAfter;
        Duration left = Expiry.left(original(exchange));
        return left != null && left.compareTo(wait) < 0 ? left : wait;
    }

    /** Whether to try again after this failure ({@code retryWhile}). */
    public boolean again(Exchange exchange) throws JMSException {
        Throwable failure = caught(exchange);
        if (!retriable(failure) || Expiry.isPast(original(exchange))) {
            return false;
        }
        if (isCounted(failure)) {
            return exchange.getVariable("serverErrors", 1, Integer.class) < maxAttempts;
        }
        Instant began = Instant.ofEpochMilli(exchange.getClock().getCreated());
        return Duration.between(began, Instant.now()).compareTo(giveUpAfter) < 0;
    }

    /**
     * Whether the retries end before their time, because the bridge stops or the route is replaced: then the message
     * goes back to its queue.
     */
    public boolean cutShort(Exchange exchange) throws JMSException {
        Throwable failure = caught(exchange);
        return failure instanceof RejectedExecutionException || again(exchange);
    }

    private static boolean retriable(Throwable failure) {
        return isCounted(failure)
                || !(failure instanceof RefusedException) && Failures.code(failure) != ErrorCode.INTERNAL_ERROR;
    }

    /** What may be the message's fault or not: memory may have been taken by its neighbours. */
    private static boolean isCounted(Throwable failure) {
        return failure instanceof ServerErrorException || failure instanceof OutOfMemoryError;
    }

    private static Throwable caught(Exchange exchange) {
        return Failures.cause(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
    }

    private static Message original(Exchange exchange) {
        return exchange.getVariable("original", Original.class).message();
    }
}
