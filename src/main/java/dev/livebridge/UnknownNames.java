package dev.livebridge;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.util.IOHelper;
import org.apache.camel.util.json.JsonArray;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;

/** Names of properties that mean nothing, most of them misspelt: a property so named has no effect. */
final class UnknownNames {
    private static final String CAMEL = "camel.";
    private static final String METADATA = "META-INF/camel-main-configuration-metadata.json";

    /** Groups that Camel's metadata do not list. */
    private static final Set<String> CAMEL_GROUPS = Set.of(
            "beans",
            "component",
            "dataformat",
            "language",
            "routetemplate",
            "variable",
            "globaloptions",
            "devconsole",
            "context");

    /** What Kubernetes and Docker set for each service, such as LIVE_BRIDGE_SERVICE_HOST. */
    private static final String OF_A_PLATFORM =
            ".*_SERVICE_(HOST|PORT)(_.*)?|.*_PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?|.*_ENV_.*";

    private final Configuration configuration;
    private final String routes;
    private final Set<String> camelGroups = new TreeSet<>(CAMEL_GROUPS);
    /** By their names in lower case, without dashes. */
    private final Set<String> camelOptions = new TreeSet<>();

    private UnknownNames(Configuration configuration) throws IOException {
        this.configuration = configuration;
        routes = text(new RouteFiles(configuration.home()).byName().values()) + text(sandbox());
        try (InputStream metadata = getClass().getClassLoader().getResourceAsStream(METADATA)) {
            JsonObject camel = (JsonObject) Jsoner.deserialize(IOHelper.loadText(metadata), new JsonObject());
            names(camel, "groups").forEach(name -> camelGroups.add(group(name)));
            camelOptions.addAll(names(camel, "properties"));
        }
    }

    /** A line for each, with the name that is probably meant. It only helps: a failure is a line as well. */
    static List<String> of(Configuration configuration) {
        try {
            return new UnknownNames(configuration).lines();
        } catch (IOException | RuntimeException e) {
            return List.of("not looked for misspelt names: " + StartException.line(e.toString()));
        }
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (String name : configuration.names("")) {
            boolean inFile = configuration.isInFile(name);
            if (name.startsWith(CAMEL) ? !isOfCamel(name) : (inFile || name.startsWith("live.")) && !isUsed(name)) {
                lines.add(name
                        + line(
                                configuration
                                        .value(name)
                                        .map(Configuration.Value::place)
                                        .orElse(""),
                                name,
                                known(name)));
            }
        }
        variables().forEach(lines::add);
        return lines;
    }

    private static String line(String place, String name, Stream<String> known) {
        return (place.isEmpty() || place.endsWith(name) ? "" : " (in " + place + ")") + " means nothing"
                + known.filter(other -> !other.equals(name))
                        .filter(other -> difference(name, other) <= Math.max(2, name.length() / 5))
                        .min(Comparator.comparing(other -> difference(name, other)))
                        .map(other -> ": is " + other + " meant?")
                        .orElse("");
    }

    /** What may be meant by it: of a family, or of a group of Camel's, the name with its own end. */
    private Stream<String> known(String name) {
        String end = name.substring(name.lastIndexOf('.') + 1);
        String option = name.replaceFirst("^[^.]*\\.?[^.]*", "");
        return Stream.of(
                        Settings.names().stream(),
                        Settings.families().map(family -> family + end),
                        camelOptions.stream(),
                        camelGroups.stream().map(group -> CAMEL + group + option))
                .flatMap(names -> names);
    }

    /** By the bridge, by a route, or in the value of another property. */
    private boolean isUsed(String name) {
        return Settings.names().contains(name)
                || Settings.isOfAFamily(name)
                || name.equals("live.home")
                || routes.contains(name)
                || configuration.names("").stream()
                        .flatMap(other -> configuration.value(other).stream())
                        .anyMatch(value -> value.text().contains(name));
    }

    private boolean isOfCamel(String name) {
        String group = group(name);
        return camelGroups.contains(group)
                && (CAMEL_GROUPS.contains(group)
                        // a list or a map
                        || name.contains("[")
                        || camelOptions.stream().anyMatch(option -> plain(name).startsWith(plain(option))));
    }

    private Stream<String> variables() {
        Map<String, String> known = Stream.concat(
                        Settings.names().stream(),
                        configuration.names("live.").stream().filter(Settings::isOfAFamily))
                .collect(Collectors.toMap(IOHelper::normalizeEnvironmentVariable, Function.identity(), (a, b) -> a));
        return configuration.variables().entrySet().stream()
                .filter(variable -> variable.getKey().startsWith("LIVE_"))
                .filter(variable -> !known.containsKey(variable.getKey())
                        && !variable.getKey().startsWith("LIVE_GROUPS_")
                        && !variable.getKey().equals("LIVE_HOME")
                        && !variable.getKey().matches(OF_A_PLATFORM)
                        && !Configuration.isOfAService(variable.getKey(), variable.getValue()))
                .map(variable -> "the environment variable " + variable.getKey()
                        + line("", variable.getKey(), known.keySet().stream()));
    }

    private List<Path> sandbox() throws IOException {
        Path folder = configuration.home().resolve("sandbox");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(name -> name.toString().endsWith(".yaml")).toList();
        }
    }

    private static String text(Collection<Path> files) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Path file : files) {
            text.append(RouteFiles.text(file));
        }
        return text.toString();
    }

    private static List<String> names(JsonObject metadata, String list) {
        return ((JsonArray) metadata.get(list))
                .stream().map(entry -> ((JsonObject) entry).getString("name")).toList();
    }

    private static String group(String name) {
        return name.replaceFirst("^camel\\.([^.]*).*", "$1").replace("-", "").toLowerCase(Locale.ROOT);
    }

    private static String plain(String name) {
        return name.replaceAll("[.-]", "").toLowerCase(Locale.ROOT);
    }

    /** How many letters stand between what both begin with and what both end with. */
    private static int difference(String one, String other) {
        int shorter = Math.min(one.length(), other.length());
        int start = 0;
        while (start < shorter && one.charAt(start) == other.charAt(start)) {
            start++;
        }
        int end = 0;
        while (end < shorter - start && one.charAt(one.length() - 1 - end) == other.charAt(other.length() - 1 - end)) {
            end++;
        }
        return Math.max(one.length(), other.length()) - start - end;
    }
}
