package dev.livebridge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;

/** Which steps of the routes the tests have passed: kept in target/route-coverage, a file for each bridge. */
final class RouteCoverage {
    private static final Path FOLDER = Path.of("target/route-coverage");

    private RouteCoverage() {}

    static void record(CamelContext context) throws Exception {
        MBeanServer server =
                context.getManagementStrategy().getManagementAgent().getMBeanServer();
        Set<String> passed = new TreeSet<>();
        for (ObjectName step :
                server.queryNames(new ObjectName("org.apache.camel:type=processors,context=*,name=*"), null)) {
            if ((Long) server.getAttribute(step, "ExchangesTotal") > 0) {
                passed.add((String) server.getAttribute(step, "ProcessorId"));
            }
        }
        Files.createDirectories(FOLDER);
        Files.write(Files.createTempFile(FOLDER, "steps", ".txt"), passed);
    }

    static Set<String> passed() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            Set<String> passed = new TreeSet<>();
            files.forEach(file -> {
                try {
                    passed.addAll(Files.readAllLines(file));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            return passed;
        }
    }
}
