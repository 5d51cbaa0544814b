package dev.livebridge;

import dev.livebridge.attachment.S3;
import dev.livebridge.broker.BrokerQueues;
import dev.livebridge.delivery.LastRun;
import dev.livebridge.lookup.CsvTable;
import dev.livebridge.lookup.SqlQuery;
import dev.livebridge.spool.Spool;
import dev.livebridge.store.Store;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.main.Main;
import software.amazon.awssdk.core.exception.SdkException;

/** Looks at all that the bridge needs to run, without running it: nothing is consumed, sent or changed. */
public final class Checklist {
    /** How a look ended. */
    public enum Verdict {
        OK,
        WARNING,
        FAILED,
        NOT_CHECKED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * One line of the table.
     *
     * @param subject what was looked at
     * @param verdict how that ended
     * @param detail  what was found
     */
    public record Finding(String subject, Verdict verdict, String detail) {}

    /** 5 MB: the most that the agents' desk takes. */
    private static final long DESK_SIZE = 5L << 20;

    private final Path home;
    private final String profile;
    private final List<Finding> findings = new ArrayList<>();

    /** The arguments are those of {@link Bridge}. */
    public Checklist(Path home, String profile) {
        this.home = home;
        this.profile = profile;
    }

    /** A look at one thing. */
    private interface Look {
        void look() throws Exception;
    }

    /** What was found, in the order in which a start would need it. */
    public List<Finding> findings() {
        boolean configured = configuration();
        Main main = configured ? started() : null;
        if (main == null) {
            for (String subject :
                    new String[] {"routes", "broker", "store", "S3", "Live API", "groups", "bot's credentials"}) {
                add(subject, Verdict.NOT_CHECKED, "needs a configuration without mistakes");
            }
            return findings;
        }
        CamelContext context = main.getCamelContext();
        Settings settings = new Settings(context.getPropertiesComponent());
        try (Store store = Bridge.store(settings)) {
            Spool spool = new Spool(settings.path("live.attachments.spool-directory"));
            LastRun lastRun = new LastRun(settings.path("live.data-directory"));
            look("beans", () -> Beans.bind(settings, store, lastRun, spool, context));
            look("routes", () -> routes(context));
            look("ports", () -> ports(settings));
            look("broker", () -> broker(context, StartException.line(settings.text("live.jms.url"))));
            look("store", () -> store(store));
            look("S3", () -> s3(context.getRegistry().findSingleByType(S3.class), settings));
            look("attachments", () -> attachments(settings));
            look("Live API", () -> api(context, settings));
            look("groups", () -> groups(context, settings));
            look("lookups", () -> lookups(context, settings));
        } finally {
            main.stop();
        }
        add(
                "bot's credentials",
                Verdict.NOT_CHECKED,
                "Live has no call that shows them without queueing a conversation");
        return findings;
    }

    /** Whether it has no mistakes. */
    private boolean configuration() {
        try {
            Settings settings = Bridge.settings(home, profile);
            settings.problems().forEach(problem -> add("configuration", Verdict.FAILED, problem));
            settings.unknown().forEach(name -> add("configuration", Verdict.WARNING, name));
        } catch (StartException e) {
            add("configuration", Verdict.FAILED, e.getMessage());
        }
        return findings.stream().noneMatch(finding -> finding.verdict() == Verdict.FAILED);
    }

    /** Null where Camel doesn't take the configuration. */
    private Main started() {
        Main main = Bridge.configured(home, profile);
        try {
            main.start();
            if (findings.isEmpty()) {
                add("configuration", Verdict.OK, "every property has a value that fits");
            }
            return main;
        } catch (Exception e) {
            main.stop();
            add("configuration", Verdict.FAILED, StartException.reason(e));
            return null;
        }
    }

    /** A failure that nobody expects is a line of the table, too. */
    private void look(String subject, Look look) {
        try {
            look.look();
        } catch (Exception e) {
            add(subject, Verdict.FAILED, StartException.reason(e));
        }
    }

    private void routes(CamelContext context) throws IOException {
        RouteFiles files = new RouteFiles(home);
        RouteTrial trial = new RouteTrial(context, files);
        Map<Path, String> mistakes = trial.mistakes();
        trial.deadEnds().forEach(mistakes::putIfAbsent);
        Stream.concat(files.byName().values().stream(), mistakes.keySet().stream())
                .distinct()
                .forEach(file -> add(
                        home.relativize(file).toString(),
                        mistakes.containsKey(file) ? Verdict.FAILED : Verdict.OK,
                        mistakes.getOrDefault(file, "")));
    }

    /** Those of the bridge, which may run. */
    private void ports(Settings settings) {
        for (String name : List.of("management", "webhook")) {
            try {
                Bridge.refuseTakenPort(settings, name);
            } catch (StartException e) {
                add(name + " port", Verdict.NOT_CHECKED, "unless it is the bridge itself that runs: " + e.getMessage());
            }
        }
    }

    private void broker(CamelContext context, String url) {
        ConnectionFactory factory =
                context.getRegistry().lookupByNameAndType("brokerConnectionFactory", ConnectionFactory.class);
        try (Connection connection = factory.createConnection()) {
            connection.start();
            String provider = connection.getMetaData().getJMSProviderName();
            add("broker", Verdict.OK, provider + " at " + url);
            queues(context.getRegistry().findSingleByType(BrokerQueues.class), provider, connection);
        } catch (JMSException | RuntimeException e) {
            // the client takes some addresses for mistakes of a programmer
            add("broker", Verdict.FAILED, url + ": " + StartException.reason(e));
        }
    }

