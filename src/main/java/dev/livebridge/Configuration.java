package dev.livebridge;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.spi.LoadablePropertiesSource;
import org.apache.camel.spi.PropertiesFunction;
import org.apache.camel.util.IOHelper;
import org.apache.camel.util.OrderedLocationProperties;
import org.apache.camel.util.StringHelper;

/**
 * Camel's source of all properties. A value comes from the environment, a system property, the profile's file or
 * application.properties, in this order. Of a {@code live.*} property an empty value counts as absent, and the file that the
 * bridge was built with gives its default.
 */
final class Configuration implements LoadablePropertiesSource {
    static final String OWN = "live.";

    private static final String NAME = "live-bridge";

    private final PropertiesComponent properties;
    private final Path home;
    private final Map<String, String> environment;
    /** By the files' names, those that win first. */
    private final Map<String, Properties> files = new LinkedHashMap<>();

    private final Properties defaults = new Properties();

    /** A value as it was written, and where. */
    record Value(String text, String place) {}

    private Configuration(PropertiesComponent properties, Path home, String profile, Map<String, String> environment) {
        this.properties = properties;
        this.home = home;
        this.environment = environment;
        if (profile != null) {
            read("config/application-" + profile + ".properties");
        }
        read("config/application.properties");
        try (InputStream built = Configuration.class.getResourceAsStream("application.properties");
                Reader reader = new InputStreamReader(built, StandardCharsets.UTF_8)) {
            defaults.load(reader);
            defaults.setProperty("live.home", home.toString());
        } catch (IOException e) {
            throw new StartException("cannot read the defaults: " + e.getMessage(), e);
        }
    }

    private void read(String file) {
        Properties properties = new Properties();
        try {
            // an editor may have put a mark at its beginning
            String text = Files.readString(home.resolve(file)).replaceFirst("^\uFEFF", "");
            properties.load(new StringReader(text));
        } catch (NoSuchFileException e) {
            throw new StartException("there is no " + home.resolve(file), e);
        } catch (CharacterCodingException e) {
            throw new StartException(file + " is not in UTF-8: save it in this encoding", e);
        } catch (IOException | IllegalArgumentException e) {
            throw new StartException("cannot read " + file + ": " + e.getMessage(), e);
        }
        files.put(file, properties);
    }

    /**
     * Makes a configuration the first source of a context's properties.
     *
     * @param environment of the process
     * @throws StartException where a file of it can't be read
     */
    static void use(CamelContext context, Path home, String profile, Map<String, String> environment) {
        PropertiesComponent properties = (PropertiesComponent) context.getPropertiesComponent();
        readFromSourcesOnly(properties);
        properties.addPropertiesSource(new Configuration(properties, home, profile, environment));
        properties.addPropertiesFunction(new Opaque(context));
        properties.addPropertiesFunction(new DurationFunction(properties));
    }

    /** Camel itself reads no environment variable: there an empty value would win. */
    static void readFromSourcesOnly(org.apache.camel.spi.PropertiesComponent component) {
        PropertiesComponent properties = (PropertiesComponent) component;
        properties.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_NEVER);
        properties.setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_NEVER);
    }

    static Configuration of(org.apache.camel.spi.PropertiesComponent properties) {
        return (Configuration) properties.getPropertiesSource(NAME);
    }

    Path home() {
        return home;
    }

    /** The value that wins, with its placeholders. Camel takes its own names with dashes as well. */
    Optional<Value> value(String key) {
        Optional<Value> value = exactly(key);
        String dashed = StringHelper.camelCaseToDash(key);
        return value.isPresent() || key.startsWith(OWN) || dashed.equals(key) ? value : exactly(dashed);
    }

    private Optional<Value> exactly(String key) {
        boolean own = key.startsWith(OWN);
        return Stream.of(
                        property(properties.getOverrideProperties(), key, "the program"),
                        variable(key),
                        property(System.getProperties(), key, "-D" + key),
                        files.entrySet().stream().flatMap(file -> property(file.getValue(), key, file.getKey())),
                        own ? property(defaults, key, "the defaults") : Stream.<Value>empty())
                .flatMap(values -> values)
                .filter(value -> !own || !value.text().isBlank() || value.text().equals("\t"))
                .findFirst();
    }

    private static Stream<Value> property(Properties properties, String key, String place) {
        return Stream.ofNullable(properties.getProperty(key)).map(text -> new Value(text, place));
    }

    private Stream<Value> variable(String key) {
        return variables(key)
                .filter(environment::containsKey)
                .map(name -> new Value(environment.get(name), "the environment variable " + name))
                .filter(value -> !isOfAService(key, value.text()));
    }

    private static Stream<String> variables(String key) {
        return Stream.of(key, StringHelper.camelCaseToDash(key))
                .map(IOHelper::normalizeEnvironmentVariable)
                .distinct();
    }

    /** Kubernetes sets LIVE_WEBHOOK_PORT = tcp://10.43.0.7:8080 for a service called live-webhook. */
    static boolean isOfAService(String name, String value) {
        return name.toUpperCase(Locale.ROOT).endsWith("PORT") && value.matches("(tcp|udp|sctp)://.*");
    }

    /** The environment. */
    Map<String, String> variables() {
        return new TreeMap<>(environment);
    }

    boolean isInFile(String name) {
        return files.values().stream().anyMatch(file -> file.containsKey(name));
    }

    /** The names of all properties in the files, and of the system properties, that begin so. */
    Set<String> names(String prefix) {
        Set<String> names = new TreeSet<>();
        Stream.concat(files.values().stream(), Stream.of(System.getProperties()))
                .flatMap(properties -> properties.stringPropertyNames().stream())
                .filter(name -> name.startsWith(prefix))
                .forEach(names::add);
        return names;
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public String getProperty(String name) {
        return value(name)
                .map(Value::text)
                .map(text -> Settings.isSecret(name) ? text.replaceAll("(\\{\\{|}})", "\\\\$1") : text)
                .orElse(null);
    }

    @Override
    public Properties loadProperties() {
        return loadProperties(name -> true);
    }

    @Override
    public Properties loadProperties(Predicate<String> filter) {
        OrderedLocationProperties loaded = new OrderedLocationProperties();
        names("").stream().filter(filter).forEach(name -> files.entrySet().stream()
                .filter(file -> file.getValue().containsKey(name))
                .findFirst()
                .ifPresent(
                        file -> loaded.put(file.getKey(), name, file.getValue().getProperty(name))));
        return loaded;
    }

    @Override
    public void reloadProperties(String location) {
        // read once
    }

    /**
     * <code>{{?opaque:live.jms.password}}</code> in a property of a bean: the secret as it is. Nothing in it is taken for a
     * placeholder or for the name of a bean, as Camel does with texts.
     */
    private record Opaque(CamelContext context) implements PropertiesFunction {
        @Override
        public String getName() {
            return "opaque";
        }

        @Override
        public String apply(String key) {
            return new Settings(context.getPropertiesComponent())
                    .find(key)
                    .map(secret -> {
                        context.getRegistry().bind(key, secret.toCharArray());
                        return "#bean:" + key;
                    })
                    .orElse(null);
        }

        @Override
        public boolean optional(String key) {
            return true;
        }
    }
}
