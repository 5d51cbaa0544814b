package dev.livebridge.message;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.livebridge.failure.RefusedException;
import dev.livebridge.jms.Originals;
import dev.livebridge.spool.Spool;
import jakarta.jms.Message;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JMS properties that JSON could not hold are refused as the request's fault. */
class PropertiesTest {
    private static final String LONE_SURROGATE = "a\ud800";

    private final MessageRequestReader messages =
            new MessageRequestReader(RequestSchema.of("message-request.schema.json"), 1_000, 1_000, 1_000);

    @ParameterizedTest
    @ValueSource(strings = {"fileName", "contentType", "text", "conversationId", "userHash"})
    void ofAFileMustBeText(String property) throws Exception {
        assertRefused(file(property, new byte[] {1}), property);
        assertRefused(file(property, LONE_SURROGATE), property);
    }

    private void assertRefused(Message file, String property) {
        assertThatThrownBy(() -> messages.read(
                        new Originals(Set.of()).keep(file, null),
                        new Spool(Path.of("unused")).folder(new DefaultExchange(new DefaultCamelContext()))))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("property:" + property + ": ");
    }

    private static Message file(String property, Object value) throws Exception {
        Message file = Unsent.bytes(new byte[0]);
        file.setStringProperty("fileName", "a.txt");
        file.setStringProperty(property.equals("userHash") ? "userHash" : "conversationId", "c");
        file.setObjectProperty(property, value);
        return file;
    }

    @Test
    void ofAnExtraFieldMustBeText() throws Exception {
        Message request = Unsent.text("");
        request.setStringProperty("extra_Plan", LONE_SURROGATE);

        assertThatThrownBy(() -> RequestedUser.extra(Map.of(), request))
                .isInstanceOf(RefusedException.class)
                .hasMessage("property:extra_Plan: contains a lone surrogate");
    }
}
