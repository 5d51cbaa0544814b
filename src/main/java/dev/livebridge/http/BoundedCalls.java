package dev.livebridge.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.support.GZIPHelper;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;

/**
 * What a call may take at the most, in time and memory, whatever the other side sends. The client's own time-outs count from
 * one byte to the next: a byte now and then would hold a call for ever.
 */
public final class BoundedCalls implements HttpClientConfigurer {
    /** The most that is used of a body. A longer one has one byte more, and no end. */
    public static final int MAX_BODY = 1024 * 1024;

    private final Duration whole;
    private final Duration answer;

    /**
     * @param connect how long a call may take beyond the time for its answer
     * @param answer  how long, after connecting, until the last byte of the answer
     */
    public BoundedCalls(Duration connect, Duration answer) {
        this.whole = connect.plus(answer);
        this.answer = answer;
    }

    @Override
    public void configureHttpClient(HttpClientBuilder client) {
        client.addExecInterceptorFirst(
                "call-deadline", (request, scope, chain) -> within(whole, scope, () -> chain.proceed(request, scope)));
        client.addExecInterceptorAfter(
                ChainElement.CONNECT.name(),
                "answer-deadline",
                (request, scope, chain) -> within(answer, scope, () -> read(chain.proceed(request, scope), scope)));
        // unpacked here, where it is counted
        client.disableContentCompression();
    }

    /** A call, or the rest of one. */
    private interface Call {
        ClassicHttpResponse proceed() throws IOException, HttpException;
    }

    private static ClassicHttpResponse within(Duration limit, ExecChain.Scope scope, Call call)
            throws IOException, HttpException {
        CompletableFuture<Void> deadline =
                new CompletableFuture<Void>().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS);
        deadline.exceptionally(late -> {
            if (scope.originalRequest instanceof Cancellable cancellable) {
                cancellable.cancel();
            }
            return null;
        });
        try {
            return call.proceed();
        } catch (IOException | HttpException | RuntimeException | Error e) {
            // nobody else gives its connection back after an Error, or in the middle of the body
            scope.execRuntime.discardEndpoint();
            if (!deadline.isDone()) {
                throw e;
            }
            if (scope.clientContext.getRequest() == null) {
                throw new ConnectTimeoutException("not connected within " + limit.toMillis() + " ms");
            }
            throw new SocketTimeoutException("no whole answer within " + limit.toMillis() + " ms");
        } finally {
            deadline.complete(null);
        }
    }

    private static ClassicHttpResponse read(ClassicHttpResponse response, ExecChain.Scope scope) throws IOException {
        HttpEntity entity = response.getEntity();
        if (entity == null) {
            return response;
        }
        Header encoding = response.getFirstHeader(HttpHeaders.CONTENT_ENCODING);
        // not closed: that would read it to the end
        InputStream packed = entity.getContent();
        InputStream body = GZIPHelper.uncompressGzip(encoding == null ? null : encoding.getValue(), packed);
        byte[] bytes = body.readNBytes(MAX_BODY + 1);
        if (bytes.length > MAX_BODY || packed.read() >= 0) {
            scope.execRuntime.discardEndpoint();
        } else {
            scope.execRuntime.releaseEndpoint();
        }
        response.removeHeaders(HttpHeaders.CONTENT_ENCODING);
        response.setEntity(new ByteArrayEntity(bytes, null));
        return response;
    }
}
