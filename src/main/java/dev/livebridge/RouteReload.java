package dev.livebridge;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.TemplatedRouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.RouteWatcherReloadStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hot reload of routes: a file that is saved takes effect with the next message. Camel's own takes the old routes down
 * before it finds a mistake in the new ones, so each file is tried first.
 */
final class RouteReload extends RouteWatcherReloadStrategy {
    private static final Logger LOG = LoggerFactory.getLogger(RouteReload.class);

    private static final Pattern TEMPLATE = Pattern.compile("(?m)^- (routeTemplate|templatedRoute):");

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
        try {
            for (Resource resource : resources) {
                if (TEMPLATE.matcher(Files.readString(Path.of(resource.getURI())))
                        .find()) {
                    renewTemplates(resource);
                }
            }
        } catch (Exception e) {
            throw RuntimeCamelException.wrapRuntimeException(e);
        }
    }

    /** Camel's own adds a template to the one before it, and leaves the routes as they are that were made from that. */
    private void renewTemplates(Resource resource) throws Exception {
        ModelCamelContext context = (ModelCamelContext) getCamelContext();
        for (RoutesBuilder builder : PluginHelper.getRoutesLoader(context).findRoutesBuilders(List.of(resource))) {
            RouteBuilder file = (RouteBuilder) builder;
            file.configureRoutes(context);
            List<RouteTemplateDefinition> templates =
                    file.getRouteTemplateCollection().getRouteTemplates();
            for (RouteTemplateDefinition template : templates) {
                context.removeRouteTemplates(template.getId());
            }
            context.addRouteTemplateDefinitions(templates);
            for (TemplatedRouteDefinition route :
                    file.getTemplatedRouteCollection().getTemplatedRoutes()) {
                context.getRouteController().stopRoute(route.getRouteId());
                context.removeRoute(route.getRouteId());
            }
            file.addTemplatedRoutesToCamelContext(context);
        }
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
