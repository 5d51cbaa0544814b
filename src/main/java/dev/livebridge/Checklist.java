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
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
import org.apache.camel.main.Main;
import org.apache.camel.support.ResourceHelper;
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

    /** What was found, in the order in which a start would need it. */
    public List<Finding> findings() throws Exception {
        Settings settings = Bridge.settings(home, profile);
        List<String> problems = settings.problems();
        if (!problems.isEmpty()) {
            problems.forEach(problem -> add("configuration", Verdict.FAILED, problem));
            for (String subject :
                    new String[] {"routes", "broker", "store", "S3", "Live API", "groups", "bot's credentials"}) {
                add(subject, Verdict.NOT_CHECKED, "needs a configuration without mistakes");
            }
            return findings;
        }
        add("configuration", Verdict.OK, "every property has a value that fits");

        Main main = Bridge.configured(home, profile);
        try (Store store = Bridge.store(settings)) {
            main.start();
            CamelContext context = main.getCamelContext();
            Spool spool = new Spool(Path.of(settings.text("live.attachments.spool-directory")));
            LastRun lastRun = new LastRun(Path.of(settings.text("live.data-directory")));
            Beans.bind(new Settings(context.getPropertiesComponent()), store, lastRun, spool, context);
            routes(context);
            broker(context, settings.text("live.jms.url"));
            store(store);
            s3(context.getRegistry().findSingleByType(S3.class), settings);
            attachments(settings);
            api(settings);
            groups(settings);
            lookups(context, settings);
        } finally {
            main.stop();
        }
        add(
                "bot's credentials",
                Verdict.NOT_CHECKED,
                "Live has no call that shows them without queueing a conversation");
        return findings;
    }

    private void routes(CamelContext context) throws IOException {
        RouteFiles files = new RouteFiles(home);
        RouteTrial trial = new RouteTrial(context, files);
        for (Path file : files.byName().values()) {
            Optional<String> mistake = trial.mistake(ResourceHelper.resolveResource(context, "file:" + file));
            add(
                    home.relativize(file).toString(),
                    mistake.isPresent() ? Verdict.FAILED : Verdict.OK,
                    mistake.orElse(""));
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
            add("broker", Verdict.FAILED, url + ": " + e.getMessage());
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
    private void api(Settings settings) throws InterruptedException {
        String url = settings.text("live.api.base-url");
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(settings.duration("live.api.connect-timeout"))
                .build();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .timeout(settings.duration("live.api.response-timeout"))
                .build();
        try {
            HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            // its body need not end
            answer.body().close();
            add("Live API", Verdict.OK, url + " answers (" + answer.statusCode() + " to a bare GET)");
        } catch (IOException e) {
            add("Live API", Verdict.FAILED, url + ": " + e);
        }
    }

    private void groups(Settings settings) throws InterruptedException {
        Set<Long> ids;
        try {
            ids = LiveGroups.ask(settings).ids();
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
                add("SQL lookup", failing(settings.text("live.lookup.sql.on-failure")), rootCause(e));
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

    private static String rootCause(Throwable e) {
        return e.getCause() == null ? e.getMessage().replaceAll("\\s*\\R\\s*", " ") : rootCause(e.getCause());
    }

    private void add(String subject, Verdict verdict, String detail) {
        findings.add(new Finding(subject, verdict, detail));
    }
}
