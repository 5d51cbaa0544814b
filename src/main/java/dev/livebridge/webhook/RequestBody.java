package dev.livebridge.webhook;

import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.spool.TooLargeException;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.handler.HttpException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.Exchange;

/** Reads the body of a request, which Camel has not touched: no more than a size, and as bytes whatever its type. */
public final class RequestBody {
    private final long maxSize;
    private final Duration time;

    /**
     * @param maxSize {@code live.webhook.max-size}
     * @param time    {@code live.webhook.request-timeout}
     */
    public RequestBody(long maxSize, Duration time) {
        this.maxSize = maxSize;
        this.time = time;
    }

    /**
     * Sets the body to its bytes.
     *
     * @throws TooLargeException as soon as that is known
     * @throws RefusedException  where the caller has gone
     * @throws HttpException     where the caller is too slow
     */
    public void read(Exchange exchange) throws TooLargeException, RefusedException, InterruptedException {
        HttpServerRequest request = exchange.getMessage().getBody(HttpServerRequest.class);
        String length = request.getHeader("Content-Length");
        if (length != null && Long.parseLong(length) > maxSize) {
            throw new TooLargeException(maxSize);
        }
        if (request.headers().contains("Expect", "100-continue", true)) {
            request.response().writeContinue();
        }
        try {
            exchange.getMessage().setBody(bytes(request).get(time.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            throw new HttpException(HttpResponseStatus.REQUEST_TIMEOUT.code(), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TooLargeException tooLarge) {
                throw tooLarge;
            }
            throw RefusedException.request(ErrorCode.INVALID_JSON, "/", "the body did not arrive as a whole");
        }
    }

    private CompletableFuture<byte[]> bytes(HttpServerRequest request) {
        CompletableFuture<byte[]> bytes = new CompletableFuture<>();
        Buffer read = Buffer.buffer();
        request.handler(part -> {
            if (read.length() + part.length() > maxSize) {
                request.handler(null);
                bytes.completeExceptionally(new TooLargeException(maxSize));
            } else {
                read.appendBuffer(part);
            }
        });
        request.end().onSuccess(end -> bytes.complete(read.getBytes())).onFailure(bytes::completeExceptionally);
        request.resume();
        return bytes;
    }
}
