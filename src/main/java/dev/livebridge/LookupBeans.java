package dev.livebridge;

import com.zaxxer.hikari.HikariDataSource;
import dev.livebridge.lookup.CsvTable;
import dev.livebridge.lookup.Database;
import dev.livebridge.lookup.Fields;
import dev.livebridge.lookup.HttpService;
import dev.livebridge.lookup.Lookup;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

/** The beans that routes/lookup-*.camel.yaml name, of the lookups that are on. */
final class LookupBeans {
    private LookupBeans() {}

    static void bind(Settings settings, CamelContext context) {
        Registry registry = context.getRegistry();
        settings.find("live.lookup.http.url").ifPresent(url -> {
            registry.bind(
                    "httpService",
                    new HttpService(
                            url,
                            settings.duration("live.lookup.http.timeout"),
                            settings.family("live.lookup.http.headers.")));
            registry.bind(
                    "httpLookup",
                    new Lookup(
                            "HTTP",
                            new Fields(settings.family("live.lookup.http.fields.")),
                            settings.duration("live.lookup.http.ttl"),
                            settings.integer("live.lookup.cache-size"),
                            isRetried(settings, "live.lookup.http.on-failure")));
        });
        settings.find("live.lookup.sql.query").ifPresent(query -> {
            registry.bind("lookupDatabase", database(settings, context));
            registry.bind(
                    "sqlLookup",
                    new Lookup(
                            "SQL",
                            new Fields(settings.family("live.lookup.sql.fields.")),
                            settings.duration("live.lookup.sql.ttl"),
                            settings.integer("live.lookup.cache-size"),
                            isRetried(settings, "live.lookup.sql.on-failure")));
        });
        settings.find("live.lookup.csv.file").ifPresent(file -> {
            registry.bind(
                    "csvTable",
                    new CsvTable(
                            Path.of(file),
                            settings.find("live.lookup.csv.key").orElse(null),
                            settings.text("live.lookup.csv.separator").charAt(0)));
            registry.bind(
                    "csvLookup",
                    new Lookup(
                            "CSV",
                            new Fields(settings.family("live.lookup.csv.fields.")),
                            Duration.ZERO,
                            0,
                            isRetried(settings, "live.lookup.csv.on-failure")));
        });
    }

    private static boolean isRetried(Settings settings, String key) {
        return settings.text(key).equals("retry");
    }

    private static HikariDataSource database(Settings settings, CamelContext context) {
        HikariDataSource database = Database.of(
                settings.text("live.lookup.sql.url"),
                settings.find("live.lookup.sql.username").orElse(null),
                settings.find("live.lookup.sql.password").orElse(null),
                settings.integer("live.lookup.sql.connections"),
                settings.duration("live.lookup.sql.timeout"));
        try {
            OnStop.close(context, database);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return database;
    }
}
