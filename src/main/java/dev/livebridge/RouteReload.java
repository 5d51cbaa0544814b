package dev.livebridge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.TemplatedRouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hot reload of routes: a file that is saved, added or deleted takes effect within a second or two. Camel's own watcher misses
 * deleted files, removed routes and links that are swapped, and takes the old routes down before it finds a mistake in the new
 * ones. This one compares what the files hold, tries a changed file first, and puts the old routes back where the new ones do
 * not start.
 */
final class RouteReload extends ServiceSupport {
    private static final Logger LOG = LoggerFactory.getLogger(RouteReload.class);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final CamelContext context;
    private final RouteFiles files;
    private final RouteTrial trial;
    private final Duration look;
    private ScheduledExecutorService watcher;
    /** What runs, or was tried last. */
    private SortedMap<String, Source> known;
    /** What the last look found: a file that is still being written is left alone. */
    private SortedMap<String, Source> last;

    /** A file and what it holds. */
    private record Source(Path file, String text) {
        Resource resource() {
            return ResourceHelper.fromBytes("file:" + file, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    RouteReload(CamelContext context, RouteFiles files) {
        this(context, files, LOOK);
    }

    /** @param look how often it looks at the files */
    RouteReload(CamelContext context, RouteFiles files, Duration look) {
        this.look = look;
        this.context = context;
        this.files = files;
        this.trial = new RouteTrial(context, files);
    }

    @Override
    protected void doStart() throws IOException {
        known = read();
        last = known;
        watcher = context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "route-reload");
        watcher.scheduleWithFixedDelay(this::look, look.toMillis(), look.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    protected void doStop() {
        context.getExecutorServiceManager().shutdownNow(watcher);
    }

    private SortedMap<String, Source> read() throws IOException {
        SortedMap<String, Source> sources = new TreeMap<>();
        for (Map.Entry<String, Path> file : files.byName().entrySet()) {
            sources.put(file.getKey(), new Source(file.getValue(), RouteFiles.text(file.getValue())));
        }
        return sources;
    }

    private void look() {
        try {
            SortedMap<String, Source> found = read();
            if (found.equals(last) && !found.equals(known)) {
                SortedMap<String, Source> before = known;
                // what fails is said once
                known = found;
                found.forEach((name, source) -> {
                    if (!source.equals(before.get(name))) {
                        reload(before.get(name), source);
                    }
                });
                before.forEach((name, source) -> {
                    if (!found.containsKey(name)) {
                        remove(source);
                    }
                });
            }
            last = found;
        } catch (IOException e) {
            // a file that is being replaced
            LOG.debug("looked at again: {}", e.toString());
        } catch (Throwable e) {
            // the next look tries again
            LOG.warn("Not reloaded, save it again: {}", e.toString());
        }
    }

    /** @param before null for a file that is new */
    private void reload(Source before, Source after) {
        Optional<String> mistake = trial.mistake(after.resource());
        if (mistake.isPresent()) {
            LOG.warn("Not reloaded, the routes before it go on: {}", mistake.get());
        } else if (RouteTrial.isPolicy(after.text())) {
            LOG.warn("Not reloaded, a policy takes effect with the next start: {}", after.file());
        } else {
            replace(before, after);
        }
    }

    private void replace(Source before, Source after) {
        Set<String> running = before == null ? Set.of() : routesOf(before);
        try {
            Set<String> loaded = load(after, running);
            Set<String> ended = new TreeSet<>(running);
            ended.removeAll(loaded);
            LOG.info(
                    "Reloaded {}: {}{}",
                    after.file(),
                    String.join(", ", loaded),
                    ended.isEmpty() ? "" : "; ended: " + String.join(", ", ended));
        } catch (Exception e) {
            restore(before, after);
            LOG.warn("Not reloaded, the routes before it go on: {}: {}", after.file(), StartException.reason(e));
        }
    }

    private void restore(Source before, Source failed) {
        try {
            Set<String> remains = routesOf(failed);
            if (before == null) {
                end(remains);
            } else {
                load(before, remains);
            }
        } catch (Exception e) {
            LOG.error(
                    "Not restored, the bridge must be started again: {}: {}", failed.file(), StartException.reason(e));
        }
    }

    private void remove(Source gone) {
        try {
            Set<String> ended = routesOf(gone);
            end(ended);
            LOG.info("{} is gone; ended: {}", gone.file(), String.join(", ", ended));
        } catch (Exception e) {
            LOG.warn("{} is gone, and goes on until the next start: {}", gone.file(), StartException.reason(e));
        }
    }

    /** The ids of the routes that came from this file. */
    private Set<String> routesOf(Source source) {
        String location = source.resource().getLocation();
        return context.getRoutes().stream()
                .filter(route -> route.getSourceResource() != null
                        && location.equals(route.getSourceResource().getLocation()))
                .map(Route::getRouteId)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void end(Set<String> routes) throws Exception {
        for (String id : routes) {
            context.getRouteController().stopRoute(id);
            context.removeRoute(id);
        }
    }

    /**
     * Loads a file in place of what runs.
     *
     * @param running the routes that it replaces; those that it no longer holds end
     * @return its routes
     */
    private Set<String> load(Source source, Set<String> running) throws Exception {
        Set<String> loaded = new TreeSet<>();
        for (RoutesBuilder builder :
                PluginHelper.getRoutesLoader(context).findRoutesBuilders(List.of(source.resource()))) {
            RouteBuilder file = (RouteBuilder) builder;
            file.configureRoutes(context);
            file.getRouteCollection().getRoutes().forEach(route -> loaded.add(route.getRouteId()));
            List<TemplatedRouteDefinition> fromTemplates =
                    file.getTemplatedRouteCollection().getTemplatedRoutes();
            fromTemplates.forEach(route -> loaded.add(route.getRouteId()));
            refuseRoutesOfOthers(loaded, running);
            Set<String> gone = new TreeSet<>(running);
            gone.removeAll(loaded);
            end(gone);
            renewTemplates(file, fromTemplates);
            file.updateRoutesToCamelContext(context);
        }
        return loaded;
    }

    /** Refuses the id of another file's route, which Camel would replace. The id of a file that is gone may be used again. */
    private void refuseRoutesOfOthers(Set<String> loaded, Set<String> running) {
        Set<String> locations = known.values().stream()
                .map(source -> source.resource().getLocation())
                .collect(Collectors.toSet());
        for (String id : loaded) {
            Route other = running.contains(id) ? null : context.getRoute(id);
            if (other != null
                    && other.getSourceResource() != null
                    && locations.contains(other.getSourceResource().getLocation())) {
                throw new IllegalArgumentException("the route id " + id + " is taken by "
                        + other.getSourceResource().getLocation());
            }
        }
    }

    /** Camel's own adds a template to the one before it, and leaves the routes as they are that were made from that. */
    private void renewTemplates(RouteBuilder file, List<TemplatedRouteDefinition> routes) throws Exception {
        ModelCamelContext model = (ModelCamelContext) context;
        List<RouteTemplateDefinition> templates =
                file.getRouteTemplateCollection().getRouteTemplates();
        for (RouteTemplateDefinition template : templates) {
            model.removeRouteTemplates(template.getId());
        }
        model.addRouteTemplateDefinitions(templates);
        for (TemplatedRouteDefinition route : routes) {
            context.getRouteController().stopRoute(route.getRouteId());
            context.removeRoute(route.getRouteId());
        }
        file.addTemplatedRoutesToCamelContext(context);
    }
}
