package dev.livebridge.delivery;

import dev.livebridge.bot.Bots;
import dev.livebridge.failure.DeliveryException;
import dev.livebridge.failure.KeyTakenException;
import dev.livebridge.failure.LostMessageException;
import dev.livebridge.failure.NoConversationException;
import dev.livebridge.failure.TokenFilter;
import dev.livebridge.jms.Original;
import dev.livebridge.outage.Outages;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.StatefulService;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Whether and when to try again: what routes/error-handling.camel.yaml can't say of its policy. It also waits for the next
 * try, in place of Camel's own delay, which nothing can end: the end of an outage ends this wait, and so does a stop.
 */
public final class Retries implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

    /** For how long after a success Live is taken to be well. */
    private static final Duration LATELY = Duration.ofSeconds(1);
    /** After a consumer has set a conversation aside, it sets failing ones aside at once for 5 times {@code live.hold.after}. */
    private static final int NOT_AGAIN = 5;

    /** At which delivery a message that can't be taken up becomes a dead letter. */
    private static final int DELIVERIES = 3;

    /** The same where memory is short, which other messages may be to blame for. */
    private static final int DELIVERIES_WITHOUT_MEMORY = 20;

    private final Limits limits;
    private final Deliveries deliveries;
    private final Outages outages;
    private final Delays delays;
    private final Attempts attempts;
    private final Bots bots;
    private final Predicate<Progress> groupWaits;
    /** When this consumer last set a conversation aside. */
    private final ThreadLocal<Instant> lastHold = ThreadLocal.withInitial(() -> Instant.EPOCH);

    /** By those that share consumers. */
    private final Map<String, Turns> turns = new ConcurrentHashMap<>();

    /** Conversations that were set aside, one after the other, while nothing succeeded. */
    private static final class Turns {
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

    /** @param groupWaits whether the conversation of a message waits on the held queue */
    public Retries(
            Limits limits,
            Deliveries deliveries,
            Outages outages,
            Delays delays,
            TokenFilter tokenFilter,
            Bots bots,
            Predicate<Progress> groupWaits) {
        this.limits = limits;
        this.deliveries = deliveries;
        this.outages = outages;
        this.delays = delays;
        this.attempts = new Attempts(outages, tokenFilter, limits.maxRetryAfter());
        this.bots = bots;
        this.groupWaits = groupWaits;
    }

    /** After each failed attempt: counts it, decides what comes next, says so, and waits where the consumer is to wait. */
    @Override
    public void process(Exchange exchange) throws JMSException {
        Throwable failure = Failures.cause(exchange.getException());
        // where this fails as well
        exchange.setVariable(Next.VARIABLE, Next.PUT_BACK.toString());
        if (failure instanceof LostMessageException) {
            // another consumer has it, and says what becomes of it
            LOG.debug("{}", failure.getMessage());
            return;
        }
        Progress progress = Progress.of(exchange);
        Streak streak = streak(exchange, progress);
        String service = Attempts.service(progress, failure);
        Outages.End lastEnd = service == null ? null : outages.lastEnd(service);
        Attempt attempt = attempts.of(progress, failure, service, streak.failed(lastEnd));
        if (service != null && !attempt.othersSucceed()) {
            outages.failed(
                    service,
                    new Outages.FailedCall(
                            conversation(progress), attempt.reason(), attempt.state(), attempt.retryAfter()));
        }
        Next next;
        if (progress == null) {
            next = nextOfUnread(exchange, attempt);
        } else {
            next = counted(exchange, progress, attempt, streak);
        }
        exchange.setVariable(Next.VARIABLE, next.toString());
        if (next == Next.TRY_AGAIN) {
            waitInPlace(exchange, progress, attempt, streak, lastEnd);
        }
    }

    private Streak streak(Exchange exchange, Progress progress) {
        Streak streak = exchange.getVariable(Streak.VARIABLE, Streak.class);
        if (streak == null) {
            Instant takenUp = Instant.ofEpochMilli(exchange.getClock().getCreated());
            boolean wasHeld = progress != null && progress.identity().heldSince() != 0;
            streak =
                    new Streak(wasHeld ? takenUp.minus(limits.backoff().after(progress.delivery().attempts)) : takenUp);
            exchange.setVariable(Streak.VARIABLE, streak);
        }
        return streak;
    }

    /** By what the messages of a conversation are known to be of the same one. */
    private static String conversation(Progress progress) {
        if (progress == null) {
            return null;
        }
        String id = progress.userHash() == null ? progress.conversationId() : progress.userHash();
        return id == null ? progress.messageId() : id;
    }

    private Next counted(Exchange exchange, Progress progress, Attempt attempt, Streak streak) throws JMSException {
        Delivery delivery = progress.delivery();
        boolean isFirstUnanswered = attempt.unanswered() && !delivery.uncertain;
        delivery.attempts++;
        if (delivery.failingSince == null) {
            // a call that waited for its answer while others got theirs has failed for as long
            delivery.failingSince =
                    attempt.unanswered() && attempt.othersSucceed() ? streak.tryBegan() : streak.failedAt();
        }
        if (attempt.isCounted()) {
            delivery.serverErrors++;
        }
        delivery.uncertain |= attempt.unanswered();
        Next next = next(exchange, progress, attempt);
        if (next == Next.DEAD_LETTER || next == Next.DEAD_LETTER_UNCERTAIN) {
            return next;
        }
        boolean isTold = delivery.toldDelayed || !isOver(delivery.beganAt, limits.notifyAfter());
        if (isFirstUnanswered || !isTold) {
            delivery.toldDelayed = true;
            delays.tell(exchange, attempt.reason());
        }
        if (next == Next.SET_ASIDE || next == Next.POSTPONE || next == Next.QUEUE_BEHIND) {
            Duration asked = attempt.retryAfter();
            Duration wait = asked == null ? limits.backoff().jittered(delivery.attempts) : asked;
            progress.setHold(new Hold(untilExpiry(wait, progress), attempt.reason(), attempt.cause(), asked != null));
        }
        log(delivery, attempt);
        if (!(attempt.failure() instanceof DataAccessException)) {
            deliveries.attempted(delivery);
        }
        return next;
    }

    /** Of a message that could not be taken up: it may be what no consumer can read. */
    private static Next nextOfUnread(Exchange exchange, Attempt attempt) throws JMSException {
        if (mayTryAgain(exchange, attempt)) {
            return Next.TRY_AGAIN;
        }
        boolean isAtFault = !attempt.isOfAService() && !attempt.isOfTheBroker() && goesOn(exchange);
        int enough = attempt.isServerError() ? DELIVERIES_WITHOUT_MEMORY : DELIVERIES;
        Message met = exchange.getMessage().getBody(Message.class);
        return isAtFault && met.getIntProperty("JMSXDeliveryCount") >= enough ? Next.BURY : Next.PUT_BACK;
    }

    private static boolean mayTryAgain(Exchange exchange, Attempt attempt) {
        return attempt.isOfAService() && !attempt.isOfTheBroker() && goesOn(exchange);
    }

    private Next next(Exchange exchange, Progress progress, Attempt attempt) {
        Throwable failure = attempt.failure();
        Original original = progress.original();
        Delivery delivery = progress.delivery();
        if (delivery.confirmed() || progress.outcome() != null) {
            // Live has taken it: what is left is to record that, and to say so
            return mayTryAgain(exchange, attempt) ? Next.TRY_AGAIN : Next.PUT_BACK;
        }
        if (Expiry.isPast(original) || deliveries.isNotSentAgain(delivery)) {
            return Next.DEAD_LETTER;
        }
        if (attempt.isOfTheBroker()) {
            return isOver(delivery.beganAt, limits.giveUpAfter()) ? Next.DEAD_LETTER : Next.PUT_BACK;
        }
        if (attempt.isCounted() && delivery.serverErrors >= limits.maxAttempts()) {
            return attempt.isServerError() ? Next.DEAD_LETTER : Next.DEAD_LETTER_UNCERTAIN;
        }
        if (attempt.isServerError()) {
            return Next.TRY_AGAIN;
        }
        if (failure instanceof NoConversationException) {
            if (isOver(delivery.beganAt, limits.waitForConversation())) {
                return Next.DEAD_LETTER;
            }
            return original.identity().heldSince() == 0 ? Next.SET_ASIDE : Next.POSTPONE;
        }
        if (!(failure instanceof DeliveryException) && !goesOn(exchange)) {
            // clients are closed by then: that says nothing of the message
            return Next.PUT_BACK;
        }
        if (!attempt.isOfAService() || isOver(delivery.beganAt, limits.giveUpAfter())) {
            return Next.DEAD_LETTER;
        }
        if (original.identity().heldSince() != 0) {
            Instant heldSince = Instant.ofEpochMilli(original.identity().heldSince());
            if (isOver(heldSince, limits.holdTimeout())) {
                return Next.DEAD_LETTER;
            }
            return failure instanceof KeyTakenException ? Next.QUEUE_BEHIND : Next.POSTPONE;
        }
        if (failure instanceof KeyTakenException) {
            // a wait for a key never opens a hold, which its holder would have to wait behind
            return groupWaits.test(progress) ? Next.SET_ASIDE : Next.TRY_AGAIN;
        }
        if (progress.request() == null || failure instanceof DataAccessException) {
            return Next.TRY_AGAIN;
        }
        return isToBeSetAside(delivery, attempt) ? Next.SET_ASIDE : Next.TRY_AGAIN;
    }

    private boolean isToBeSetAside(Delivery delivery, Attempt attempt) {
        boolean waitsLong = isOver(delivery.failingSince, limits.holdAfter())
                || attempt.retryAfter() != null && attempt.retryAfter().compareTo(limits.holdAfter()) > 0;
        String neighbours = bots.neighbours(delivery.identity().queue());
        if (hasWaitedForAnother(neighbours)
                || waitsLong
                        && (outages.hasSucceededSince(neighbours, delivery.failingSince) || isNextTurn(neighbours))) {
            lastHold.set(Instant.now());
            return true;
        }
        return false;
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
    private boolean isNextTurn(String neighbours) {
        Turns turn = turns.computeIfAbsent(neighbours, name -> new Turns());
        synchronized (turn) {
            if (outages.hasSucceededSince(neighbours, turn.last)) {
                turn.count = 0;
            }
            Duration pause = new Backoff(limits.holdAfter(), 2, limits.backoff().longest()).after(turn.count);
            if (turn.count > 0 && !isOver(turn.last, pause)) {
                return false;
            }
            turn.count++;
            turn.last = Instant.now();
            return true;
        }
    }

    private static boolean isOver(Instant since, Duration limit) {
        return Duration.between(since, Instant.now()).compareTo(limit) >= 0;
    }

    /** The consumer waits for its next try, with all that is behind this message. */
    private void waitInPlace(
            Exchange exchange, Progress progress, Attempt attempt, Streak streak, Outages.End lastEnd) {
        String service = attempt.service();
        if (service != null && streak.waitsFor(service)) {
            outages.waits(service);
            exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                @Override
                public void onDone(Exchange done) {
                    outages.waitsNoMore(service);
                }
            });
        }
        try {
            Duration wait = untilExpiry(wait(progress, attempt, streak), progress);
            if (outages.await(
                    service, lastEnd, streak.failedAt(), attempt.retryAfter() != null, wait, () -> goesOn(exchange))) {
                streak.restart();
                if (progress != null) {
                    progress.delivery().failingSince = null;
                }
            }
            if (!goesOn(exchange)) {
                exchange.setVariable(Next.VARIABLE, Next.PUT_BACK.toString());
            }
        } catch (InterruptedException e) {
            // not passed on: the store's file would close under a thread that is interrupted
            exchange.setVariable(Next.VARIABLE, Next.PUT_BACK.toString());
        }
        streak.tryAgain();
    }

    private Duration wait(Progress progress, Attempt attempt, Streak streak) {
        if (attempt.retryAfter() != null) {
            return attempt.retryAfter();
        }
        Duration backoff = limits.backoff().jittered(streak.failures());
        if (progress == null || attempt.isServerError() || progress.request() == null) {
            return backoff;
        }
        // its neighbours wait no longer than they must
        Duration untilHold = limits.holdAfter()
                .minus(Duration.between(progress.delivery().failingSince, Instant.now()))
                .plusMillis(1);
        return !untilHold.isNegative() && untilHold.compareTo(backoff) < 0 ? untilHold : backoff;
    }

    /** Whether neither the bridge nor the route stops. */
    private static boolean goesOn(Exchange exchange) {
        String id = exchange.getFromRouteId();
        CamelContext context = exchange.getContext();
        Route route = id == null ? null : context.getRoute(id);
        return !context.isStopping() && !context.isStopped() && (route == null || !stops(route.getConsumer()));
    }

    private static boolean stops(Consumer consumer) {
        return consumer instanceof StatefulService service
                && (service.isStopping() || service.isStopped() || service.isSuspending() || service.isSuspended());
    }

    private void log(Delivery delivery, Attempt attempt) {
        String line = "{}: attempt {} failed: {}{}";
        Object[] values = {
            delivery.identity().messageId(),
            delivery.attempts,
            attempt.reason(),
            attempt.retryAfter() == null
                    ? ""
                    : ", asked to wait " + attempt.retryAfter().toSeconds() + " s"
        };
        if (attempt.service() != null && !attempt.isCounted()) {
            // all that wait would say so; that the service is away is said once
            LOG.debug(line, values);
        } else {
            LOG.info(line, values);
        }
    }

    private static Duration untilExpiry(Duration wait, Progress progress) {
        Duration left = progress == null ? null : Expiry.left(progress.original());
        return left != null && left.compareTo(wait) < 0 ? left : wait;
    }

    /** Whether its attempts have ended without a word of what became of the last call. */
    static boolean isUncertain(Exchange exchange) {
        return Next.DEAD_LETTER_UNCERTAIN.toString().equals(exchange.getVariable(Next.VARIABLE));
    }
}
