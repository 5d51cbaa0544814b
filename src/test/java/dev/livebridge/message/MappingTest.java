package dev.livebridge.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.bot.TestBots;
import dev.livebridge.failure.TokenFilter;
import dev.livebridge.jms.Original;
import dev.livebridge.jms.Originals;
import dev.livebridge.spool.Spool;
import jakarta.jms.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The mapping as data: src/test/resources/mapping has a folder a case, with the request as it comes, the body that Live
 * must get, and where it matters JMS properties, configured and looked-up fields, and the shape of extra.
 */
class MappingTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

    static Stream<Named<Path>> cases() throws IOException {
        return Files.list(Path.of("src/test/resources/mapping"))
                .sorted()
                .map(folder -> Named.of(folder.getFileName().toString(), folder));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void becomesTheBodyThatLiveExpects(Path folder) throws Exception {
        JsonNode given = Files.exists(folder.resolve("properties.json"))
                ? JSON.readTree(folder.resolve("properties.json").toFile())
                : JSON.createObjectNode();
        Original message = message(Files.readString(folder.resolve("request.json")), fields(given.path("jms")));

        byte[] body = folder.getFileName().toString().startsWith("message-")
                ? messageCall(message)
                : queueCall(message, given);

        // as text: numbers must keep their type, and fields their order
        assertThat(JSON.readTree(body).toPrettyString())
                .isEqualTo(
                        JSON.readTree(folder.resolve("expected.json").toFile()).toPrettyString());
    }

    private static byte[] messageCall(Original message) throws Exception {
        return TestMessageCall.body(
                message,
                new MessageRequestReader(schema("message-request"), 1_000_000, 1_000_000, 1_000_000)
                        .read(
                                message,
                                new Spool(Path.of("unused")).folder(new DefaultExchange(new DefaultCamelContext()))));
    }

    private static byte[] queueCall(Original message, JsonNode given) throws Exception {
        QueueCall.ExtraShape shape =
                QueueCall.ExtraShape.valueOf(given.path("shape").asText("array").toUpperCase(Locale.ROOT));
        QueueCall call = new QueueCall(
                new TokenFilter(List.of("t0ken")),
                name -> name.equals("sales") ? List.of(7L, 8L) : List.of(),
                fields(given.path("configured")),
                shape);

        Map<String, Object> request =
                new RequestReader(schema("conversation-request"), 1_000_000).read(message, parser -> parser);
        Map<String, Object> user = RequestedUser.of(request, message);
        @SuppressWarnings("unchecked")
        Map<String, Object> extra = (Map<String, Object>) user.get("extra");
        extra.putAll(fields(given.path("lookedUp")));
        return call.body(user, TestBots.ONE.main(), request, message);
    }

    private static RequestSchema schema(String name) {
        return RequestSchema.of(name + ".schema.json");
    }

    private static Map<String, Object> fields(JsonNode node) {
        return node.isMissingNode() ? Map.of() : JSON.convertValue(node, MAP);
    }

    private static Original message(String body, Map<String, Object> properties) throws Exception {
        Message message = Unsent.text(body);
        for (Map.Entry<String, Object> property : properties.entrySet()) {
            message.setObjectProperty(property.getKey(), property.getValue());
        }
        // of a message in memory, nothing is spooled
        return new Originals(Set.of()).keep(message, null);
    }
}
