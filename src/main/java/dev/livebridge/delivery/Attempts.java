package dev.livebridge.delivery;

import dev.livebridge.failure.DeliveryException;
import dev.livebridge.failure.ServiceUnavailableException;
import dev.livebridge.failure.TokenFilter;
import dev.livebridge.outage.Outages;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLHandshakeException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.springframework.dao.DataAccessException;
import software.amazon.awssdk.core.exception.SdkException;

/** Tells by a failure which service is at fault, and what is known of the call. */
final class Attempts {
    private final Outages outages;
    private final TokenFilter tokenFilter;
    private final Duration maxRetryAfter;

    /** @param maxRetryAfter {@code live.retry.max-retry-after} */
    Attempts(Outages outages, TokenFilter tokenFilter, Duration maxRetryAfter) {
        this.outages = outages;
        this.tokenFilter = tokenFilter;
        this.maxRetryAfter = maxRetryAfter;
    }

    /** The service that failed, null where it is none of those that are watched. */
    static String service(Progress progress, Throwable failure) {
        if (failure instanceof SdkException) {
            return Outages.S3;
        }
        if (failure instanceof DataAccessException) {
            return Outages.STORE;
        }
        boolean isOfLive = failure instanceof IOException
                || failure instanceof ServiceUnavailableException unavailable && unavailable.response() != null;
        return isOfLive && progress != null && progress.delivery().isStarted()
                ? progress.bot().live()
                : null;
    }

    /**
     * What a failure says of a try.
     *
     * @param progress null where the message could not be taken up
     * @param service  see {@link #service}
     * @param since    when the tries began to fail
     */
    Attempt of(Progress progress, Throwable failure, String service, Instant since) {
        boolean unanswered = progress != null && progress.delivery().isStarted() && !saysWhatBecameOfTheCall(failure);
        return new Attempt(
                failure,
                service,
                unanswered,
                service != null && outages.hasSucceededSince(service, since),
                reason(failure, service, unanswered),
                capped(retryAfter(failure)));
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

    private String reason(Throwable failure, String service, boolean unanswered) {
        String said = Failures.describe(failure, tokenFilter);
        if (service == null || !(failure instanceof IOException)) {
            return said;
        }
        if (!unanswered) {
            return "no connection to " + service + " (" + said + ")";
        }
        return failure instanceof SocketTimeoutException
                ? service + " did not answer in time (" + said + ")"
                : "no readable answer came from " + service + " (" + said + ")";
    }

    private static Duration retryAfter(Throwable failure) {
        return failure instanceof DeliveryException delivery && delivery.response() != null
                ? delivery.response().retryAfter()
                : null;
    }

    private Duration capped(Duration retryAfter) {
        return retryAfter == null || retryAfter.compareTo(maxRetryAfter) < 0 ? retryAfter : maxRetryAfter;
    }
}
