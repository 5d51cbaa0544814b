package dev.livebridge.delivery;

import dev.livebridge.bot.Bot;
import dev.livebridge.bot.Bots;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jms.JmsException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Whether and when to try again: what routes/error-handling.camel.yaml can't say of its policy. The backoff in place is
 * Camel's.
 */
public final class Retries implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

    private static final Duration LONG = Duration.ofSeconds(5);
    /** For how long after a success Live is taken to be well. */
    private static final Duration LATELY = Duration.ofSeconds(1);
    /** For so many times {@code live.hold.after} a consumer that has waited in vain does not wait again. */
    private static final int NOT_AGAIN = 5;

    /** What is to become of a message whose attempt has failed. */
    private enum Next {
        /** The same consumer tries again, after a wait. */
        AGAIN,
        /** It waits on the held queue, and so do those behind it in its conversation. */
        HOLD,
        /** It goes back to its queue: its transaction can't be committed any more. */
        BACK,
        /** It is not tried again. */
        DEAD
    }

    private final Limits limits;
    private final Deliveries deliveries;
    private final Outages outages;
    private final Delays delays;
    private final TokenFilter tokenFilter;
    private final Bots bots;
    /** When this consumer last set a conversation aside. */
    private final ThreadLocal<Instant> lastHold = ThreadLocal.withInitial(() -> Instant.EPOCH);

    /** By those that share consumers. */
    private final Map<String, Probe> probes = new ConcurrentHashMap<>();

    private static final class Probe {
        private Instant last = Instant.EPOCH;
        private int count;
    }

    /**
     * How long and how often.
     *
     * @param backoff             the waits between attempts
     * @param maxAttempts         {@code live.retry.max-attempts}, for failures that may be the message's fault
     * @param maxRetryAfter       {@code live.retry.max-retry-after}, the most that a Retry-After is heeded
     * @param giveUpAfter         {@code live.retry.give-up-after}, for failures of the service
     * @param notifyAfter         {@code live.retry.notify-after}, when the event {@code delayed} is published
     * @param holdAfter           {@code live.hold.after}, for failures of one conversation
     * @param holdTimeout         {@code live.hold.timeout}
     * @param waitForConversation {@code live.messages.wait-for-conversation}
     */
    public record Limits(
            Backoff backoff,
            int maxAttempts,
            Duration maxRetryAfter,
            Duration giveUpAfter,
            Duration notifyAfter,
            Duration holdAfter,
            Duration holdTimeout,
            Duration waitForConversation) {}

    /** Tells whoever listens that a message waits. */
    public interface Delays {
        void tell(Exchange exchange, String reason);
    }

    public Retries(
            Limits limits, Deliveries deliveries, Outages outages, Delays delays, TokenFilter tokenFilter, Bots bots) {
        this.limits = limits;
        this.deliveries = deliveries;
        this.outages = outages;
        this.delays = delays;
        this.tokenFilter = tokenFilter;
        this.bots = bots;
    }

    /** After each failed attempt: counts it, decides what comes next, and says so. */
    @Override
    public void process(Exchange exchange) throws JMSException {
        Throwable failure = Failures.cause(exchange.getException());
        Delivery delivery = delivery(exchange);
        if (delivery == null) {
            // it could not be taken up: nothing is known of it yet
            Next next = isOfAService(failure) ? Next.AGAIN : Next.DEAD;
            exchange.setVariable("retry", isOfTheBroker(failure) ? Next.BACK : next);
            return;
        }
        String reason = Failures.describe(failure, tokenFilter);
        count(delivery, failure);
        tellOutage(exchange, delivery, failure, reason);
        Next next = next(exchange, delivery, failure);
        exchange.setVariable("retry", next);
        if (next != Next.DEAD) {
            wait(exchange, delivery, failure, reason, next);
        }
        if (next != Next.DEAD && !(failure instanceof DataAccessException)) {
            deliveries.attempted(delivery);
        }
    }

    private void count(Delivery delivery, Throwable failure) {
        delivery.attempts++;
        if (delivery.failingSince == null) {
            delivery.failingSince = Instant.now();
        }
        if (isCounted(failure)) {
            delivery.serverErrors++;
        }
        if (delivery.isStarted() && !saysWhatBecameOfTheCall(failure)) {
            delivery.uncertain = true;
        }
    }

    private static boolean saysWhatBecameOfTheCall(Throwable failure) {
        boolean refused = failure instanceof DeliveryException answered
                && answered.response() != null
                && !answered.response().ok();
        return refused || isBeforeTheCall(failure) || failure instanceof DataAccessException;
    }

    private static boolean isBeforeTheCall(Throwable failure) {
        return failure instanceof ConnectException
                || failure instanceof ConnectTimeoutException
                || failure instanceof UnknownHostException
                || failure instanceof NoRouteToHostException
                || failure instanceof SSLHandshakeException;
    }

    private void tellOutage(Exchange exchange, Delivery delivery, Throwable failure, String reason) {
        if (failure instanceof SdkException) {
            outages.failed(Outages.S3, reason);
        } else if (failure instanceof DataAccessException) {
            outages.failed(Outages.STORE, reason);
        } else if (isOfLive(delivery, failure)) {
            outages.failed(live(exchange), reason);
        }
    }

    private static boolean isOfLive(Delivery delivery, Throwable failure) {
        return failure instanceof ServiceUnavailableException unavailable && unavailable.response() != null
                || failure instanceof IOException && delivery.isStarted();
    }

    private static String live(Exchange exchange) {
        return exchange.getVariable("bot", Bot.class).live();
    }

    private Next next(Exchange exchange, Delivery delivery, Throwable failure) {
        Original original = exchange.getVariable("original", Original.class);
        if (Expiry.isPast(original) || deliveries.isNotSentAgain(delivery)) {
            return Next.DEAD;
        }
        if (isOfTheBroker(failure)) {
            return isOver(delivery.beganAt, limits.giveUpAfter()) ? Next.DEAD : Next.BACK;
        }
        if (isCounted(failure)) {
            return delivery.serverErrors < limits.maxAttempts() ? Next.AGAIN : Next.DEAD;
        }
        if (failure instanceof NoConversationException) {
            return isOver(delivery.beganAt, limits.waitForConversation()) ? Next.DEAD : Next.HOLD;
        }
        if (!isOfAService(failure) || isOver(delivery.beganAt, limits.giveUpAfter())) {
            return Next.DEAD;
        }
        if (original.identity().heldSince() != 0) {
            Instant heldSince = Instant.ofEpochMilli(original.identity().heldSince());
            return isOver(heldSince, limits.holdTimeout()) ? Next.DEAD : Next.HOLD;
        }
        if (exchange.getVariable("request") == null || failure instanceof DataAccessException) {
            return Next.AGAIN;
        }
        boolean waitsLong = isOver(delivery.failingSince, limits.holdAfter())
                || isLongerThan(retryAfter(failure), limits.holdAfter());
        String neighbours = bots.neighbours(delivery.identity().queue());
        if (hasWaitedForAnother(neighbours)
                || waitsLong
                        && (outages.hasSucceededSince(neighbours, delivery.failingSince) || mayProbe(neighbours))) {
            lastHold.set(Instant.now());
            return Next.HOLD;
        }
        return Next.AGAIN;
    }

    /**
     * Whether this consumer has waited for a conversation until it was set aside a moment ago, and others get through: the
     * neighbours of several failing ones wait once.
     */
    private boolean hasWaitedForAnother(String neighbours) {
        return !isOver(lastHold.get(), limits.holdAfter().multipliedBy(NOT_AGAIN))
                && outages.hasSucceededSince(neighbours, Instant.now().minus(LATELY));
    }

    /**
     * Whether to set a conversation aside though nothing shows that it is its own fault: where all consumers wait for
     * failing conversations, only that lets another one try. The longer nothing succeeds, the rarer.
     */
    private boolean mayProbe(String neighbours) {
        Probe probe = probes.computeIfAbsent(neighbours, name -> new Probe());
        synchronized (probe) {
            if (outages.hasSucceededSince(neighbours, probe.last)) {
                probe.count = 0;
            }
            Duration pause = new Backoff(limits.holdAfter(), 2, limits.backoff().longest()).after(probe.count);
            if (probe.count > 0 && !isOver(probe.last, pause)) {
                return false;
            }
            probe.count++;
            probe.last = Instant.now();
            return true;
        }
    }

    private static boolean isOver(Instant since, Duration limit) {
        return Duration.between(since, Instant.now()).compareTo(limit) >= 0;
    }

    private static boolean isLongerThan(Duration wait, Duration limit) {
        return wait != null && wait.compareTo(limit) > 0;
    }

    private void wait(Exchange exchange, Delivery delivery, Throwable failure, String reason, Next next) {
        if (!delivery.toldDelayed && isOver(delivery.beganAt, limits.notifyAfter())) {
            delivery.toldDelayed = true;
            delays.tell(exchange, reason);
        }
        Duration retryAfter = capped(retryAfter(failure), exchange);
        Duration backoff = limits.backoff().after(delivery.attempts);
        Duration holdFor = retryAfter == null ? limits.backoff().jittered(delivery.attempts) : retryAfter;
        exchange.setVariable("holdFor", holdFor.toMillis());
        exchange.setVariable("holdReason", reason);
        if (isOfLive(delivery, failure) && isLongerThan(retryAfter, LONG)) {
            // nobody may ask again for so long that it is said now
            outages.lost(live(exchange), reason);
        }
        if (next == Next.AGAIN) {
            Duration wait = retryAfter;
            Duration untilHold = limits.holdAfter()
                    .minus(Duration.between(delivery.failingSince, Instant.now()))
                    .plusMillis(1);
            if (retryAfter == null
                    && !isCounted(failure)
                    && backoff.compareTo(untilHold) > 0
                    && !untilHold.isNegative()
                    && exchange.getVariable("request") != null) {
                // its neighbours wait no longer than they must
                wait = untilHold;
            }
            if (wait == null) {
                // one of an attempt before would hold for all that follow
                exchange.getMessage().removeHeader(Exchange.REDELIVERY_DELAY);
            } else {
                exchange.getMessage().setHeader(Exchange.REDELIVERY_DELAY, Math.max(1, wait.toMillis()));
            }
        }
        String line = "{}: attempt {} failed: {}{}";
        Object[] values = {
            delivery.identity().messageId(),
            delivery.attempts,
            reason,
            retryAfter == null ? "" : ", asked to wait " + retryAfter.toSeconds() + " s"
        };
        if (isOfLive(delivery, failure) || failure instanceof SdkException || failure instanceof DataAccessException) {
            // all that wait would say so; that the service is away is said once
            LOG.debug(line, values);
        } else {
            LOG.info(line, values);
        }
    }

    private static Duration retryAfter(Throwable failure) {
        return failure instanceof DeliveryException delivery && delivery.response() != null
                ? delivery.response().retryAfter()
                : null;
    }

    private Duration capped(Duration retryAfter, Exchange exchange) {
        if (retryAfter == null) {
            return null;
        }
        Duration wait = retryAfter.compareTo(limits.maxRetryAfter()) < 0 ? retryAfter : limits.maxRetryAfter();
        Duration left = Expiry.left(exchange.getVariable("original", Original.class));
        return left != null && left.compareTo(wait) < 0 ? left : wait;
    }

    /** Whether the same consumer tries again after this failure ({@code retryWhile}). */
    public boolean again(Exchange exchange) {
        return exchange.getVariable("retry") == Next.AGAIN;
    }

    /** Whether it waits, and those behind it in its conversation, for the others to go on. */
    public boolean hold(Exchange exchange) {
        return exchange.getVariable("retry") == Next.HOLD;
    }

    /** Whether it goes back to its queue, as the broker failed. */
    public boolean back(Exchange exchange) {
        return exchange.getVariable("retry") == Next.BACK;
    }

    /**
     * Whether the retries end before their time, because the bridge stops or the route is replaced: then the message
     * goes back to its queue.
     */
    public boolean cutShort(Exchange exchange) {
        Throwable failure = Failures.cause(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        return failure instanceof RejectedExecutionException || again(exchange);
    }

    /** Its session is closed, as a rule: what was consumed in it will come again. */
    private static boolean isOfTheBroker(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof JMSException || cause instanceof JmsException || cause instanceof ActiveMQException) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOfAService(Throwable failure) {
        return !(failure instanceof RefusedException)
                && !(failure instanceof FailedBeforeException)
                && Failures.code(failure) != ErrorCode.INTERNAL_ERROR;
    }

    /** What may be the message's fault or not: memory may have been taken by its neighbours. */
    private static boolean isCounted(Throwable failure) {
        return failure instanceof ServerErrorException || failure instanceof OutOfMemoryError;
    }

    private static Delivery delivery(Exchange exchange) {
        return exchange.getVariable("delivery", Delivery.class);
    }
}
