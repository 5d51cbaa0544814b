package dev.livebridge.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.jms.BytesMessage;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import org.junit.jupiter.api.Test;

/** What the store knows a message by. */
class IdentityTest {
    @Test
    void isOfTheIdAndTheBody() throws Exception {
        assertThat(recordId(text("{}"))).startsWith("ID:1 ").isEqualTo(recordId(text("{}")));
        assertThat(recordId(text("{}"))).isNotEqualTo(recordId(text("{ }")));
        // they differ by what has no form in UTF-8
        assertThat(recordId(text("\ud800"))).isNotEqualTo(recordId(text("\ud801")));
        assertThat(recordId(bytes("a", null))).isNotEqualTo(recordId(bytes("b", null)));
    }

    @Test
    void isOfTheAddresseeOfAFileAsWell() throws Exception {
        assertThat(recordId(bytes("a", "c1"))).isEqualTo(recordId(bytes("a", "c1")));
        assertThat(recordId(bytes("a", "c1"))).isNotEqualTo(recordId(bytes("a", "c2")));
    }

    @Test
    void hasRoomInTheStore() throws Exception {
        TextMessage message = text("{}");
        when(message.getJMSMessageID()).thenReturn("ID:" + "x".repeat(600), "ID:\0");

        assertThat(recordId(message)).hasSizeLessThanOrEqualTo(512).startsWith("SHA-256:");
    }

    private static String recordId(Message message) throws Exception {
        return Original.of(message, null).identity().recordId();
    }

    private static TextMessage text(String text) throws Exception {
        TextMessage message = mock(TextMessage.class);
        when(message.getJMSMessageID()).thenReturn("ID:1");
        when(message.getText()).thenReturn(text);
        return message;
    }

    private static BytesMessage bytes(String content, String conversationId) throws Exception {
        BytesMessage message = mock(BytesMessage.class);
        when(message.getJMSMessageID()).thenReturn("ID:1");
        when(message.getBodyLength()).thenReturn((long) content.length());
        when(message.readBytes(any(byte[].class))).thenAnswer(call -> {
            byte[] into = call.getArgument(0);
            System.arraycopy(content.getBytes(), 0, into, 0, into.length);
            return into.length;
        });
        when(message.propertyExists("fileName")).thenReturn(conversationId != null);
        when(message.getObjectProperty("conversationId")).thenReturn(conversationId);
        return message;
    }
}