    private void queues(BrokerQueues queues, String provider, Connection connection) throws JMSException {
        Optional<List<BrokerQueues.Seen>> found = queues.look(connection);
        if (found.isEmpty()) {
            add("queues", Verdict.NOT_CHECKED, provider + " doesn't tell their attributes: see docs/broker.md");
            return;
        }
        for (BrokerQueues.Seen seen : found.get()) {
            String missing = seen.exists() ? "" : "made at the first start";
            if (!seen.wrong().isEmpty()) {
                add(
                        seen.queue(),
                        Verdict.WARNING,
                        String.join("; ", seen.wrong()) + " (see " + BrokerQueues.MANUAL + ")");
            } else if (!seen.deliveryVisible()) {
                add(
                        seen.queue(),
                        Verdict.NOT_CHECKED,
                        "max-delivery-attempts, redelivery-delay: not shown to this user");
            } else {
                add(seen.queue(), Verdict.OK, missing);
            }
        }
    }

    private void store(Store store) {
        if (!store.exists()) {
            add("store", Verdict.NOT_CHECKED, "made at the first start: " + store);
            return;
        }
        try (java.sql.Connection connection = store.dataSource().getConnection()) {
            add("store", Verdict.OK, connection.getMetaData().getDatabaseProductName() + " " + store);
        } catch (SQLException e) {
            add("store", Verdict.FAILED, store + ": " + e.getMessage());
        }
    }

    private void s3(S3 s3, Settings settings) {
        Optional<String> bucket = settings.find("live.s3.bucket");
        if (bucket.isEmpty()) {
            add("S3", Verdict.NOT_CHECKED, "no live.s3.bucket: messages with attachments will be dead-lettered");
            return;
        }
        try {
            s3.client().headBucket(head -> head.bucket(bucket.get()));
            add("S3", Verdict.OK, "bucket " + bucket.get());
        } catch (SdkException e) {
            add("S3", Verdict.FAILED, "bucket " + bucket.get() + ": " + e.getMessage());
            return;
        }
        s3.warning().ifPresent(warning -> add("presigned addresses", Verdict.WARNING, warning));
    }

    /** The bridge may send what the vendor doesn't name for the agents' desk. */
    private void attachments(Settings settings) {
        List<String> types = settings.list("live.attachments.allowed-types");
        String limits = "up to " + settings.text("live.attachments.max-size") + " of "
                + (types.isEmpty() ? "any type" : String.join(", ", types));
        boolean isAsTheDesk = !types.isEmpty() && settings.size("live.attachments.max-size") <= DESK_SIZE;
        add(
                "attachments",
                Verdict.OK,
                isAsTheDesk
                        ? limits
                        : limits
                                + "; the vendor names jpg, png, pdf, Office, mp4 and mp3 up to 5 MB for the agents' desk:"
                                + " see docs/attachments.md");
    }

    /** Any answer will do: a call that means something to Live would do something there. */
    private void api(CamelContext context, Settings settings) {
        String url = settings.text("live.api.base-url");
        try {
            int status =
                    LiveGroups.get(context, url, "boundedCalls").getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
            add("Live API", Verdict.OK, url + " answers (" + status + " to a bare GET)");
        } catch (IOException e) {
            add("Live API", Verdict.FAILED, e.getMessage());
        }
    }

    private void groups(CamelContext context, Settings settings) {
        Set<Long> ids;
        try {
            ids = LiveGroups.ask(context).ids();
        } catch (IOException e) {
            add("groups", Verdict.NOT_CHECKED, e.getMessage());
            return;
        }
        String url = settings.text("live.api.groups-url");
        if (ids.isEmpty()) {
            add("groups", Verdict.NOT_CHECKED, "no ids found in what " + url + " answers: see the command groups");
            return;
        }
        List<String> unknown = Stream.of(
                        Stream.of("live.default-groups-id"),
                        settings.botNames().stream().map(name -> "live.bots." + name + ".default-groups-id"),
                        settings.family("live.groups.").keySet().stream().map(name -> "live.groups." + name))
                .flatMap(keys -> keys)
                .flatMap(key -> settings.numbers(key).stream()
                        .filter(id -> !ids.contains(id))
                        .map(id -> key + " = " + id))
                .toList();
        if (unknown.isEmpty()) {
            add("groups", Verdict.OK, url + " lists all that are configured");
        }
        unknown.forEach(group -> add("groups", Verdict.WARNING, group + ": " + url + " lists no such group"));
    }

    /** Those that are on. One that fails stops nothing, unless its messages wait for it. */
    private void lookups(CamelContext context, Settings settings) {
        settings.find("live.lookup.http.url")
                .ifPresent(url -> add("HTTP lookup", Verdict.NOT_CHECKED, "answers for users alone: " + url));
        settings.find("live.lookup.sql.query").ifPresent(query -> {
            try {
                // asks for nobody: a mistake in the query shows all the same
                context.getRegistry().findSingleByType(SqlQuery.class).row(Map.of());
                add("SQL lookup", Verdict.OK, settings.text("live.lookup.sql.url"));
            } catch (IOException | RuntimeException e) {
                add("SQL lookup", failing(settings.text("live.lookup.sql.on-failure")), StartException.reason(e));
            }
        });
        settings.find("live.lookup.csv.file").ifPresent(file -> {
            try {
                context.getRegistry().findSingleByType(CsvTable.class).row(Map.of("hash", ""));
                add("CSV lookup", Verdict.OK, file);
            } catch (IOException e) {
                add("CSV lookup", failing(settings.text("live.lookup.csv.on-failure")), e.getMessage());
            }
        });
    }

    private static Verdict failing(String onFailure) {
        return onFailure.equals("retry") ? Verdict.FAILED : Verdict.WARNING;
    }

    private void add(String subject, Verdict verdict, String detail) {
        findings.add(new Finding(subject, verdict, StartException.line(detail)));
    }
}
