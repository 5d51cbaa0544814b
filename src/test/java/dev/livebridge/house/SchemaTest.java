package dev.livebridge.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import dev.livebridge.message.RequestSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The schemas are the documentation of the formats: whole, and true. */
class SchemaTest {
    private static final Path FOLDER = Path.of("src/main/resources/dev/livebridge/schema");

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final JsonSchema META_SCHEMA = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(SchemaLocation.of(SchemaId.V202012));

    /**
     * A schema or a part of one.
     *
     * @param at its JSON pointer, empty for the whole file
     */
    private record Part(Path file, String at, JsonNode schema) {
        Part below(String pointer) {
            return new Part(file, at + pointer, schema.at(pointer));
        }

        @Override
        public String toString() {
            return file.getFileName() + "#" + at;
        }
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void isAValidSchema(Part schema) {
        assertThat(schema.schema().path("$schema").asText())
                .as("$schema of %s", schema)
                .isEqualTo(SchemaId.V202012);
        assertThat(META_SCHEMA.validate(schema.schema()))
                .as("what is wrong in %s", schema)
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void saysWhatItIs(Part schema) {
        assertThat(schema.schema().path("title").asText())
                .as("title of %s", schema)
                .isNotBlank();
        assertThat(schema.schema().path("description").asText())
                .as("description of %s", schema)
                .isNotBlank();
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void saysWhatEachPropertyIs(Part schema) {
        assertThat(properties(schema).filter(property -> !isDescribed(property)))
                .as("properties without a description, of their own or by $ref: add one")
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void givesExamplesThatAreValid(Part schema) {
        RequestSchema asTheBridgeReadsIt =
                RequestSchema.of(schema.file().getFileName().toString());

        assertThat(schema.schema().path("examples"))
                .allSatisfy(example -> assertThat(asTheBridgeReadsIt.violations(example))
                        .as("what is wrong in the example %s of %s", example, schema)
                        .isEmpty());
    }

    static List<Part> schemas() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".schema.json"))
                    .sorted()
                    .map(SchemaTest::schema)
                    .toList();
        }
    }

    private static Part schema(Path file) {
        try {
            return new Part(file, "", JSON.readTree(file.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where properties are introduced; those below allOf, anyOf and the like only say more about the same ones. */
    private static Stream<Part> properties(Part part) {
        Stream<Part> own = members(part, "properties")
                .flatMap(property -> Stream.concat(Stream.of(property), properties(property)));
        Stream<Part> defined = members(part, "$defs").flatMap(SchemaTest::properties);
        Stream<Part> ofItems = part.schema().has("items") ? properties(part.below("/items")) : Stream.empty();
        return Stream.of(own, defined, ofItems).flatMap(parts -> parts);
    }

    private static Stream<Part> members(Part part, String keyword) {
        return part.schema().path(keyword).properties().stream()
                .map(member -> part.below(
                        "/" + keyword + "/" + member.getKey().replace("~", "~0").replace("/", "~1")));
    }

    private static boolean isDescribed(Part part) {
        return !part.schema().path("description").asText().isBlank()
                || part.schema().has("$ref") && isDescribed(target(part));
    }

    private static Part target(Part part) {
        String[] reference = part.schema().get("$ref").asText().split("#", 2);
        Part file = schema(reference[0].isEmpty() ? part.file() : part.file().resolveSibling(reference[0]));
        return reference.length == 1
                ? file
                : file.below(JsonPointer.compile(reference[1]).toString());
    }
}
