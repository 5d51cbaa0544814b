package dev.livebridge.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.asyncapi.v3._0_0.model.AsyncAPI;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.livebridge.failure.ErrorCode;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** docs/asyncapi.yaml is AsyncAPI, and tells of all queues, properties and codes that there are. */
class AsyncApiTest {
    private static final Path FILE = Path.of("docs/asyncapi.yaml");
    private static final Path SCHEMAS = Path.of("src/main/resources/dev/livebridge/schema");
    private static final String QUEUE = "live.queues.";

    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** What each kind of element must have (AsyncAPI 3.0.0). */
    private static final Map<String, List<String>> REQUIRED = Map.of(
            "/info", List.of("title", "version"),
            "/info/license", List.of("name"),
            "/servers/*", List.of("host", "protocol"),
            "/operations/*", List.of("action", "channel"),
            "/operations/*/reply/address", List.of("location"),
            "/components/messages/*/correlationId", List.of("location"));

    private final JsonNode document = YAML.readTree(FILE.toFile());

    AsyncApiTest() throws IOException {}

    @Test
    void isAsyncApi() {
        assertThat(document.path("asyncapi").asText()).isEqualTo("3.0.0");
        assertThat(problems(document)).as("what is no AsyncAPI 3.0.0").isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /info                                        | title
            /operations/queueConversation                | action
            /operations/queueConversation                | channel
            /operations/queueConversation/reply/address  | location
            /servers/broker                              | host
            /servers/broker                              | protocol
            """)
    void findsWhatIsMissing(String at, String name) {
        ObjectNode broken = document.deepCopy();
        ((ObjectNode) broken.at(at)).remove(name);

        assertThat(problems(broken)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/info", "/channels/events", "/operations/deadLetter", "/components/messages/reply"})
    void findsWhatIsUnknown(String at) {
        ObjectNode broken = document.deepCopy();
        ((ObjectNode) broken.at(at)).put("colour", "red");

        assertThat(problems(broken)).isNotEmpty();
    }

    @Test
    void allItRefersToIsThere() {
        List<String> missing = new ArrayList<>();
        collectMissing(document, missing);

        assertThat(missing).as("what a $ref leads to").isEmpty();
    }

    @Test
    void operationsNameMessagesOfTheirChannels() {
        assertThat(document.path("operations")).hasSizeGreaterThan(3).allSatisfy(operation -> assertThat(
                        operation.path("messages"))
                .isNotEmpty()
                .allSatisfy(message -> assertThat(message.path("$ref").asText())
                        .startsWith(operation.at("/channel/$ref").asText() + "/messages/")));
    }

    @Test
    void tellsOfEveryQueue() throws IOException {
        Properties configuration = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of("config/application.properties"))) {
            configuration.load(reader);
        }
        Map<String, String> queues = new TreeMap<>();
        configuration.stringPropertyNames().stream()
                .filter(key -> key.startsWith(QUEUE))
                .forEach(key -> queues.put(key.substring(QUEUE.length()), configuration.getProperty(key)));
        Map<String, String> channels = new TreeMap<>();
        document.path("channels").properties().stream()
                .filter(channel -> !channel.getValue().path("address").isNull())
                .forEach(channel -> channels.put(
                        channel.getKey(), channel.getValue().path("address").asText()));

        assertThat(queues).hasSizeGreaterThan(3);
        assertThat(channels).isEqualTo(queues);
        assertThat(channels)
                .allSatisfy((name, address) -> assertThat(document.at("/channels/" + name + "/bindings/jms/destination")
                                .asText())
                        .isEqualTo(address));
    }

    @Test
    void tellsOfEveryErrorCode() throws IOException {
        JsonNode codes =
                YAML.readTree(SCHEMAS.resolve("reply.schema.json").toFile()).at("/$defs/code/enum");

        assertThat(StreamSupport.stream(codes.spliterator(), false).map(JsonNode::asText))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ErrorCode.values())
                        .map(ErrorCode::toString)
                        .toList());
    }

    @Test
    void tellsOfEveryPropertyOfADeadLetter() throws IOException {
        List<String> headers =
                YAML.readTree(Path.of("routes/dead-letter.camel.yaml").toFile()).findValues("headers").stream()
                        .flatMap(set -> set.findValuesAsText("name").stream())
                        .toList();
        JsonNode properties = YAML.readTree(
                        SCHEMAS.resolve("dead-letter-properties.schema.json").toFile())
                .path("properties");

        assertThat(headers).hasSizeGreaterThan(10);
        assertThat(properties.properties().stream().map(Map.Entry::getKey))
                .containsExactlyInAnyOrderElementsOf(headers);
    }

    /** What the specification's own model of it leaves out or takes for something else, and what lacks what it must have. */
    private static List<String> problems(JsonNode document) {
        JsonNode understood;
        try {
            understood = YAML.valueToTree(YAML.treeToValue(document, AsyncAPI.class));
        } catch (IOException e) {
            return List.of(e.getMessage());
        }
        List<String> problems = new ArrayList<>();
        compare("", document, understood, problems);
        REQUIRED.forEach((kind, names) -> all(document, kind).forEach(element -> names.stream()
                .filter(name -> !element.hasNonNull(name))
                .forEach(name -> problems.add(kind + " without " + name + ": " + element))));
        return problems;
    }

    private static void compare(String at, JsonNode written, JsonNode understood, List<String> problems) {
        if (written.isContainerNode() && written.getNodeType() == understood.getNodeType()) {
            written.properties()
                    .forEach(field -> compare(
                            at + "/" + field.getKey(), field.getValue(), understood.path(field.getKey()), problems));
            for (int i = 0; written.isArray() && i < written.size(); i++) {
                compare(at + "/" + i, written.get(i), understood.path(i), problems);
            }
        } else if (!written.equals(understood)) {
            problems.add(at + ": " + written + " is understood as " + understood);
        }
    }

    /** The elements that a pattern leads to, in which * stands for any one name. */
    private static List<JsonNode> all(JsonNode document, String pattern) {
        List<JsonNode> found = List.of(document);
        for (String step : pattern.substring(1).split("/")) {
            found = found.stream()
                    .flatMap(node -> step.equals("*")
                            ? StreamSupport.stream(node.spliterator(), false)
                            : Stream.of(node.path(step)))
                    .filter(node -> !node.isMissingNode())
                    .toList();
        }
        return found;
    }

    private void collectMissing(JsonNode node, List<String> missing) {
        if (node.path("$ref").isTextual() && !isThere(node.get("$ref").asText())) {
            missing.add(node.get("$ref").asText());
        }
        node.forEach(child -> collectMissing(child, missing));
    }

    private boolean isThere(String reference) {
        String[] parts = reference.split("#", 2);
        if (parts[0].isEmpty()) {
            return !document.at(parts[1]).isMissingNode();
        }
        return Files.isRegularFile(FILE.resolveSibling(parts[0])) && parts.length == 1;
    }
}
