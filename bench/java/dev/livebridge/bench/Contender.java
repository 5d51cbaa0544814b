package dev.livebridge.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

    private static final String BRIDGE = "bin/live-bridge";
    private static final String GROUPED_BY = "LIVE_MESSAGES_GROUPED_BY";

    /** Those of all scenarios but reader; PostgreSQL where {@code -Dbench.store.url} names one. */
    static List<Contender> all(Options options) {
        List<Contender> all = new ArrayList<>();
        all.add(baseline(options));
        all.add(new Contender("plain-route", "plain Camel route", java(PlainRoute.class, options), Map.of()));
        all.add(bridge("bridge-producer", "bridge, grouped by producer", options, Map.of(GROUPED_BY, "producer")));
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

    /** The bridge with so many messages per transaction of its reader. */
    static Contender reader(int batch, Options options) {
        return bridge(
                "reader-" + batch,
                "reader, " + batch + " per transaction",
                options,
                Map.of("LIVE_READER_BATCH_SIZE", Integer.toString(batch)));
    }

    /** Whether it sets the groups itself: a bridge does where it isn't told otherwise. */
    boolean isReader() {
        return command.contains(BRIDGE) && !"producer".equals(environment.get(GROUPED_BY));
    }

    private static Contender bridge(String name, String title, Options options, Map<String, String> properties) {
        Map<String, String> environment = new HashMap<>(properties);
        environment.put("LIVE_BOT_ID", "1000");
        environment.put("LIVE_BOT_TOKEN", "bench");
        environment.put("LIVE_WEBHOOK_SECRET", "bench");
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("JAVA_OPTS", "-Xmx" + options.heap());
        return new Contender(name, title, List.of(BRIDGE, "run"), environment);
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
