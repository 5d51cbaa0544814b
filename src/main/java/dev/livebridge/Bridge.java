package dev.livebridge;

import dev.livebridge.attachment.S3;
import dev.livebridge.attachment.UrlSource;
import dev.livebridge.broker.BrokerLock;
import dev.livebridge.broker.Consumers;
import dev.livebridge.broker.NotAloneException;
import dev.livebridge.conversation.MessageReader;
import dev.livebridge.delivery.LastRun;
import dev.livebridge.jms.JmsBodies;
import dev.livebridge.outage.Outages;
import dev.livebridge.spool.Spool;
import dev.livebridge.store.Store;
import dev.livebridge.webhook.CallerDeadline;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListener;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.LifecycleStrategySupport;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bridge: Camel Main with the configuration, the beans and the routes of a home folder. */
public final class Bridge extends Main {
    /** What it calls itself. */
    public static final String VERSION = "live-bridge 0.1.0";

    /** The profile of the sandbox. */
    public static final String SANDBOX = "sandbox";

    private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);
    private static final int FAILED = 1;

    private static final MainListener CLOSE_CONNECTIONS = new MainListenerSupport() {
        @Override
        public void afterConfigure(BaseMainSupport main) {
            CamelContext context = main.getCamelContext();
            try {
                OnStop.close(context, context.getRegistry().findSingleByType(JmsPoolConnectionFactory.class)::stop);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    };

    private final Path home;
    private final String profile;

    /**
     * @param home    the folder that holds {@code routes} and {@code config}
     * @param profile adds {@code config/application-<profile>.properties}, whose values win; null for none
     * @param before  listeners that act before the bridge's own
     */
    public Bridge(Path home, String profile, MainListener... before) {
        this.home = home;
        this.profile = profile;
        withoutLocation(this);
        addRoutes(new RouteFiles(home));
        for (MainListener listener : before) {
            addMainListener(listener);
        }
        addMainListener(new MainListenerSupport() {
            @Override
            public void beforeConfigure(BaseMainSupport main) {
                try {
                    prepare(main.getCamelContext());
                } catch (StartException e) {
                    throw e;
                } catch (Exception e) {
                    throw new StartException("cannot start: " + e.getMessage(), e);
                }
            }
        });
        addMainListener(new MainListenerSupport() {
            @Override
            public void afterStart(BaseMainSupport main) {
                LOG.info(up(new Settings(main.getCamelContext().getPropertiesComponent())));
                warnOfPresignedAddresses(main.getCamelContext());
            }
        });
        addMainListener(CLOSE_CONNECTIONS);
        addMainListener(new MainListenerSupport() {
            @Override
            public void afterConfigure(BaseMainSupport main) {
                lock(main.getCamelContext());
            }
        });
    }

    /** What runs, and where; without secrets. */
    private static String up(Settings settings) {
        return String.join(
                " | ",
                "Up: " + VERSION,
                "store " + store(settings),
                "broker " + settings.hosts("live.jms.url"),
                port(settings, "webhook", "camel.server.enabled"),
                port(settings, "management", "camel.management.enabled"),
                "Live " + settings.hosts("live.api.base-url"));
    }

    private static String port(Settings settings, String name, String enabled) {
        String address = settings.text("live." + name + ".host") + ":" + settings.text("live." + name + ".port");
        return name + " " + (settings.flag(enabled) ? address : "off");
    }

    /** Before anything is consumed: the queues are this bridge's, or its siblings' on the same store. */
    private void lock(CamelContext context) {
        BrokerLock lock = context.getRegistry().findSingleByType(BrokerLock.class);
        try {
            OnStop.close(context, lock);
            lock.open(this::end);
        } catch (NotAloneException e) {
            throw new StartException(e.getMessage(), e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends the process, with a status of failure. */
    private void end(String reason) {
        LOG.error(reason);
        exitCode.set(FAILED);
        completed();
    }

    /** Aside from the start, as the credentials may come over the network. */
    private static void warnOfPresignedAddresses(CamelContext context) {
        Settings settings = new Settings(context.getPropertiesComponent());
        S3 s3 = context.getRegistry().findSingleByType(S3.class);
        if (settings.find("live.s3.bucket").isPresent()
                && settings.text("live.attachments.address").equals("presigned")) {
            CompletableFuture.runAsync(() -> s3.warning().ifPresent(LOG::warn)).exceptionally(e -> {
                LOG.warn("no credentials to presign addresses with: {}", e.getMessage());
                return null;
            });
        }
    }

    @Override
    protected CamelContext createCamelContext() {
        CamelContext context = super.createCamelContext();
        Configuration.use(context, home, profile, System.getenv());
        return context;
    }

    /** Camel Main with the configuration alone: to look at it, or to reach what it reaches. */
    public static Main configured(Path home, String profile) {
        Main main = new Main() {
            @Override
            protected CamelContext createCamelContext() {
                CamelContext context = super.createCamelContext();
                Configuration.use(context, home, profile, System.getenv());
                return context;
            }
        };
        withoutLocation(main);
        main.configure().withRoutesCollectorEnabled(false);
        // these ports are the running bridge's
        main.addOverrideProperty("camel.management.enabled", "false");
        main.addOverrideProperty("camel.server.enabled", "false");
        if (SANDBOX.equals(profile)) {
            main.addMainListener(new MainListenerSupport() {
                @Override
                public void beforeConfigure(BaseMainSupport configured) {
                    SandboxSecrets.use(new Settings(configured.getCamelContext().getPropertiesComponent()));
                }
            });
        }
        main.addMainListener(CLOSE_CONNECTIONS);
        return main;
    }

    /** Camel reads no file by itself. */
    private static void withoutLocation(Main main) {
        main.setDefaultPropertyPlaceholderLocation("false");
    }

    /** The settings alone, of the same configuration. */
    public static Settings settings(Path home, String profile) {
        return settings(home, profile, System.getenv());
    }

    /** With another environment than that of the process. */
    static Settings settings(Path home, String profile, Map<String, String> environment) {
        CamelContext context = new DefaultCamelContext(false);
        Configuration.use(context, home, profile, environment);
        context.build();
        Settings settings = new Settings(context.getPropertiesComponent());
        if (SANDBOX.equals(profile)) {
            SandboxSecrets.use(settings);
        }
        return settings;
    }

    private void addRoutes(RouteFiles files) {
        try {
            configure()
                    .withRoutesIncludePattern(files.byName().values().stream()
                            .map(file -> "file:" + file)
                            .collect(Collectors.joining(",")));
        } catch (IOException e) {
            throw new StartException("cannot read the routes of " + home + ": " + e, e);
        }
    }

    /** Adds the routes of another folder of the home. */
    public void withRoutes(String folder) {
        configure()
                .withRoutesIncludePattern(
                        configure().getRoutesIncludePattern() + ",file:" + home.resolve(folder) + "/*.camel.yaml");
    }

    /** The store that the settings name, not yet opened. */
    public static Store store(Settings settings) {
        return new Store(
                settings.find("live.store.url").orElse(null),
                settings.find("live.store.username").orElse(null),
                settings.find("live.store.password").orElse(null),
                settings.integer("live.store.connections"),
                settings.path("live.data-directory"));
    }

    /** Camel goes on without a port that it can't have, and nobody could ask for its health, or tell it of events. */
    static void refuseTakenPort(Settings settings, String name) {
        String property = "live." + name + ".port";
        int port = settings.integer(property);
        String host = settings.text("live." + name + ".host");
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
        } catch (BindException e) {
            throw new StartException(
                    "the " + name + " port " + port + " is taken: end what listens there, or set " + property);
        } catch (IOException e) {
            throw new StartException("live." + name + ".host is no address of this host: " + host);
        }
    }

    private void prepare(CamelContext context) throws Exception {
        Settings settings = new Settings(context.getPropertiesComponent());
        List<String> problems = settings.problems();
        if (!problems.isEmpty()) {
            throw new StartException(String.join("; ", problems));
        }
        settings.unknown().forEach(LOG::warn);
        if (settings.flag("camel.management.enabled")) {
            refuseTakenPort(settings, "management");
        }
        if (settings.flag("camel.server.enabled")) {
            refuseTakenPort(settings, "webhook");
        }
        CallerDeadline deadline = new CallerDeadline(settings.duration("live.webhook.request-timeout"));
        OnStop.close(context, deadline::end);
        context.getRegistry().bind("callerDeadline", deadline);
        Store store = store(settings);
        OnStop.close(context, store);
        store.open();
        LastRun lastRun = new LastRun(settings.path("live.data-directory"));
        OnStop.close(context, lastRun);
        lastRun.begin();
        Spool spool = new Spool(settings.path("live.attachments.spool-directory"));
        OnStop.close(context, spool);
        spool.open();
        context.getTypeConverterRegistry().addTypeConverters(new JmsBodies());
        Beans.bind(settings, store, lastRun, spool, context);
        Registry beans = context.getRegistry();
        beans.bind("storeCheck", new StoreCheck(store));
        beans.bind("outagesCheck", new OutagesCheck(beans.findSingleByType(Outages.class)));
        context.addLifecycleStrategy(
                new CallDeadline(beans.findSingleByType(UrlSource.class), beans.findSingleByType(S3.class)));
        context.addLifecycleStrategy(beans.findSingleByType(Consumers.class));
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStopping(CamelContext stopping) {
                beans.findSingleByType(Outages.class).stop();
            }
        });
        // their connection is configured after this, and the HTTP servers start after it
        context.addStartupListener((started, already) -> {
            deadline.watch(started);
            for (MessageReader reader : started.getRegistry().findByType(MessageReader.class)) {
                started.addService(reader, true, true);
            }
        });
        if (settings.flag("live.routes.reload")) {
            context.addService(new RouteReload(context, new RouteFiles(home)));
        }
    }
}
