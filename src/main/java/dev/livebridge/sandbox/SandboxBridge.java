package dev.livebridge.sandbox;

import dev.livebridge.Bridge;
import dev.livebridge.OnStop;
import dev.livebridge.SandboxSecrets;
import dev.livebridge.Settings;
import dev.livebridge.StartException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sandbox: the bridge as in production, with its broker, its S3 server and its Live in the same process. */
public final class SandboxBridge {
    private static final Logger LOG = LoggerFactory.getLogger(SandboxBridge.class);

    private SandboxBridge() {}

    /** Runs until it is stopped; answers the exit code. */
    public static int run(Path home) throws Exception {
        Bridge bridge = bridge(home);
        bridge.run();
        return bridge.getExitCode();
    }

    /** The bridge, with all that it needs to start. */
    public static Bridge bridge(Path home) {
        // up before the bridge looks for them
        Bridge bridge = new Bridge(home, Bridge.SANDBOX, new MainListenerSupport() {
            @Override
            public void beforeConfigure(BaseMainSupport main) {
                start(main.getCamelContext());
            }
        });
        bridge.addMainListener(new MainListenerSupport() {
            @Override
            public void afterStart(BaseMainSupport main) {
                LOG.info(ready(new Settings(main.getCamelContext().getPropertiesComponent())));
            }
        });
        bridge.withRoutes("sandbox");
        return bridge;
    }

    private static String ready(Settings settings) {
        String live = "http://" + settings.text("live.sandbox.address") + ":" + settings.text("live.sandbox.live-port");
        return String.join(
                " | ",
                "The sandbox is ready: broker " + settings.hosts("live.jms.url"),
                "what the agent sees " + live + "/sandbox/conversations",
                "S3 " + settings.text("live.s3.endpoint"),
                "webhook " + settings.text("live.sandbox.webhook-url"));
    }

    private static void start(CamelContext context) {
        Settings settings = new Settings(context.getPropertiesComponent());
        String host = settings.text("live.sandbox.host");
        int jmsPort = settings.integer("live.sandbox.jms-port");
        int livePort = settings.integer("live.sandbox.live-port");
        int s3Port = settings.integer("live.sandbox.s3-port");
        refuseTaken(host, jmsPort, "broker", "live.sandbox.jms-port");
        refuseTaken(host, livePort, "Live stand-in", "live.sandbox.live-port");
        refuseTaken(host, s3Port, "S3 server", "live.sandbox.s3-port");
        try {
            String groupedBy = settings.text("live.messages.grouped-by");
            Broker broker = new Broker(
                    host,
                    jmsPort,
                    settings.path("live.data-directory").resolve("broker"),
                    groupedBy.equals("bridge") ? settings.text("live.queues.messages") : null,
                    settings.text("live.messages.read-from." + groupedBy));
            OnStop.close(context, broker);
            // the broker's journal has room for one sandbox: nobody else uses the secrets of before
            LOG.info("The sandbox's secrets are in {}", SandboxSecrets.renew(settings));
            LocalCallers callers = callers(settings);
            ObjectStore s3 = new ObjectStore(
                    host,
                    s3Port,
                    settings.text("live.s3.access-key"),
                    settings.text("live.s3.secret-key"),
                    settings.text("live.s3.bucket"),
                    settings.path("live.data-directory").resolve("s3"),
                    callers);
            OnStop.close(context, s3);
            Webhook webhook = new Webhook(
                    URI.create(settings.text("live.sandbox.webhook-url")), settings.text("live.webhook.secret"));
            OnStop.close(context, webhook);
            Map<Long, String> bots = bots(settings);
            LiveStandIn live = new LiveStandIn(
                    host,
                    livePort,
                    bots,
                    new Agent(
                            webhook,
                            new Agent.Names(
                                    settings.text("live.webhook.event.attended"),
                                    settings.text("live.webhook.event.transfer"),
                                    settings.text("live.webhook.event.closed")),
                            bots),
                    callers);
            OnStop.close(context, live);
            // the webhook and the management port, once they are there
            context.addStartupListener((started, already) -> started.getRegistry()
                    .findByType(VertxPlatformHttpRouter.class)
                    .forEach(router -> router.route().order(-1).handler(callers::check)));
        } catch (Exception e) {
            throw new StartException("cannot start the sandbox: " + e.getMessage(), e);
        }
    }

    private static LocalCallers callers(Settings settings) {
        return new LocalCallers(settings.text("live.sandbox.host"), settings.text("live.sandbox.address"));
    }

    /** Those that the bridge serves, by their ids, with their tokens. */
    private static Map<Long, String> bots(Settings settings) {
        Map<Long, String> bots = new HashMap<>();
        bots.put(settings.number("live.bot.id"), settings.text("live.bot.token"));
        settings.botNames().stream()
                .map(name -> "live.bots." + name)
                .forEach(bot -> bots.put(settings.number(bot + ".id"), settings.text(bot + ".token")));
        return bots;
    }

    private static void refuseTaken(String host, int port, String what, String property) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new StartException("port " + port + " on " + host + ", for the sandbox's " + what
                    + ", is taken: end what listens there, or set " + property);
        }
    }
}
