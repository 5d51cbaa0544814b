package dev.livebridge.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The routes are written in one form of Camel's YAML DSL, the one that newer versions of Camel and Kaoto write. */
class CanonicalYamlTest {
    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final JsonNode DSL = dsl();
    private static final JsonSchema DSL_SCHEMA = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4)
            .getSchema(
                    DSL,
                    SchemaValidatorsConfig.builder()
                            .pathType(PathType.JSON_POINTER)
                            .errorMessageKeyword("errorMessage")
                            .locale(Locale.ENGLISH)
                            .build());

    private static final Set<String> TOP_LEVEL =
            Set.of("route", "routeConfiguration", "routeTemplate", "templatedRoute", "beans");

    /** A route's, which stands before the ids of the template's steps, is to be its own, too. */
    private static final List<String> IDS = List.of("id", "routeId", "prefixId");

    /** simple, constant, method and so on: all that this version of Camel knows. */
    private static final Set<String> LANGUAGES =
            names(DSL.at("/items/definitions/org.apache.camel.model.language.ExpressionDefinition/properties"));

    /** Elements that the DSL gives no key {@code expression}: the language stands directly below them. */
    private static final Set<String> ARE_EXPRESSIONS = Set.of(
            "handled",
            "continued",
            "retryWhile",
            "correlationExpression",
            "completionPredicate",
            "completionSizeExpression",
            "completionTimeoutExpression");

    /** Elements with an option of their own that is called like a language: ref, method or header. */
    private static final Set<String> HAVE_SUCH_AN_OPTION = Set.of(
            "bean",
            "process",
            "policy",
            "transacted",
            "throwException",
            "refErrorHandler",
            "customLoadBalancer",
            "custom",
            "csv");

    /** What stands below these are the names of others: of components, kamelets and classes. */
    private static final Set<String> OPAQUE = Set.of("parameters", "beans");

    private static final String FROM = "{id: from, uri: direct, parameters: {name: a}, steps: []}";
    private static final String ROUTE = "{id: route, description: A route, from: " + FROM + "}";

    /**
     * A value of a document.
     *
     * @param parent the key of the element around it, empty at the top
     * @param key    the key that it stands below; the entries of a list have the list's
     * @param at     its JSON pointer
     */
    private record Element(String parent, String key, String at, JsonNode value) {
        boolean isMap() {
            return value.isObject();
        }

        boolean has(String name) {
            return !value.path(name).asText().isBlank();
        }

        String complain(String what) {
            return at + ": " + what;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void isCanonical(Path file) throws IOException {
        assertThat(complaints(YAML.readTree(file.toFile())))
                .as("what is not canonical in %s", file)
                .isEmpty();
    }

    @Test
    void noIdStandsTwice() throws IOException {
        Map<String, JsonNode> documents = new LinkedHashMap<>();
        for (Path file : files()) {
            documents.put(file.toString(), YAML.readTree(file.toFile()));
        }
        assertThat(repeatedIds(documents)).as("ids that stand twice").isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void refuses(String mistake, String yaml, String at, String mend) throws IOException {
        assertThat(complaints(YAML.readTree(yaml)))
                .as(yaml)
                .singleElement()
                .asString()
                .startsWith(at + ": ")
                .contains(mend);
    }

    @Test
    void refusesAnIdInTwoFiles() throws IOException {
        JsonNode first = YAML.readTree(withStep("removeHeader: {id: same, name: a}"));
        JsonNode second = YAML.readTree("[{route: {id: same}}]");

        assertThat(repeatedIds(Map.of("a.camel.yaml", first, "b.camel.yaml", second)))
                .singleElement()
                .asString()
                .contains("a.camel.yaml /0/route/from/steps/0/removeHeader", "b.camel.yaml /0/route", "'same'");
    }

    @Test
    void refusesTwoRoutesOfATemplateWithTheSamePrefix() throws IOException {
        JsonNode routes = YAML.readTree("[{templatedRoute: {routeTemplateRef: a, routeId: b, prefixId: same-}},"
                + " {templatedRoute: {routeTemplateRef: a, routeId: c, prefixId: same-}}]");

        assertThat(repeatedIds(Map.of("a.camel.yaml", routes)))
                .singleElement()
                .asString()
                .contains("/1/templatedRoute", "'same-'");
    }

    @ParameterizedTest
    @MethodSource("canonicalSteps")
    void acceptsCanonicalStep(String step) throws IOException {
        assertThat(complaints(YAML.readTree(withStep(step)))).as(step).isEmpty();
    }

    static Stream<Arguments> mistakes() {
        String step = "/0/route/from/steps/0";
        return Stream.of(
                mistake("a bare from", "[{from: {id: a, uri: direct, steps: []}}]", "/0/from", "below '- route:'"),
                mistake("two entries in one", "[{beans: [], route: " + ROUTE + "}]", "/0", "one key"),
                mistake("what Camel does not know", inRoute("colour: red"), "/0/route", "'colour'"),
                mistake(
                        "a flag in quotes",
                        withStep("delay: {id: a, asyncDelayed: 'true', expression: {constant: {expression: '1'}}}"),
                        step + "/delay/asyncDelayed",
                        "without quotes"),
                mistake(
                        "a route without id",
                        "[{route: {description: b, from: " + FROM + "}}]",
                        "/0/route",
                        "has no id"),
                mistake(
                        "a route without description",
                        "[{route: {id: a, from: " + FROM + "}}]",
                        "/0/route",
                        "has no description"),
                mistake("a from without id", inRoute("from: {uri: direct, steps: []}"), "/0/route/from", "has no id"),
                mistake(
                        "a routeTemplate without description",
                        "[{routeTemplate: {id: a, from: " + FROM + "}}]",
                        "/0/routeTemplate",
                        "has no description"),
                mistake(
                        "a route of a template without id",
                        "[{templatedRoute: {routeTemplateRef: a, prefixId: b}}]",
                        "/0/templatedRoute",
                        "has no routeId"),
                mistake(
                        "a route of a template without prefix",
                        "[{templatedRoute: {routeTemplateRef: a, routeId: b}}]",
                        "/0/templatedRoute",
                        "has no prefixId"),
                mistake("a step without id", withStep("to: {uri: direct}"), step + "/to", "has no id"),
                mistake(
                        "a when without id",
                        withStep("choice: {id: a, when: [{expression: {simple: {expression: x}}, steps: []}]}"),
                        step + "/choice/when/0",
                        "has no id"),
                mistake(
                        "an onException with steps and without id",
                        "[{routeConfiguration: {id: a, description: b, onException: [{onException: {steps: []}}]}}]",
                        "/0/routeConfiguration/onException/0/onException",
                        "has no id"),
                mistake("a log that is a text", withStep("log: hello"), step, "log: {message: "),
                mistake("a to that is a text", withStep("to: direct"), step, "to: {"),
                mistake("a step in a step", withNested("removeHeader: a"), step + "/filter/steps/0", "removeHeader: {"),
                mistake("an address in uri", withStep("to: {id: a, uri: 'direct:b'}"), step + "/to/uri", "parameters"),
                mistake("options in uri", withStep("toD: {id: a, uri: 'b?c=d'}"), step + "/toD/uri", "parameters"),
                mistake(
                        "an address in from",
                        inRoute("from: {id: a, uri: 'direct:b', steps: []}"),
                        "/0/route/from/uri",
                        "parameters"),
                mistake(
                        "a language directly below a step",
                        withStep("setBody: {id: a, simple: {expression: x}}"),
                        step + "/setBody",
                        "expression: {simple: "),
                mistake(
                        "a language directly below filter",
                        withStep("filter: {id: a, method: {ref: x}, steps: []}"),
                        step + "/filter",
                        "expression: {method: "),
                mistake(
                        "a language directly below when",
                        withStep("choice: {id: a, when: [{id: b, jq: {expression: x}, steps: []}]}"),
                        step + "/choice/when/0",
                        "expression: {jq: "),
                mistake(
                        "a language directly below a header",
                        withStep("setHeaders: {id: a, headers: [{name: b, constant: {expression: x}}]}"),
                        step + "/setHeaders/headers/0",
                        "expression: {constant: "),
                mistake(
                        "an expression that is a text",
                        withStep("setBody: {id: a, expression: {simple: x}}"),
                        step + "/setBody/expression",
                        "simple: {expression: "),
                mistake(
                        "a handled that is a text",
                        "[{routeConfiguration: {id: a, description: b, onException: [{onException: {handled: "
                                + "{constant: 'true'}}}]}}]",
                        "/0/routeConfiguration/onException/0/onException/handled",
                        "constant: {expression: "));
    }

    static Stream<String> canonicalSteps() {
        return Stream.of(
                "log: {id: a, message: hello}",
                "to: {id: a, uri: direct, parameters: {name: 'b:c?d', simple: e}}",
                "bean: {id: a, ref: b, method: c}",
                "setBody: {id: a, expression: {method: {ref: b, method: c}}}",
                "setBody: {id: a, expression: {language: {language: simple, expression: b}}}",
                "delay: {id: a, asyncDelayed: '{{b}}', expression: {constant: {expression: '1'}}}",
                "unmarshal: {id: a, csv: {header: b}}",
                "split: {id: a, expression: {tokenize: {token: b}}, steps: []}",
                "throttle: {id: a, correlationExpression: {header: {expression: b}}, expression: "
                        + "{constant: {expression: '1'}}}");
    }

    private static Arguments mistake(String name, String yaml, String at, String mend) {
        return Arguments.of(name, yaml, at, mend);
    }

    private static String inRoute(String entry) {
        String from = entry.startsWith("from:") ? "" : "from: " + FROM + ", ";
        return "[{route: {id: route, description: A route, " + from + entry + "}}]";
    }

    private static String withStep(String step) {
        return inRoute("from: {id: from, uri: direct, steps: [{" + step + "}]}");
    }

    private static String withNested(String step) {
        return withStep("filter: {id: filter, expression: {simple: {expression: x}}, steps: [{" + step + "}]}");
    }

    static List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String folder : List.of("routes", "sandbox")) {
            try (Stream<Path> entries = Files.list(Path.of(folder))) {
                entries.filter(file -> file.toString().endsWith(".camel.yaml"))
                        .sorted()
                        .forEach(files::add);
            }
        }
        return files;
    }

    private static List<String> complaints(JsonNode document) {
        List<String> complaints = entries(document).toList();
        if (!complaints.isEmpty()) {
            // the other rules would only repeat it
            return complaints;
        }
        return Stream.concat(schema(document), elements(document).flatMap(element -> Stream.of(
                                step(element),
                                id(element),
                                description(element),
                                uri(element),
                                bareLanguage(element),
                                compactLanguage(element))
                        .flatMap(found -> found)))
                .toList();
    }

    private static Stream<String> entries(JsonNode document) {
        if (!document.isArray()) {
            return Stream.of("/: a file of routes is a list: begin with '- route:'");
        }
        return IntStream.range(0, document.size()).boxed().flatMap(i -> entry("/" + i, document.get(i)));
    }

    private static Stream<String> entry(String at, JsonNode entry) {
        if (!entry.isObject() || entry.size() != 1) {
            return Stream.of(at + ": an entry is a map of one key: begin each with '- ' of its own");
        }
        String name = entry.fieldNames().next();
        return when(
                !TOP_LEVEL.contains(name),
                at + "/" + name + ": only " + String.join(", ", new TreeSet<>(TOP_LEVEL))
                        + " stand at the top: move it below '- route:' or '- routeConfiguration:'");
    }

    private static Stream<String> schema(JsonNode document) {
        Set<ValidationMessage> all = DSL_SCHEMA.validate(document);
        List<ValidationMessage> telling =
                all.stream().filter(message -> !isOfUntakenChoice(message)).toList();
        return (telling.isEmpty() ? all : telling)
                .stream()
                        .map(message ->
                                message.getInstanceLocation() + ": " + message.getError() + " (camelYamlDsl.json)")
                        .distinct();
    }

    /** Where the DSL allows several forms, a mistake in the one is reported for all the others as well. */
    private static boolean isOfUntakenChoice(ValidationMessage message) {
        return Set.of("oneOf", "anyOf", "not").contains(message.getType())
                || "required".equals(message.getType()) && LANGUAGES.contains(message.getProperty());
    }

    private static Stream<String> step(Element element) {
        if (!element.key().equals("steps")) {
            return Stream.empty();
        }
        if (!element.isMap() || element.value().size() != 1) {
            return Stream.of(element.complain("a step is a map of one key to a map: write 'stop: {id: …}'"));
        }
        String name = element.value().fieldNames().next();
        String example = name.equals("log") ? "message: …" : "id: …";
        return when(
                !element.value().get(name).isObject(),
                element.complain(name + " is written in its short form: write '" + name + ": {" + example + "}'"));
    }

    private static Stream<String> id(Element element) {
        if (element.key().equals("templatedRoute")) {
            return Stream.of("routeId", "prefixId")
                    .filter(name -> !element.has(name))
                    .map(name -> element.complain("has no " + name + ", so Camel makes one up: add '" + name + ": …'"));
        }
        boolean camelWouldName = element.parent().isEmpty()
                || element.parent().equals("steps")
                || element.key().equals("from")
                || element.value().has("steps");
        return when(
                element.isMap() && camelWouldName && !element.has("id"),
                element.complain("has no id, so Camel makes one up: add 'id: …'"));
    }

    private static Stream<String> description(Element element) {
        return when(
                element.isMap()
                        && element.parent().isEmpty()
                        // it has its template's
                        && !element.key().equals("templatedRoute")
                        && !element.has("description"),
                element.complain("has no description: add 'description: …', a line that says what it is for"));
    }

    private static Stream<String> uri(Element element) {
        String uri = element.value().asText();
        return when(
                element.key().equals("uri") && (uri.contains(":") || uri.contains("?")),
                element.complain("'" + uri + "' is more than a scheme: write 'uri: " + uri.split("[:?]", 2)[0]
                        + "', and all else below 'parameters:', the path too"));
    }

    private static Stream<String> bareLanguage(Element element) {
        boolean mayHold = takesLanguage(element)
                || LANGUAGES.contains(element.key())
                || HAVE_SUCH_AN_OPTION.contains(element.key());
        return mayHold
                ? Stream.empty()
                : languages(element)
                        .map(language -> element.complain(
                                language + " stands outside an expression: write 'expression: {" + language + ": …}'"));
    }

    private static Stream<String> compactLanguage(Element element) {
        return takesLanguage(element)
                ? languages(element)
                        .filter(language -> !element.value().get(language).isObject())
                        .map(language -> element.complain(
                                language + " is written in its short form: write '" + language + ": {expression: …}'"))
                : Stream.empty();
    }

    private static boolean takesLanguage(Element element) {
        return element.key().equals("expression") || ARE_EXPRESSIONS.contains(element.key());
    }

    private static Stream<String> languages(Element element) {
        return names(element.value()).stream().filter(LANGUAGES::contains);
    }

    private static List<String> repeatedIds(Map<String, JsonNode> documents) {
        Map<String, String> places = new LinkedHashMap<>();
        List<String> complaints = new ArrayList<>();
        documents.forEach((file, document) -> elements(document)
                .filter(Element::isMap)
                .forEach(element -> IDS.stream().filter(element::has).forEach(name -> {
                    String id = element.value().get(name).asText();
                    String place = file + " " + element.at();
                    String first = places.putIfAbsent(id, place);
                    if (first != null) {
                        complaints.add(place + ": the id '" + id + "' is taken by " + first + ": choose another");
                    }
                })));
        return complaints;
    }

    /** All values but lists, in the order of the document. */
    private static Stream<Element> elements(JsonNode document) {
        return IntStream.range(0, document.size())
                .boxed()
                .flatMap(i -> below(new Element("", "", "/" + i, document.get(i))));
    }

    private static Stream<Element> self(Element element) {
        if (element.value().isArray()) {
            return IntStream.range(0, element.value().size())
                    .boxed()
                    .flatMap(i -> self(new Element(
                            element.parent(),
                            element.key(),
                            element.at() + "/" + i,
                            element.value().get(i))));
        }
        return Stream.concat(Stream.of(element), below(element));
    }

    private static Stream<Element> below(Element element) {
        return element.value().properties().stream()
                .filter(member -> !OPAQUE.contains(member.getKey()))
                .flatMap(member -> self(new Element(
                        element.key(), member.getKey(), element.at() + "/" + member.getKey(), member.getValue())));
    }

    private static Stream<String> when(boolean wrong, String complaint) {
        return wrong ? Stream.of(complaint) : Stream.empty();
    }

    private static Set<String> names(JsonNode map) {
        Set<String> names = new TreeSet<>();
        map.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static JsonNode dsl() {
        try (InputStream file =
                CanonicalYamlTest.class.getClassLoader().getResourceAsStream("schema/camelYamlDsl.json")) {
            JsonNode schema = new ObjectMapper().readTree(file);
            allowPlaceholders(schema);
            return schema;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Camel takes {@code "{{live.consumers}}"} for any number or flag; its schema knows nothing of it. */
    private static void allowPlaceholders(JsonNode schema) {
        String type = schema.path("type").asText();
        if (schema instanceof ObjectNode value
                && Set.of("number", "integer", "boolean").contains(type)) {
            value.putArray("type").add(type).add("string");
            value.put("pattern", "^\\{\\{.+\\}\\}$");
            value.putObject("errorMessage").put("pattern", "must be a " + type + " without quotes, or a placeholder");
        }
        schema.forEach(CanonicalYamlTest::allowPlaceholders);
    }
}
