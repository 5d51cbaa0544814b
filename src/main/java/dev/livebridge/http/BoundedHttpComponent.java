package dev.livebridge.http;

import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.spi.annotations.Component;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.socket.ConnectionSocketFactory;
import org.apache.hc.core5.http.config.Registry;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.util.TimeValue;

/**
 * Camel's HTTP component, with {@link BoundedConnections} for each endpoint. It keeps no cookies: what one answer sets would go
 * out with the calls of others.
 */
@Component("http")
public final class BoundedHttpComponent extends HttpComponent {
    public BoundedHttpComponent() {
        setCookieManagementDisabled(true);
    }

    // the sockets are what the component has made of its TLS settings
    @SuppressWarnings("deprecation")
    @Override
    protected HttpClientConnectionManager createConnectionManager(
            Registry<ConnectionSocketFactory> sockets, int maxTotal, int maxPerRoute, SocketConfig config) {
        BoundedConnections connections = new BoundedConnections(
                new DefaultHttpClientConnectionOperator(sockets, null, null),
                TimeValue.ofMilliseconds(getConnectionTimeToLive()));
        connections.setDefaultSocketConfig(config);
        connections.setMaxTotal(maxTotal > 0 ? maxTotal : getMaxTotalConnections());
        connections.setDefaultMaxPerRoute(maxPerRoute > 0 ? maxPerRoute : getConnectionsPerRoute());
        return connections;
    }
}
