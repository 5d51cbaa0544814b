package dev.livebridge.live;

import dev.livebridge.http.BoundedCalls;
import java.util.List;
import java.util.Map;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.message.BasicHeader;

/**
 * Configures the HTTP client of the calls to Live: its bounds, and the headers of {@code live.api.headers.<Name>}. These may be
 * keys. They are set in the client and not on an exchange, so that no log, dead letter or reply shows them.
 */
public final class LiveHeaders implements HttpClientConfigurer {
    private final List<BasicHeader> headers;
    private final BoundedCalls bounds;

    public LiveHeaders(Map<String, String> headers, BoundedCalls bounds) {
        this.bounds = bounds;
        this.headers = headers.entrySet().stream()
                .map(header -> new BasicHeader(header.getKey(), header.getValue(), true))
                .toList();
    }

    @Override
    public void configureHttpClient(HttpClientBuilder client) {
        client.setDefaultHeaders(headers);
        bounds.configureHttpClient(client);
    }
}
