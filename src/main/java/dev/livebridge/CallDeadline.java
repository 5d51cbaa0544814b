package dev.livebridge;

import dev.livebridge.attachment.S3;
import dev.livebridge.attachment.UrlSource;
import dev.livebridge.broker.BrokerConnections;
import dev.livebridge.http.BoundedConnections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.component.http.HttpEndpoint;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * When the bridge stops, a call under way may end first, but not for ever: a second after Camel's own patience its
 * connection is closed, and so are the connections to the broker. Its message goes back to its queue. Nothing else ends
 * a consumer that waits for the rest of a large message.
 */
final class CallDeadline extends LifecycleStrategySupport {
    private final UrlSource urlSource;
    private final S3 s3;

    CallDeadline(UrlSource urlSource, S3 s3) {
        this.urlSource = urlSource;
        this.s3 = s3;
    }

    @Override
    public void onContextStopping(CamelContext context) {
        long patience = context.getShutdownStrategy().getTimeout() + 1;
        CompletableFuture.delayedExecutor(patience, TimeUnit.SECONDS).execute(() -> {
            context.getEndpoints().stream()
                    .filter(HttpEndpoint.class::isInstance)
                    .map(HttpEndpoint.class::cast)
                    .map(HttpEndpoint::getClientConnectionManager)
                    .filter(BoundedConnections.class::isInstance)
                    .map(BoundedConnections.class::cast)
                    .forEach(BoundedConnections::cut);
            urlSource.close();
            s3.close();
            BrokerConnections.drop(context.getRegistry().findByType(ActiveMQConnectionFactory.class));
        });
    }
}
