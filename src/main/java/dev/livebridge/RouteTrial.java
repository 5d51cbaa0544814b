package dev.livebridge;

import dev.livebridge.http.BoundedHttpComponent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.NoSuchBeanException;
import org.apache.camel.component.jms.JmsComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.CircuitBreakerDefinition;
import org.apache.camel.model.EndpointRequiredDefinition;
import org.apache.camel.model.OnExceptionDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.spi.Registry;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.util.ObjectHelper;

/**
 * Tries the routes of a file without running them: in a context of its own, which knows the properties, the beans and
 * the broker of another one, and whose consumers never start.
 */
final class RouteTrial {
    private static final Pattern FAILED_STEP = Pattern.compile(">>> (.*) <<< in route", Pattern.DOTALL);

    private final CamelContext model;
    private final RouteFiles files;

    /**
     * @param model whose properties and beans the routes may name
     * @param files of the routes: a policy only shows its mistakes in a route that names it
     */
    RouteTrial(CamelContext model, RouteFiles files) {
        this.model = model;
        this.files = files;
    }

    /** Whether a file with this text holds a policy for the routes of other files. */
    static boolean isPolicy(String text) {
        return text.contains("- routeConfiguration:");
    }

    /** The file itself, and what it needs: the policies, or for a policy the routes. */
    private Resource[] with(Resource resource) throws IOException {
        Path tried = Path.of(resource.getURI());
        boolean policy = isPolicy(RouteFiles.text(tried));
        List<Resource> resources = new ArrayList<>(List.of(resource));
        for (Path file : files.byName().values()) {
            if (!file.getFileName().equals(tried.getFileName()) && (policy || isPolicy(RouteFiles.text(file)))) {
                resources.add(ResourceHelper.resolveResource(model, "file:" + file));
            }
        }
        return resources.toArray(Resource[]::new);
    }

