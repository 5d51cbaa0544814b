package dev.livebridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.livebridge.bot.Bots;
import dev.livebridge.bot.TestBots;
import dev.livebridge.conversation.Conversations;
import dev.livebridge.conversation.GroupOrder;
import dev.livebridge.conversation.Holds;
import dev.livebridge.conversation.MessageGroups;
import dev.livebridge.conversation.Receiver;
import dev.livebridge.conversation.UnreadableMessages;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.jms.Original;
import dev.livebridge.jms.Originals;
import dev.livebridge.outage.Outages;
import dev.livebridge.spool.Spool;
import dev.livebridge.store.Store;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.TextMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;

class DeliveriesTest {
    private static final Map<String, Object> TEXT = Map.of("action", "text");

    @TempDir
    private Path folder;

    @Test
    void countsItsTriesWhileTheStoreIsAway() throws Exception {
        // a file where its folder should be
        Files.createFile(folder.resolve("store"));
        try (Store away = new Store(null, null, null, 1, folder)) {
            Deliveries deliveries = deliveries(away, Set.of());
            TextMessage message = mock(TextMessage.class);
            when(message.getText()).thenReturn("{}");
            when(message.getJMSMessageID()).thenReturn("ID:1");
            when(message.getIntProperty("JMSXDeliveryCount")).thenReturn(2);
            Exchange exchange = new DefaultExchange(new DefaultCamelContext());
            exchange.getMessage().setBody(message);
            Receiver receiver = receiver(away, deliveries);
            receiver.process(exchange);
            assertThat(exchange.getVariable(State.VARIABLE)).isEqualTo("known");
            Progress progress = Progress.of(exchange);
            Delivery delivery = progress.delivery();
            delivery.attempts = 7;
            assertThatThrownBy(() -> deliveries.look(progress)).isInstanceOf(DataAccessException.class);

            receiver.process(exchange);

            assertThat(exchange.getVariable(State.VARIABLE)).isEqualTo("known");
            assertThat(Progress.of(exchange)).isSameAs(progress);
            assertThat(progress.delivery()).isSameAs(delivery);
            assertThat(delivery.attempts).isEqualTo(7);
            assertThat(delivery.looked()).isFalse();
        }
    }

    @Test
    void startsNoCallForAMessageThatHasExpiredMeanwhile() throws Exception {
        try (Store store = new Store(null, null, null, 1, folder)) {
            Deliveries deliveries = deliveries(store, Set.of());
            TextMessage message = mock(TextMessage.class);
            when(message.getText()).thenReturn("{}");
            when(message.getJMSMessageID()).thenReturn("ID:1");
            when(message.getJMSExpiration()).thenReturn(1L);
            Progress progress = TestProgress.of(Original.of(message, null));

            assertThatThrownBy(() -> deliveries.start(progress)).hasMessageContaining("expired at 1970-01-01");
        }
    }

    @Test
    void resumesBehindTheEntriesThatLiveHasConfirmed() throws Exception {
        try (Store store = new Store(null, null, null, 1, folder)) {
            store.open();
            Deliveries deliveries = deliveries(store, Set.of());
            confirmOneEntryAndStartTheNext(deliveries);

            Progress resumed = takeOver();
            assertThat(deliveries.look(resumed)).isEqualTo(State.KNOWN);

            assertThat(resumed.sent()).containsExactly(TEXT);
            assertThat(resumed.unsent()).containsExactly("a.pdf", "b.pdf");
            assertThat(resumed.delivery().uncertain()).isTrue();
            assertThat(resumed.delivery().isStarted())
                    .as("a failure before the next call is not Live's")
                    .isFalse();
        }
    }

    @Test
    void sendsNoEntryAgainThatLiveMayHaveWhereThatIsNotAllowed() throws Exception {
        try (Store store = new Store(null, null, null, 1, folder)) {
            store.open();
            Deliveries deliveries = deliveries(store, Set.of("live.messages"));
            confirmOneEntryAndStartTheNext(deliveries);

            Progress resumed = takeOver();
            assertThatThrownBy(() -> deliveries.look(resumed))
                    .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.code())
                            .isEqualTo(ErrorCode.UNCERTAIN));
            assertThat(resumed.sent()).containsExactly(TEXT);
        }
    }

    private static void confirmOneEntryAndStartTheNext(Deliveries deliveries) throws Exception {
        Progress progress = message();
        deliveries.start(progress);
        progress.addSent(TEXT);
        deliveries.confirmEntry(TestProgress.exchange(new DefaultCamelContext(), progress));
        deliveries.start(progress);
    }

    private static Progress takeOver() {
        Progress progress = message();
        progress.delivery().mayTakeOver = true;
        return progress;
    }

    private static Progress message() {
        Progress progress = TestProgress.ofMessage();
        progress.setConversationId("c");
        progress.setRequest(Map.of("text", "Hi", "attachments", List.of("a.pdf", "b.pdf")));
        return progress;
    }

    private Deliveries deliveries(Store store, Set<String> deadLettering) {
        return new Deliveries(
                store,
                new Deliveries.Rules(1, 20, deadLettering, Duration.ofDays(1)),
                new Outages(),
                new LastRun(folder));
    }

    private Receiver receiver(Store store, Deliveries deliveries) throws Exception {
        Outages outages = new Outages();
        Bots bots = TestBots.ONE;
        ConnectionFactory broker = mock(ConnectionFactory.class);
        GroupOrder order = new GroupOrder(deliveries, true, "live.held", broker);
        Conversations conversations = new Conversations(
                store, bots, new MessageGroups(store, bots.main().id()), Duration.ofDays(7), null, false);
        Holds holds = new Holds(
                store,
                broker,
                "live.held",
                bots,
                conversations,
                order,
                new Originals(Set.of()),
                mock(UnreadableMessages.class),
                outages);
        Spool spool = new Spool(folder.resolve("spool"));
        return new Receiver(spool, () -> holds, () -> order, deliveries, bots);
    }
}
