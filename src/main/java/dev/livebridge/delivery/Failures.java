package dev.livebridge.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.livebridge.failure.DeliveryException;
import dev.livebridge.failure.EnrichmentException;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.FailedBeforeException;
import dev.livebridge.failure.Failure;
import dev.livebridge.failure.HttpMeaning;
import dev.livebridge.failure.LiveResponse;
import dev.livebridge.failure.LostMessageException;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.failure.TokenFilter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import software.amazon.awssdk.core.exception.SdkException;

/** Says of an exchange that has failed for good why, in the contract's words. */
public final class Failures {
    private static final int MAX_MESSAGE = 2048;
    private static final int MAX_BODY = 1024;

    private final TokenFilter tokenFilter;
    private final Deliveries deliveries;

    public Failures(TokenFilter tokenFilter, Deliveries deliveries) {
        this.tokenFilter = tokenFilter;
        this.deliveries = deliveries;
    }

    /** Describes the failure that this exchange ended in. */
    public void describe(Exchange exchange) {
        Progress progress = Progress.of(exchange);
        progress.setFailure(failure(exchange, progress));
    }

    private Failure failure(Exchange exchange, Progress progress) {
        Throwable caught = cause(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        if (caught instanceof FailedBeforeException before) {
            return before.failure();
        }
        Delivery delivery = progress.delivery();
        ErrorCode code = code(exchange, caught, progress);
        String what = describe(caught, tokenFilter);
        if (!(caught instanceof RefusedException)) {
            what = code == ErrorCode.EXPIRED
                    ? "gave up: " + what
                    : code == ErrorCode.UNCERTAIN ? "Live may have taken it: " + what : what;
        }
        if (!progress.sent().isEmpty()) {
            what += "; Live has taken the first " + progress.sent().size() + " of its entries";
        }
        LiveResponse response = caught instanceof DeliveryException e ? e.response() : null;
        return new Failure(
                code,
                cut(what, MAX_MESSAGE),
                caught.getClass().getName(),
                response == null ? null : response.status(),
                response == null ? null : cut(response.body(), MAX_BODY),
                Math.max(1, delivery.attempts()),
                Instant.now().truncatedTo(ChronoUnit.MILLIS).toString(),
                delivery.uncertain() || caught instanceof RefusedException e && e.uncertain(),
                caught instanceof DeliveryException e ? e.details() : List.of());
    }

    private ErrorCode code(Exchange exchange, Throwable caught, Progress progress) {
        if (caught instanceof RefusedException refused) {
            return refused.code();
        }
        if (deliveries.isNotSentAgain(progress.delivery()) || Retries.isUncertain(exchange)) {
            return ErrorCode.UNCERTAIN;
        }
        return Expiry.isPast(progress.original()) ? ErrorCode.EXPIRED : code(caught);
    }

    /** What a failure means once it is not tried again. */
    static ErrorCode code(Throwable failure) {
        if (failure instanceof DeliveryException delivery) {
            return delivery.code();
        }
        return isOfAService(failure) ? ErrorCode.EXPIRED : ErrorCode.INTERNAL_ERROR;
    }

    /** What stands behind an exception of Camel's, which wraps those of a split's parts and of an endpoint's start. */
    static Throwable cause(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isOwn(cause) || isOfAService(cause) || cause instanceof OutOfMemoryError) {
                return cause;
            }
        }
        return failure;
    }

    /** Live, S3, the network, a disk or the store is away. Bad JSON is an IOException too, but no retry mends it. */
    private static boolean isOfAService(Throwable failure) {
        return failure instanceof IOException && !(failure instanceof JsonProcessingException)
                // of a route of the integrator's own
                || failure instanceof HttpOperationFailedException answer
                        && HttpMeaning.isOfTheService(answer.getStatusCode())
                || failure instanceof SdkException
                || failure instanceof DataAccessException
                        && !(failure instanceof DataIntegrityViolationException)
                        && !(failure instanceof InvalidDataAccessResourceUsageException);
    }

    /** In a sentence: our own exceptions speak for themselves, of others the root's class says more than its message. */
    static String describe(Throwable failure, TokenFilter tokenFilter) {
        Throwable root = failure;
        while (root.getCause() != null && !isOwn(root)) {
            root = root.getCause();
        }
        return tokenFilter.clean(isOwn(root) ? root.getMessage() : root.toString());
    }

    private static boolean isOwn(Throwable failure) {
        return failure instanceof DeliveryException
                || failure instanceof EnrichmentException
                || failure instanceof LostMessageException;
    }

    /** At most so many bytes of UTF-8, whole characters only. */
    private static String cut(String text, int maxBytes) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= maxBytes) {
            return text;
        }
        int end = maxBytes;
        while ((bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
