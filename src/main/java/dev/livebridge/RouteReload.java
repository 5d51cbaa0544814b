package dev.livebridge;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.RouteWatcherReloadStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hot reload of routes: a file that is saved takes effect with the next message. Camel's own takes the old routes down
 * before it finds a mistake in the new ones, so each file is tried first.
 */
final class RouteReload extends RouteWatcherReloadStrategy {
    private static final Logger LOG = LoggerFactory.getLogger(RouteReload.class);

    private final Path folder;
    private final Map<String, String> lastTried = new ConcurrentHashMap<>();

    RouteReload(Path folder) {
        super(folder.toString());
        this.folder = folder;
        setPattern("*.camel.yaml");
        // only the routes of the saved file are replaced, the others go on
        setRemoveAllRoutes(false);
    }

    @Override
    protected void onRouteReload(Collection<Resource> resources, boolean removeEverything) {
        // the file system may tell of one save twice
        if (resources.stream().allMatch(this::isKnown)) {
            return;
        }
        try {
            tryAndReload(resources, removeEverything);
        } catch (RuntimeException | Error e) {
            lastTried.clear();
            // Camel's watcher says so and goes on, but ends with an Error or an exception without a message
            throw new IllegalStateException("save it again: " + e, e);
        }
    }

    private void tryAndReload(Collection<Resource> resources, boolean removeEverything) {
        for (Resource resource : resources) {
            Optional<String> mistake = new RouteTrial(getCamelContext(), folder).mistake(resource);
            if (mistake.isPresent()) {
                LOG.warn("Not reloaded, the routes before it go on: {}", mistake.get());
                return;
            }
            if (isPolicy(resource)) {
                LOG.warn("Not reloaded, a policy takes effect with the next start: {}", resource.getLocation());
                return;
            }
        }
        super.onRouteReload(resources, removeEverything);
    }

    private static boolean isPolicy(Resource resource) {
        try {
            return RouteTrial.isPolicy(Path.of(resource.getURI()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isKnown(Resource resource) {
        try (InputStream in = resource.getInputStream()) {
            String content = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return content.equals(lastTried.put(resource.getLocation(), content));
        } catch (IOException e) {
            // gone again: there is nothing to try
            return true;
        }
    }
}
