package dev.livebridge.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A program that does the work.
 *
 * @param name        what {@code -Dbench.contenders} calls it
 * @param title       what the tables call it
 * @param command     how it is started
 * @param environment what it finds beside its {@link Work}
 */
record Contender(String name, String title, List<String> command, Map<String, String> environment) {
    /** What the others are compared with. */
    static final String BASELINE = "hand-written";

    private static final Pattern PROPERTY = Pattern.compile("#?(live\\.[\\w.-]+)\\s*=.*");

    /** Those of all scenarios but grouper; PostgreSQL where {@code -Dbench.store.url} names one. */
    static List<Contender> all(Options options) {
        List<Contender> all = new ArrayList<>();
        all.add(baseline(options));
        all.add(new Contender("plain-route", "plain Camel route", java(PlainRoute.class, options), Map.of()));
        all.add(bridge(
                "bridge-without-records",
                "bridge, grouped by producer, no records",
                options,
                Map.of("LIVE_MESSAGES_GROUPED_BY", "producer", "LIVE_RECORDS_ENABLED", "false")));
        all.add(bridge(
                "bridge-producer",
                "bridge, grouped by producer",
                options,
                Map.of("LIVE_MESSAGES_GROUPED_BY", "producer")));
        all.add(bridge("bridge", "bridge as it comes", options, Map.of()));
        String store = System.getProperty("bench.store.url");
        if (store != null) {
            all.add(bridge(
                    "bridge-postgresql",
                    "bridge, store in PostgreSQL",
                    options,
                    Map.of(
                            "LIVE_STORE_URL", store,
                            "LIVE_STORE_USERNAME", System.getProperty("bench.store.username", ""),
                            "LIVE_STORE_PASSWORD", System.getProperty("bench.store.password", ""))));
        }
        return all.stream().filter(one -> options.includes(one.name())).toList();
    }

    static Contender baseline(Options options) {
        return new Contender(BASELINE, "hand-written JMS loop", java(HandWritten.class, options), Map.of());
    }

    /** The bridge with so many messages per transaction of its grouper. */
    static Contender grouper(int batch, Options options) {
        return bridge(
                "grouper-" + batch,
                "grouper, " + batch + " per transaction",
                options,
                Map.of("LIVE_GROUPER_BATCH_SIZE", Integer.toString(batch)));
    }

    /** Variables of its environment behind which this version of the bridge has no property: it measures nothing new. */
    List<String> unknownProperties() throws IOException {
        Set<String> known = Files.readAllLines(Path.of("config/application.properties")).stream()
                .map(PROPERTY::matcher)
                .filter(Matcher::matches)
                .map(line -> line.group(1).replaceAll("[.-]", "_").toUpperCase(Locale.ROOT))
                .collect(Collectors.toSet());
        return environment.keySet().stream()
                .filter(name -> name.startsWith("LIVE_") && !known.contains(name))
                .sorted()
                .toList();
    }

    private static Contender bridge(String name, String title, Options options, Map<String, String> properties) {
        Map<String, String> environment = new HashMap<>(properties);
        environment.put("LIVE_BOT_ID", "1000");
        environment.put("LIVE_BOT_TOKEN", "bench");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("JAVA_OPTS", "-Xmx" + options.heap());
        return new Contender(name, title, List.of("bin/live-bridge", "run"), environment);
    }

    private static List<String> java(Class<?> program, Options options) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx" + options.heap(),
                "-Dlog4j2.configurationFile=config/log4j2.properties",
                "-cp",
                "target/test-classes:target/live-bridge.jar:target/lib/*",
                program.getName());
    }
}
