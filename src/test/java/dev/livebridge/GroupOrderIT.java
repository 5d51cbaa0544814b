package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.livebridge.TestBridge.GROUPED;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.livebridge.jms.Identity;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.QueueBrowser;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Order doesn't rest on the broker alone: what it brings before its turn goes back. Two messages come here by groups of their
 * own, as after the death of a consumer, the later one first; the records are as the reader writes them.
 */
class GroupOrderIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge().with("live.hold.after", "300ms");

    private final String conversation = unique("conversation");
    private final String path = "/" + conversation + "/client/message";
    private final String first = unique("ID:first");
    private final String second = unique("ID:second");
    private final String third = unique("ID:third");

    @Test
    void sendsNothingBeforeWhatCameBeforeIt() throws Exception {
        bringTooEarly();

        bring(first, "1");
        await().until(() -> texts().size() == 2);
        assertThat(texts()).containsExactly("1", "2");
    }

    @Test
    void believesTheHeldQueueMoreThanTheRecords() throws Exception {
        recordHeld(first);
        bringTooEarly();

        bring(first, "1");
        await().until(() -> texts().size() == 2);
        assertThat(texts()).containsExactly("1", "2");
    }

    @Test
    void believesTheHeldQueueOnceAnotherMessageHasOpenedTheGroup() throws Exception {
        bring(third, "0", conversation);
        await().until(() -> texts().size() == 1);
        recordHeld(first);
        int before = early();
        bring(second, "2", conversation);
        await().until(() -> early() > before + 2);

        bring(first, "1");
        await().until(() -> texts().size() == 3);
        assertThat(texts()).containsExactly("0", "1", "2");
    }

    @Test
    void setsAsideWhatComesAfterAHeldOne() throws Exception {
        BRIDGE.live().stubFor(post(path).willReturn(status(503)));
        bring(first, "1", conversation);
        await().until(GroupOrderIT::isHeld);
        store().sql("delete from hold").update();
        BRIDGE.live().stubFor(post(path).willReturn(okJson("{}")));
        int failed = texts().size();

        bring(second, "2", conversation);

        await().until(() -> texts().size() == failed + 2);
        assertThat(texts().subList(failed, failed + 2)).containsExactly("1", "2");
    }

    @Test
    void startsAMessageWhoseGroupHasStoppedWaitingMeanwhile() throws Exception {
        long later = System.currentTimeMillis() + 60_000;
        store().sql("""
                        insert into hold (bot_id, queue, group_id, cause, asked, reason, began_at, due_at, marked_until,
                          empty_looks)
                        values (1000, ?, ?, 'other', false, 'a test', ?, ?, ?, 0)
                        """).params(MESSAGES, conversation, later, later, later).update();
        BRIDGE.atStep("find-obstacle", () -> store().sql("delete from hold").update());

        bring(third, "0", conversation);

        await().until(() -> texts().size() == 1);
    }

    @Test
    void goesOnWithoutOneThatNeverComes() throws Exception {
        record(second, false, System.currentTimeMillis() - 31_000);
        bring(second, "2");

        await().until(() -> texts().size() == 1);
    }

    /** Its consumer was killed before it could commit. */
    private static void recordHeld(String id) {
        record(id, true, 0);
    }

    private static void record(String id, boolean held, long earlySince) {
        store().sql("""
                        insert into delivery (bot_id, queue, message_id, epoch, state, attempts, server_errors, cut_off,
                          rolled_back, uncertain, told_delayed, held, began_at, changed_at, early_since)
                        values (1000, ?, ?, 1, 'WAITING', 0, 0, 0, true, false, false, ?, ?, ?, ?)
                        """)
                .params(
                        MESSAGES,
                        id,
                        held,
                        System.currentTimeMillis(),
                        System.currentTimeMillis(),
                        earlySince == 0 ? null : earlySince)
                .update();
    }

    /** How often a message went back because it came before its turn. */
    private static int early() {
        return BRIDGE.passes("put-back-early") + BRIDGE.passes("put-back-in-order");
    }

    private void bringTooEarly() throws Exception {
        int before = early();
        bring(second, "2");
        await().until(() -> early() > before + 2);
        assertThat(texts()).isEmpty();
    }

    private static JdbcClient store() {
        return JdbcClient.create(BRIDGE.context().getRegistry().lookupByNameAndType("store", DataSource.class));
    }

    private void bring(String id, String text) throws JMSException {
        bring(id, text, id);
    }

    private void bring(String id, String text, String group) throws JMSException {
        TextMessage message =
                BRIDGE.text("{\"conversationId\": \"%s\", \"text\": \"%s\"}".formatted(conversation, text));
        Identity identity =
                new Identity(MESSAGES, id, id, System.currentTimeMillis(), 0, null, null, null, null, false, null, 0);
        String after = id.equals(second) ? first : null;
        for (Map.Entry<String, Object> property : identity.grouped(group, after).entrySet()) {
            message.setObjectProperty(property.getKey(), property.getValue());
        }
        try (MessageProducer producer =
                BRIDGE.session().createProducer(BRIDGE.session().createQueue(GROUPED))) {
            // as the broker does with what a dead consumer had, it comes before the one that goes back again and again
            producer.setPriority(id.equals(first) ? 9 : Message.DEFAULT_PRIORITY);
            producer.send(message);
        }
    }

    private static boolean isHeld() throws JMSException {
        try (QueueBrowser browser =
                BRIDGE.session().createBrowser(BRIDGE.session().createQueue("live.held"))) {
            return browser.getEnumeration().hasMoreElements();
        }
    }

    private List<String> texts() throws IOException {
        List<String> texts = new ArrayList<>();
        for (var call : BRIDGE.live().findAll(postRequestedFor(urlEqualTo(path)))) {
            JsonNode body = json(call.getBodyAsString());
            texts.add(body.at("/message/0/value").asText());
        }
        return texts;
    }
}
