package dev.livebridge;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
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

    RouteReload(Path folder) {
        super(folder.toString());
        setPattern("*.camel.yaml");
        // only the routes of the saved file are replaced, the others go on
        setRemoveAllRoutes(false);
    }

    @Override
    protected void onRouteReload(Collection<Resource> resources, boolean removeEverything) {
        for (Resource resource : resources) {
            Optional<String> mistake = new RouteTrial(getCamelContext()).mistake(resource);
            if (mistake.isPresent()) {
                LOG.warn("Not reloaded, the routes before it go on: {}", mistake.get());
                return;
            }
        }
        super.onRouteReload(resources, removeEverything);
    }
}
