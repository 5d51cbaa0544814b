package dev.livebridge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/** Which steps of the routes the tests of this run have passed, by their ids: a file for each process that runs tests. */
final class RouteCoverage implements InterceptStrategy {
    private static final Set<String> PASSED = ConcurrentHashMap.newKeySet();
    /** Tests that are run from an IDE have none. */
    private static final String FOLDER = System.getProperty("route.coverage");

    static Set<String> passed() throws IOException {
        Set<String> passed = new TreeSet<>();
        try (Stream<Path> files = Files.list(Path.of(FOLDER))) {
            for (Path file : files.toList()) {
                passed.addAll(Files.readAllLines(file));
            }
        }
        return passed;
    }

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode step, Processor target, Processor nextTarget) {
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                String id = id(step);
                if (PASSED.add(id) && FOLDER != null) {
                    write(id);
                }
                return super.process(exchange, callback);
            }
        };
    }

    /** A step of a template has the prefix of the route before it. */
    static String id(NamedNode step) {
        return Objects.requireNonNullElse(step.getNodePrefixId(), "") + step.getId();
    }

    private static synchronized void write(String id) {
        Path file = Path.of(FOLDER, Long.toString(ProcessHandle.current().pid()));
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, id + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
