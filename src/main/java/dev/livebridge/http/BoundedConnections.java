package dev.livebridge.http;

import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.HttpConnectionFactory;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;

/** Connections with bounded headers. A call that fails can not close those of the others. */
public final class BoundedConnections extends PoolingHttpClientConnectionManager {
    private static final HttpConnectionFactory<ManagedHttpClientConnection> FACTORY =
            ManagedHttpClientConnectionFactory.builder()
                    .http1Config(Http1Config.custom()
                            .setMaxLineLength(16 * 1024)
                            .setMaxHeaderCount(200)
                            .build())
                    .build();

    /**
     * @param connector  connects
     * @param timeToLive how long a connection may be used, less than 0 for any time
     */
    public BoundedConnections(HttpClientConnectionOperator connector, TimeValue timeToLive) {
        super(connector, PoolConcurrencyPolicy.STRICT, PoolReusePolicy.LIFO, timeToLive, FACTORY);
    }

    /** Ignores the immediate close that the client makes after an Error in one call: it would end all other calls for good. */
    @Override
    public void close(CloseMode mode) {
        if (mode != CloseMode.IMMEDIATE) {
            super.close(mode);
        }
    }

    /** Cuts off what is under way, for good. */
    public void cut() {
        super.close(CloseMode.IMMEDIATE);
    }
}
