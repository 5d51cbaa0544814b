package dev.livebridge;

import dev.livebridge.attachment.S3;
import dev.livebridge.attachment.S3Probe;
import dev.livebridge.bot.Bots;
import dev.livebridge.broker.QueueProbe;
import dev.livebridge.conversation.Holds;
import dev.livebridge.live.LiveProbe;
import dev.livebridge.outage.Outages;
import dev.livebridge.outage.Probe;
import dev.livebridge.outage.Probes;
import jakarta.jms.ConnectionFactory;
import java.util.concurrent.ExecutorService;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How the bridge looks whether what was away has come back. The broker's consumers and readers connect by themselves. */
final class ProbeBeans {
    private ProbeBeans() {}

    static void bind(Settings settings, Bots bots, Outages outages, CamelContext context) {
        Registry registry = context.getRegistry();
        ExecutorService executor = context.getExecutorServiceManager().newCachedThreadPool(Probes.class, "probe");
        Probes probes = new Probes(
                outages,
                // the connections are configured after this
                service -> registry.lookupByNameAndType("holds", Holds.class).isAwaited(service),
                executor);

        Probe live = new LiveProbe(context);
        bots.all().forEach(bot -> probes.with(bot.live(), live));
        DataSource store = registry.lookupByNameAndType("store", DataSource.class);
        probes.with(Outages.STORE, () -> JdbcClient.create(store)
                .sql("select 1")
                .query(Integer.class)
                .single());
        S3 s3 = registry.lookupByNameAndType("s3", S3.class);
        settings.find("live.s3.bucket").ifPresent(bucket -> probes.with(Outages.S3, new S3Probe(s3, bucket)));
        probes.with(
                Outages.DEAD_LETTERS,
                queue(registry, "brokerConnectionFactory", settings.text("live.queues.deadletters")));
        String events = settings.text("live.queues.events");
        probes.with(events, queue(registry, "replyConnectionFactory", events));
        registry.bind("probes", probes);
    }

    private static QueueProbe queue(Registry registry, String broker, String name) {
        return new QueueProbe(() -> registry.lookupByNameAndType(broker, ConnectionFactory.class), name);
    }
}
