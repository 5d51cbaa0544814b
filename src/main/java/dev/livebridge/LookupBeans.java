package dev.livebridge;

import com.zaxxer.hikari.HikariDataSource;
import dev.livebridge.lookup.CsvTable;
import dev.livebridge.lookup.Fields;
import dev.livebridge.lookup.HttpService;
import dev.livebridge.lookup.Lookup;
import dev.livebridge.lookup.SqlQuery;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.ThreadPoolProfileBuilder;
import org.apache.camel.spi.Registry;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;

/** The beans that routes/look-up-user.camel.yaml and routes/ask-*.camel.yaml name, of the lookups that are on. */
final class LookupBeans {
    private LookupBeans() {}

    static void bind(Settings settings, CamelContext context) throws Exception {
        Registry registry = context.getRegistry();
        int consumers = settings.integer("live.consumers");
        int cacheSize = settings.integer("live.lookup.cache-size");
        if (settings.find("live.lookup.http.url").isPresent()) {
            Duration timeout = settings.duration("live.lookup.http.timeout");
            registry.bind(
                    "httpService",
                    new HttpService(
                            settings.text("live.lookup.http.url"),
                            timeout,
                            settings.family("live.lookup.http.headers.")));
            Fields fields = fields(settings, "live.lookup.http.fields.");
            Duration ttl = settings.duration("live.lookup.http.ttl");
            boolean retry = settings.text("live.lookup.http.on-failure").equals("retry");
            registry.bind("httpLookup", new Lookup("HTTP", fields, timeout, ttl, cacheSize, retry));
            registry.bind("httpLookupThreads", threads("http-lookup", consumers, consumers, context));
        }
        if (settings.find("live.lookup.sql.query").isPresent()) {
            Duration timeout = settings.duration("live.lookup.sql.timeout");
            int connections = settings.integer("live.lookup.sql.connections");
            HikariDataSource database = database(settings, connections, timeout);
            OnStop.close(context, database);
            registry.bind("lookupDatabase", database);
            registry.bind("sqlQuery", new SqlQuery(settings.text("live.lookup.sql.query"), database, timeout));
            Fields fields = fields(settings, "live.lookup.sql.fields.");
            Duration ttl = settings.duration("live.lookup.sql.ttl");
            boolean retry = settings.text("live.lookup.sql.on-failure").equals("retry");
            registry.bind("sqlLookup", new Lookup("SQL", fields, timeout, ttl, cacheSize, retry));
            registry.bind("sqlLookupThreads", threads("sql-lookup", connections, consumers, context));
        }
        if (settings.find("live.lookup.csv.file").isPresent()) {
            Fields fields = fields(settings, "live.lookup.csv.fields.");
            registry.bind(
                    "csvTable",
                    new CsvTable(
                            settings.path("live.lookup.csv.file"),
                            settings.find("live.lookup.csv.key").orElse(null),
                            settings.separator("live.lookup.csv.separator"),
                            fields));
            Duration timeout = settings.duration("live.lookup.csv.timeout");
            boolean retry = settings.text("live.lookup.csv.on-failure").equals("retry");
            registry.bind("csvLookup", new Lookup("CSV", fields, timeout, Duration.ZERO, 0, retry));
            registry.bind("csvLookupThreads", threads("csv-lookup", consumers, consumers, context));
        }
    }

    private static Fields fields(Settings settings, String prefix) {
        return new Fields(prefix, settings.family(prefix));
    }

    /** Opens nothing before the first question. */
    private static HikariDataSource database(Settings settings, int connections, Duration timeout) {
        HikariDataSource database = new HikariDataSource();
        String url = settings.text("live.lookup.sql.url");
        database.setPoolName("lookup");
        database.setJdbcUrl(url);
        database.setUsername(settings.find("live.lookup.sql.username").orElse(null));
        database.setPassword(settings.find("live.lookup.sql.password").orElse(null));
        database.setReadOnly(true);
        database.setMaximumPoolSize(connections);
        database.setMinimumIdle(0);
        // before the lookup is given up, so that the reason is told; the pool takes 250 ms at the least
        database.setConnectionTimeout(Math.max(250, timeout.toMillis() * 3 / 4));
        // without a database the others of its threads are not to wait for the first
        database.setInitializationFailTimeout(-1);
        if (url.startsWith("jdbc:postgresql:")) {
            // in seconds: a database that vanished without a word sets its thread free. What stands in the address wins
            long seconds = timeout.toSeconds() + 1;
            database.addDataSourceProperty("connectTimeout", seconds);
            database.addDataSourceProperty("socketTimeout", 2 * seconds);
        }
        return database;
    }

    /**
     * For so many questions at a time; of each consumer one more may wait. What is beyond that fails: by default its message
     * would ask, and wait without a limit.
     *
     * @param waiting {@code live.consumers}
     */
    private static ExecutorService threads(String name, int max, int waiting, CamelContext context) {
        return context.getExecutorServiceManager()
                .newThreadPool(
                        LookupBeans.class,
                        name,
                        new ThreadPoolProfileBuilder(name)
                                .poolSize(max)
                                .maxPoolSize(max)
                                .maxQueueSize(waiting)
                                .rejectedPolicy(ThreadPoolRejectedPolicy.Abort)
                                .build());
    }
}
