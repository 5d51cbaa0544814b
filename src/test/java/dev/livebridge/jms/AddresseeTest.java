package dev.livebridge.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.jms.BytesMessage;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddresseeTest {
    private static final Addressee CONVERSATION = new Addressee("c-1", null, null);
    private static final Addressee USER = new Addressee(null, "u-1", null);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'conversationId': 'c-1', 'text': 'Hi'}",
                "{'text': 'Hi', 'attachments': [{'conversationId': 'other'}], 'conversationId': 'c-1'}",
                "{'user': {'hash': null}, 'userHash': null, 'conversationId': 'c-1'}",
                "\uFEFF{'conversationId': 'c-1'}",
                "{'conversationId': 'c-1', and nothing that is read any more"
            })
    void readsAConversation(String json) throws Exception {
        assertThat(Addressee.of(text(json), false)).isEqualTo(CONVERSATION);
        assertThat(Addressee.of(bytes(json.getBytes(StandardCharsets.UTF_8), Map.of()), false))
                .isEqualTo(CONVERSATION);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'userHash': 'u-1', 'text': 'Hi'}",
                "{'user': {'hash': 'u-1'}}",
                "{'user': {'extra': {'hash': 'other'}, 'list': [{'hash': 'other'}], 'hash': 'u-1'}, 'x': 1}",
                "{'conversationId': 7, 'user': {'firstname': 'Ana'}, 'userHash': 'u-1'}"
            })
    void readsAUser(String json) throws Exception {
        assertThat(Addressee.of(text(json), false)).isEqualTo(USER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "hello",
                "null",
                "[{'conversationId': 'c-1'}]",
                "{'user': 'u-1'}",
                "{'user': ['hash', 'u-1']}",
                "{'user': {'user': {'hash': 'u-1'}}}",
                "{'text': {'conversationId': 'c-1'}}",
                "{'conversationId': ''}",
                "{'text': 'unfinished",
                "{'x' 1, 'conversationId': 'c-1'}",
                "{'conversationId': NaN, 'userHash': 'u-1'}"
            })
    void findsNobodyInTheRest(String json) throws Exception {
        assertThat(Addressee.of(text(json), false)).isEqualTo(Addressee.NONE);
    }

    @Test
    void findsNobodyInWhatIsTooLongOrTooDeepOrNotUtf8() throws Exception {
        assertThat(Addressee.of(text("{'userHash': '" + "u".repeat(257) + "'}"), false))
                .isEqualTo(Addressee.NONE);
        assertThat(Addressee.of(text("{'x': " + "[".repeat(100_000)), false)).isEqualTo(Addressee.NONE);
        assertThat(Addressee.of(
                        bytes("{\"ñ\": 1, \"userHash\": \"u\"}".getBytes(StandardCharsets.ISO_8859_1), Map.of()),
                        false))
                .isEqualTo(Addressee.NONE);
    }

    @Test
    void readsTheAddressBehindALongText() throws Exception {
        assertThat(Addressee.of(text("{'text': '" + "x".repeat(5_000_000) + "', 'conversationId': 'c-1'}"), false))
                .isEqualTo(CONVERSATION);
    }

    @Test
    void readsTheOneBesideAFile() throws Exception {
        byte[] file = "{\"conversationId\": \"other\"}".getBytes(StandardCharsets.UTF_8);

        assertThat(Addressee.of(bytes(file, Map.of("fileName", "a", "conversationId", "c-1")), false))
                .isEqualTo(CONVERSATION);
        assertThat(Addressee.of(bytes(file, Map.of("fileName", "a", "userHash", "u-1")), false))
                .isEqualTo(USER);
        assertThat(Addressee.of(bytes(file, Map.of("fileName", "a", "userHash", 1)), false))
                .isEqualTo(Addressee.NONE);
    }

    @Test
    void opensNoOtherType() throws Exception {
        assertThat(Addressee.of(Original.of(mock(MapMessage.class), null), false))
                .isEqualTo(Addressee.NONE);
        assertThat(Addressee.of(Original.of(mock(TextMessage.class), null), false))
                .isEqualTo(Addressee.NONE);
    }

    @Test
    void tellsADiskFromGarbage() {
        Reader disk = new StringReader("{") {
            @Override
            public int read(char[] buffer, int offset, int length) throws IOException {
                throw new IOException("of the disk");
            }
        };

        assertThatThrownBy(() -> Addressee.ofJson(disk, false)).hasMessage("of the disk");
    }

    private static Original text(String json) throws Exception {
        TextMessage message = mock(TextMessage.class);
        when(message.getText()).thenReturn(json.replace('\'', '"'));
        return Original.of(message, null);
    }

    private static Original bytes(byte[] body, Map<String, Object> properties) throws Exception {
        byte[] json =
                new String(body, StandardCharsets.ISO_8859_1).replace('\'', '"').getBytes(StandardCharsets.ISO_8859_1);
        BytesMessage message = mock(BytesMessage.class);
        when(message.getBodyLength()).thenReturn((long) json.length);
        when(message.readBytes(any())).thenAnswer(call -> {
            System.arraycopy(json, 0, call.getArgument(0), 0, json.length);
            return json.length;
        });
        when(message.propertyExists(any())).thenAnswer(call -> properties.containsKey(call.getArgument(0)));
        when(message.getObjectProperty(any())).thenAnswer(call -> properties.get(call.<String>getArgument(0)));
        return Original.of((Message) message, null);
    }

    @Test
    void looksForTheBotOfAUserWhereItIsAskedFor() throws Exception {
        String json = "{'userHash': 'u-1', 'text': 'x', 'bot': 'sales'}";
        assertThat(Addressee.of(text(json), true)).isEqualTo(new Addressee(null, "u-1", "sales"));
        assertThat(Addressee.of(text(json), false)).isEqualTo(new Addressee(null, "u-1", null));
        assertThat(Addressee.of(text("{'bot': 'sales', 'user': {'hash': 'u-1'}}"), true))
                .isEqualTo(new Addressee(null, "u-1", "sales"));
        assertThat(Addressee.of(text("{'bot': 'sales', 'conversationId': 'c-1'}"), true))
                .isEqualTo(new Addressee("c-1", null, null));
    }
}
