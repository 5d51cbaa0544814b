package dev.livebridge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.component.jms.JmsComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.spi.Registry;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

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
        boolean policy = isPolicy(Files.readString(tried));
        List<Resource> resources = new ArrayList<>(List.of(resource));
        for (Path file : files.byName().values()) {
            if (!file.getFileName().equals(tried.getFileName()) && (policy || isPolicy(Files.readString(file)))) {
                resources.add(ResourceHelper.resolveResource(model, "file:" + file));
            }
        }
        return resources.toArray(Resource[]::new);
    }

    /** File, line and reason of the first mistake; empty where there is none. */
    public Optional<String> mistake(Resource resource) {
        try (DefaultCamelContext trial = new DefaultCamelContext(beansOf(model.getRegistry()))) {
            trial.setAutoStartup(false);
            // nothing is made for the trial that the bridge itself makes when it needs it
            trial.setAutowiredEnabled(false);
            trial.setSourceLocationEnabled(true);
            trial.getPropertiesComponent().addPropertiesSource(propertiesOf(model));
            trial.getPropertiesComponent().addPropertiesFunction(new DurationFunction(model.getPropertiesComponent()));
            JmsComponent jms = model.getComponent("jms", JmsComponent.class);
            trial.addComponent("jms", new JmsComponent(jms.getConfiguration().copy()));
            try {
                PluginHelper.getRoutesLoader(trial).loadRoutes(with(resource));
                trial.start();
                return Optional.empty();
            } catch (Exception e) {
                return Optional.of(resource.getLocation() + line(trial, e) + ": " + reason(e));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of a step that can't be built Camel shows the text, which leads to its line; of bad YAML the parser names it. */
    private static String line(DefaultCamelContext trial, Exception e) {
        Matcher step = FAILED_STEP.matcher(String.valueOf(e.getMessage()));
        if (!step.find()) {
            return "";
        }
        return trial.getRouteDefinitions().stream()
                .flatMap(route ->
                        ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)
                                .stream())
                .filter(definition -> definition.toString().equals(step.group(1)))
                .map(definition -> ", line " + definition.getLineNumber())
                .findFirst()
                .orElse("");
    }

    static String reason(Throwable e) {
        if (e.getCause() != null) {
            return reason(e.getCause());
        }
        return (e.getMessage() == null ? e.toString() : e.getMessage()).replaceAll("\\s*\\R\\s*", " ");
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
