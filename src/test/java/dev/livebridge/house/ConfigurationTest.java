package dev.livebridge.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** config/application.properties is its own manual: it tells of every property, and of none that does nothing. */
class ConfigurationTest {
    private static final Path MANUAL = Path.of("config/application.properties");
    private static final Path SETTINGS = Path.of("src/main/java/dev/livebridge/Settings.java");

    /** {@code live.x = default}, and without a default {@code #live.x = example}; prose has a space after its #. */
    private static final Pattern DEFINITION = Pattern.compile("#?([A-Za-z][\\w.\\[\\]-]*)\\s*=.*");

    private static final Pattern PROSE = Pattern.compile("#\\s++(?!---).*\\w.*");

    /** {@code {{live.x}}}, optional as {@code {{?live.x}}}, by a function as {@code {{millis:live.x}}}. */
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{[?!]?(?:\\w+:)?[?!]?(live\\.[\\w.-]+)");

    /** Of a property, or of a family of them, which ends in a dot. */
    private static final Pattern LITERAL = Pattern.compile("\"(live(?:\\.[\\w-]+)+\\.?)\"");

    private static final Pattern TYPE = Pattern.compile("Map\\.entry\\(\\s*\"(live\\.[^\"]+)\"");

    /** A line of one, in any of the three formats. */
    private static final Pattern COMMENT = Pattern.compile("\\s*(#|//|/\\*|\\*)");

    /** Set by the launcher, not by the operator. */
    private static final String HOME = "live.home";

    /** A line that defines a property or, behind a '#', shows how. */
    private record Definition(String key, boolean explained, String place) {}

    /** Where a property is used; a family of properties by its prefix. */
    private record Use(String key, Path file) {
        boolean isFamily() {
            return key.endsWith(".");
        }

        boolean covers(String property) {
            return isFamily() ? property.startsWith(key) : property.equals(key);
        }
    }

    @Test
    void everyPropertyInUseIsInTheManual() throws IOException {
        Set<String> documented = keys(manual());
        List<Use> families = uses().stream().filter(Use::isFamily).toList();

        assertThat(uses().stream()
                        .filter(use -> !use.key().equals(HOME))
                        .filter(use -> documented.stream().noneMatch(use::covers))
                        .filter(use -> use.isFamily() || !isOfAny(families, use.key()))
                        .map(use -> use.file() + " uses " + use.key() + ", which " + MANUAL
                                + " does not tell of: add it there with a sentence, as '" + example(use.key()) + "'")
                        .distinct())
                .isEmpty();
    }

    @Test
    void everyPropertyInTheManualIsInUse() throws IOException {
        List<Use> uses = uses();

        assertThat(manual().stream()
                        .filter(definition -> isOfTheBridge(definition.key()))
                        .filter(definition -> !isOfAny(uses, definition.key()))
                        .map(definition -> definition.place() + ": " + definition.key()
                                + " does nothing, no route, configuration or class uses it: remove it, or use it"))
                .isEmpty();
    }

    @Test
    void settingsCheckWhatTheManualTellsOf() throws IOException {
        List<Use> families = uses().stream().filter(Use::isFamily).toList();
        Set<String> single = keys(manual());
        single.removeIf(key -> !isOfTheBridge(key) || isOfAny(families, key));
        Set<String> typed = new TreeSet<>(found(TYPE, Files.readString(SETTINGS)));

        assertThat(Stream.concat(
                        without(single, typed)
                                .map(key -> MANUAL + " tells of " + key + ", but it has no type: add it to TYPES in "
                                        + SETTINGS),
                        without(typed, single)
                                .map(key -> SETTINGS + " has a type for " + key + ", but " + MANUAL
                                        + " does not tell of it: add it there, or remove the type")))
                .isEmpty();
    }

    @Test
    void explainsEachProperty() throws IOException {
        assertThat(manual().stream()
                        .filter(definition -> !definition.explained())
                        .map(definition -> definition.place() + ": " + definition.key()
                                + " begins a group of lines without a sentence above it: add one"))
                .isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void definesNoPropertyTwice(Path file) throws IOException {
        Set<String> seen = new HashSet<>();

        assertThat(definitions(file).stream()
                        .filter(definition -> !seen.add(definition.key()))
                        .map(definition ->
                                definition.place() + ": " + definition.key() + " stands above already: keep one"))
                .isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void readsTheFilesAsJavaDoes(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }

        assertThat(without(properties.stringPropertyNames(), keys(definitions(file))))
                .as("properties of %s in another form: write each on a line of its own as 'key = value'", file)
                .isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("profiles")
    void profilesSetOnlyWhatTheManualTellsOf(Path profile) throws IOException {
        Set<String> documented = keys(manual());
        List<Use> families = uses().stream().filter(Use::isFamily).toList();

        assertThat(definitions(profile).stream()
                        .filter(definition -> !documented.contains(definition.key()))
                        .filter(definition -> !isOfAny(families, definition.key()))
                        .map(definition -> definition.place() + ": " + MANUAL + " does not tell of " + definition.key()
                                + ": add it there, as '" + example(definition.key()) + "'"))
                .isEmpty();
    }

    static Stream<Path> files() throws IOException {
        return Stream.concat(Stream.of(MANUAL), profiles());
    }

    static Stream<Path> profiles() throws IOException {
        return below(Path.of("config"), file -> file.getFileName().toString().matches("application-.*\\.properties"))
                .stream();
    }

    private static List<Definition> manual() throws IOException {
        return definitions(MANUAL);
    }

    private static List<Definition> definitions(Path file) throws IOException {
        List<Definition> definitions = new ArrayList<>();
        boolean explained = false;
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            Matcher definition = DEFINITION.matcher(line);
            if (definition.matches()) {
                definitions.add(new Definition(definition.group(1), explained, file + ":" + number));
                // one complaint a group is enough
                explained = true;
            } else if (line.isBlank()) {
                explained = false;
            } else if (PROSE.matcher(line).matches()) {
                explained = true;
            }
        }
        return definitions;
    }

    /** In routes, configuration and code; the table in Settings, which only says how a value looks, is none. */
    private static List<Use> uses() throws IOException {
        List<Use> uses = new ArrayList<>();
        for (String folder : List.of("routes", "sandbox", "config")) {
            for (Path file : below(Path.of(folder), path -> path.toString().matches(".*\\.(yaml|properties)"))) {
                found(PLACEHOLDER, withoutComments(file)).forEach(key -> uses.add(new Use(key, file)));
            }
        }
        for (Path file : below(Path.of("src/main/java"), path -> path.toString().endsWith(".java"))) {
            String text = TYPE.matcher(withoutComments(file)).replaceAll("");
            found(LITERAL, text).forEach(key -> uses.add(new Use(key, file)));
            found(PLACEHOLDER, text).forEach(key -> uses.add(new Use(key, file)));
        }
        return uses;
    }

    private static String withoutComments(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> !COMMENT.matcher(line).lookingAt())
                .collect(Collectors.joining("\n"));
    }

    private static List<Path> below(Path folder, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).filter(wanted).sorted().toList();
        }
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(match -> match.group(1)).toList();
    }

    private static Set<String> keys(List<Definition> definitions) {
        return definitions.stream().map(Definition::key).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<String> without(Set<String> keys, Set<String> others) {
        return keys.stream().filter(key -> !others.contains(key)).sorted();
    }

    private static boolean isOfTheBridge(String key) {
        return key.startsWith("live.");
    }

    private static boolean isOfAny(List<Use> uses, String key) {
        return uses.stream().anyMatch(use -> use.covers(key));
    }

    private static String example(String key) {
        return key.endsWith(".") ? "#" + key + "name = example" : key + " = default' or '#" + key + " = example";
    }
}