    /** File, line and reason of the first mistake; empty where there is none. */
    public Optional<String> mistake(Resource resource) {
        try (DefaultCamelContext trial = trial()) {
            try {
                PluginHelper.getRoutesLoader(trial).loadRoutes(with(resource));
                trial.start();
                return Optional.empty();
            } catch (Exception e) {
                return Optional.of(resource.getLocation() + line(step(trial, e)) + ": " + StartException.reason(e));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The mistakes of all files together, as a start would find them, by file; the first of each file. */
    Map<Path, String> mistakes() throws IOException {
        Map<Path, String> mistakes = new TreeMap<>();
        List<Path> left = new ArrayList<>(files.byName().values());
        int known;
        do {
            known = mistakes.size();
            try (DefaultCamelContext trial = trial()) {
                left.removeAll(mistakes.keySet());
                if (load(trial, left, mistakes)) {
                    start(trial, left, mistakes);
                }
            }
        } while (mistakes.size() > known);
        return mistakes;
    }

    /** Whether all could be read. */
    private boolean load(DefaultCamelContext trial, List<Path> files, Map<Path, String> mistakes) {
        Map<String, Path> routes = new HashMap<>();
        for (Path file : files) {
            try {
                PluginHelper.getRoutesLoader(trial).loadRoutes(ResourceHelper.resolveResource(model, "file:" + file));
            } catch (Exception e) {
                mistakes.put(file, StartException.reason(e));
                return false;
            }
            for (RouteDefinition route : trial.getRouteDefinitions()) {
                Path other = routes.putIfAbsent(route.getRouteId(), file);
                if (isFrom(route, file) && other != null && !other.equals(file)) {
                    mistakes.put(
                            file,
                            "the route id " + route.getRouteId() + " stands in " + other.getFileName() + " as well");
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isFrom(ProcessorDefinition<?> definition, Path file) {
        return definition.getLocation() != null && definition.getLocation().endsWith("/" + file.getFileName());
    }

    private void start(DefaultCamelContext trial, List<Path> files, Map<Path, String> mistakes) throws IOException {
        try {
            trial.start();
        } catch (Exception e) {
            Optional<ProcessorDefinition<?>> step = step(trial, e);
            mistakes.put(
                    culprit(step, e, files),
                    (line(step) + ": " + StartException.reason(e)).replaceFirst("^[, :]+", ""));
        }
    }

    /** Steps to a direct route that no file has, and policies without their bean, by file: the first message would find them. */
    Map<Path, String> deadEnds() throws IOException {
        Map<Path, String> deadEnds = new TreeMap<>();
        List<Path> all = List.copyOf(files.byName().values());
        try (DefaultCamelContext trial = trial()) {
            if (load(trial, all, new TreeMap<>())) {
                List<String> entries = routes(trial)
                        .flatMap(route -> direct(route.getInput()).stream())
                        .toList();
                for (Path file : all) {
                    steps(trial).stream()
                            .filter(step -> isFrom(step, file))
                            .flatMap(step -> deadEnd(step, entries).stream())
                            .findFirst()
                            .ifPresent(deadEnd -> deadEnds.put(file, deadEnd));
                }
            }
        }
        return deadEnds;
    }

    private Optional<String> deadEnd(ProcessorDefinition<?> step, List<String> entries) {
        if (step instanceof OnExceptionDefinition policy) {
            return Optional.ofNullable(policy.getOnExceptionOccurredRef())
                    .filter(bean -> model.getRegistry().lookupByName(bean) == null)
                    .map(bean -> "there is no bean " + bean);
        }
        return (step instanceof ToDefinition to ? direct(to) : Optional.<String>empty())
                .filter(name -> entries.stream().noneMatch(entry -> name.matches(entry) || entry.matches(name)))
                .map(name -> "no route begins with direct:" + name);
    }

    /** The name of a direct endpoint, a pattern where a template fills it in. */
    private static Optional<String> direct(EndpointRequiredDefinition endpoint) {
        return Optional.of(endpoint.getEndpointUri())
                .filter(uri -> uri.startsWith("direct:"))
                .map(uri -> uri.replaceFirst("^direct:/*", "")
                        .replaceFirst("\\?.*", "")
                        .replaceAll("\\{\\{.*?}}", ".*"));
    }

    /** Of a bean that is missing, the file that names it: a policy only shows that in a route of another file. */
    private static Path culprit(Optional<ProcessorDefinition<?>> step, Exception e, List<Path> files)
            throws IOException {
        NoSuchBeanException missing = ObjectHelper.getException(NoSuchBeanException.class, e);
        List<Path> candidates = new ArrayList<>();
        for (Path file : files) {
            if (missing != null
                    && missing.getName() != null
                    && RouteFiles.text(file).contains(missing.getName())) {
                candidates.add(file);
            }
        }
        return files.stream()
                .filter(file -> step.isPresent() && isFrom(step.get(), file))
                .findFirst()
                .or(() -> candidates.stream().findFirst())
                .orElse(files.get(0).resolveSibling("all of them"));
    }

    private DefaultCamelContext trial() {
        DefaultCamelContext trial = new DefaultCamelContext(beansOf(model.getRegistry()));
        trial.setAutoStartup(false);
        // nothing is made for the trial that the bridge itself makes when it needs it
        trial.setAutowiredEnabled(false);
        trial.setSourceLocationEnabled(true);
        Configuration.readFromSourcesOnly(trial.getPropertiesComponent());
        trial.getPropertiesComponent().addPropertiesSource(propertiesOf(model));
        trial.getPropertiesComponent().addPropertiesFunction(new DurationFunction(model.getPropertiesComponent()));
        JmsComponent jms = model.getComponent("jms", JmsComponent.class);
        trial.addComponent("jms", new JmsComponent(jms.getConfiguration().copy()));
        // the trial would take that of the registry for its own, and stop it
        trial.addComponent("http", new BoundedHttpComponent());
        return trial;
    }

    private static String line(Optional<ProcessorDefinition<?>> step) {
        return step.map(definition -> ", line " + definition.getLineNumber()).orElse("");
    }

    /** Of a step that can't be built Camel shows the text, which leads to its line; of bad YAML the parser names it. */
    private static Optional<ProcessorDefinition<?>> step(DefaultCamelContext trial, Exception e) {
        Matcher step = FAILED_STEP.matcher(String.valueOf(e.getMessage()));
        if (!step.find()) {
            return Optional.empty();
        }
        return steps(trial).stream()
                .filter(definition -> definition.toString().equals(step.group(1)))
                .findFirst();
    }

    /** Those of the routes, and of the policies. */
    private static List<ProcessorDefinition<?>> steps(DefaultCamelContext trial) {
        List<ProcessorDefinition<?>> outputs = Stream.concat(
                        routes(trial).flatMap(route -> route.getOutputs().stream()),
                        trial.getRouteConfigurationDefinitions().stream()
                                .flatMap(policy -> policy.getOnExceptions().stream()))
                .toList();
        return withSteps(outputs);
    }

    /** These, and all below them; Camel's own search leaves the fallback of a circuit breaker out. */
    private static List<ProcessorDefinition<?>> withSteps(List<ProcessorDefinition<?>> outputs) {
        List<ProcessorDefinition<?>> steps = new ArrayList<>();
        for (ProcessorDefinition<?> step :
                ProcessorDefinitionHelper.filterTypeInOutputs(outputs, ProcessorDefinition.class)) {
            steps.add(step);
            if (step instanceof CircuitBreakerDefinition breaker && breaker.getOnFallback() != null) {
                steps.addAll(withSteps(breaker.getOnFallback().getOutputs()));
            }
        }
        return steps;
    }

    /** Those of templates included. */
    private static Stream<RouteDefinition> routes(DefaultCamelContext trial) {
        return Stream.concat(
                trial.getRouteDefinitions().stream(),
                trial.getRouteTemplateDefinitions().stream().map(RouteTemplateDefinition::getRoute));
    }

    private static PropertiesSource propertiesOf(CamelContext model) {
        return new PropertiesSource() {
            @Override
            public String getName() {
                return "model";
            }

            @Override
            public String getProperty(String name) {
                return model.getPropertiesComponent().resolveProperty(name).orElse(null);
            }
        };
    }

    /** Only to look up: the trial binds and stops nothing there. */
    private static BeanRepository beansOf(Registry registry) {
        return new BeanRepository() {
            @Override
            public Object lookupByName(String name) {
                return registry.lookupByName(name);
            }

            @Override
            public <T> T lookupByNameAndType(String name, Class<T> type) {
                return registry.lookupByNameAndType(name, type);
            }

            @Override
            public <T> Map<String, T> findByTypeWithName(Class<T> type) {
                return registry.findByTypeWithName(type);
            }

            @Override
            public <T> Set<T> findByType(Class<T> type) {
                return registry.findByType(type);
            }
        };
    }
}
