package dev.livebridge.live;

import dev.livebridge.bot.Bot;
import dev.livebridge.bot.Bots;
import dev.livebridge.delivery.Delivery;
import dev.livebridge.delivery.Progress;
import dev.livebridge.failure.DeliveryException;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.HttpMeaning;
import dev.livebridge.failure.LiveResponse;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.failure.ServerErrorException;
import dev.livebridge.failure.ServiceUnavailableException;
import dev.livebridge.failure.TokenFilter;
import dev.livebridge.http.BoundedCalls;
import dev.livebridge.outage.Outages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells by HTTP's own meaning what Live's answer to a call says: done, try again, or never. */
public final class LiveAnswer {
    private static final Logger LOG = LoggerFactory.getLogger(LiveAnswer.class);
    private static final Duration REPEAT = Duration.ofHours(1);
    private static final Duration QUIET = Duration.ofSeconds(1);
    private static final Set<Integer> CREDENTIALS = Set.of(401, 403);
    private static final Set<Integer> GONE = Set.of(404, 410);
    private static final Set<Integer> WRONG_ADDRESS = Set.of(404, 405);

    private final TokenFilter tokenFilter;
    private final Outages outages;
    private final Bots bots;
    private final Map<Bot, Instant> lastAccepted = new ConcurrentHashMap<>();
    private final Map<Bot, Refusals> refusals = new ConcurrentHashMap<>();

    /** A time in which Live refuses the credentials: when the log said so, and when the last call was refused. */
    private record Refusals(Instant told, Instant last) {}

    public LiveAnswer(TokenFilter tokenFilter, Outages outages, Bots bots) {
        this.tokenFilter = tokenFilter;
        this.outages = outages;
        this.bots = bots;
    }

    /**
     * Makes the answer of a call that succeeded the body, and leaves no header of it.
     *
     * @param exchange holds the HTTP response
     * @throws ServiceUnavailableException for 3xx, 401, 408, 425, 429, 502, 503, 504; for 403 until another call with the
     *                                     same credentials succeeds; for 404 and 405 on the queue call
     * @throws ServerErrorException        for any other 5xx
     * @throws RefusedException            for any other 4xx
     */
    public void read(Exchange exchange) throws DeliveryException, IOException {
        Message message = exchange.getMessage();
        LiveResponse response = read(message, Progress.of(exchange));
        message.setBody(response);
        message.removeHeaders("*", "CamelRedeliver*");
    }

    private LiveResponse read(Message message, Progress progress) throws DeliveryException, IOException {
        int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
        LiveResponse response = new LiveResponse(
                status,
                body(message),
                HttpMeaning.retryAfter(message.getHeader("Retry-After", String.class), Instant.now()));
        Bot bot = progress.bot();
        Delivery delivery = progress.delivery();
        if (response.ok()) {
            accepted(bot);
            succeeded(bot, delivery);
            return response;
        }

        String conversationId = progress.conversationId();
        String said = "Live answered " + status
                + (conversationId == null
                        ? " to the queue call"
                        : " to the message call of conversation " + conversationId);
        if (speaksOfTheService(status, conversationId, bot, delivery)) {
            if (CREDENTIALS.contains(status)) {
                tellRefusal(status, bot);
            }
            throw new ServiceUnavailableException(said, response);
        }
        if (status >= 500) {
            throw new ServerErrorException(said, response);
        }
        succeeded(bot, delivery);
        boolean unknown = conversationId != null && GONE.contains(status);
        throw RefusedException.byLive(unknown ? ErrorCode.UNKNOWN_CONVERSATION : ErrorCode.REJECTED, said, response);
    }

    private void accepted(Bot bot) {
        Instant now = Instant.now();
        lastAccepted.put(bot, now);
        // one success among refused calls does not end it
        refusals.computeIfPresent(bot, (key, spell) -> spell.last().isBefore(now.minus(QUIET)) ? null : spell);
    }

    /** That messages wait is said elsewhere; this says what to do, once an hour at most. */
    private void tellRefusal(int status, Bot bot) {
        Instant now = Instant.now();
        refusals.compute(bot, (key, spell) -> {
            if (spell != null && spell.told().isAfter(now.minus(REPEAT))) {
                return new Refusals(spell.told(), now);
            }
            LOG.error(
                    "{} answered {}: it does not accept the credentials. Look at {}.id and {}.token; where a gateway is in"
                            + " front of Live, at live.api.headers.*",
                    bot.live(),
                    status,
                    bot.property(),
                    bot.property());
            return new Refusals(now, now);
        });
    }

    /** Live was well to this bot, and so to one of those that share its consumers. */
    private void succeeded(Bot bot, Delivery delivery) {
        outages.succeeded(bot.live());
        outages.succeeded(bots.neighbours(delivery.identity().queue()));
    }

    private boolean speaksOfTheService(int status, String conversationId, Bot bot, Delivery delivery) {
        if (HttpMeaning.isOfTheService(status) || status / 100 == 3 || status == 401) {
            return true;
        }
        if (status == 403) {
            // the credentials, unless others get through with them
            return delivery.failingSince() == null
                    || !lastAccepted.getOrDefault(bot, Instant.EPOCH).isAfter(delivery.failingSince());
        }
        // without a conversation in it, it is our configuration that has the address
        return conversationId == null && WRONG_ADDRESS.contains(status);
    }

    private String body(Message message) throws IOException {
        try (InputStream body = message.getBody(InputStream.class)) {
            if (body == null) {
                return "";
            }
            byte[] bytes = body.readNBytes(BoundedCalls.MAX_BODY);
            boolean cut = body.read() >= 0;
            // in UTF-16 a NUL stands beside each letter, and would hide the token
            String text = new String(bytes, StandardCharsets.UTF_8).replace("\0", "");
            return cut ? tokenFilter.cleanCut(text) : tokenFilter.clean(text);
        }
    }
}
