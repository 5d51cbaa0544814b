package dev.livebridge.conversation;

import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.contains;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.atMost;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.livebridge.broker.BrokerQueues;
import dev.livebridge.jms.Addressee;
import dev.livebridge.jms.Originals;
import dev.livebridge.outage.Outages;
import dev.livebridge.spool.Spool;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.TextMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.activemq.artemis.api.core.ActiveMQAddressFullException;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.junit.jupiter.api.Test;

class MessageReaderTest {
    private static final int MESSAGES = 30;
    private static final int CONSUMERS = 20;

    private final BlockingQueue<TextMessage> waiting = new LinkedBlockingQueue<>();
    private final AtomicInteger consumers = new AtomicInteger(CONSUMERS);
    private final ActiveMQSession session = mock(ActiveMQSession.class);
    private final MessageConsumer consumer = mock(MessageConsumer.class);
    private final MessageProducer producer = mock(MessageProducer.class);
    private final UnreadableMessages unreadable = mock(UnreadableMessages.class);
    private final Outages outages = spy(new Outages());

    @Test
    void movesWhatWaitsInFewTransactions() throws Exception {
        MessageReader reader = reader();
        reader.start();
        try {
            // the first time is slow, as all classes are new
            move();
            clearInvocations(session, producer);
            move();
            // a batch ends after some milliseconds
            verify(session, atMost(MESSAGES / 3)).commit();
        } finally {
            reader.stop();
        }
    }

    private void move() throws JMSException {
        List<TextMessage> messages = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            messages.add(message());
        }
        waiting.addAll(messages);
        await().untilAsserted(() -> verify(producer, times(MESSAGES)).send(any(), anyInt(), anyInt(), anyLong()));
    }

    @Test
    void keepsAMessageThatTheBrokerHasNoRoomFor() throws Exception {
        JMSException full = new JMSException("AMQ219058: Address is full");
        full.initCause(new ActiveMQAddressFullException());
        // once more than a message that can't be handed on is tried
        doThrow(full, full, full, full).doNothing().when(producer).send(any(), anyInt(), anyInt(), anyLong());
        TextMessage message = message();
        doAnswer(call -> waiting.add(message)).when(session).rollback();
        waiting.add(message);
        MessageReader reader = reader();
        reader.start();
        try {
            await().untilAsserted(() -> verify(session).commit());
            verify(unreadable, never()).bury(any(), any(), any(), any());
        } finally {
            reader.stop();
        }
    }

    @Test
    void buriesAtOnceWhatItCanNotTakeUp() throws Exception {
        TextMessage unreadableOne = message();
        when(unreadableOne.getText()).thenThrow(new IllegalArgumentException("of a test"));
        waiting.addAll(List.of(unreadableOne, message()));
        MessageReader reader = reader();
        reader.start();
        try {
            await().untilAsserted(() -> verify(producer).send(any(), anyInt(), anyInt(), anyLong()));
            verify(unreadable).bury(eq(unreadableOne), eq("the reader of in"), any(), eq(session));
            verify(session, never()).rollback();
        } finally {
            reader.stop();
        }
    }

    @Test
    void startsAgainWhenItsThreadHasEnded() throws Exception {
        doThrow(new OutOfMemoryError("of a test"))
                .doCallRealMethod()
                .when(outages)
                .failed(anyString(), anyString());
        MessageReader reader = reader();
        when(session.createConsumer(any()))
                .thenThrow(new StackOverflowError("of a test"))
                .thenReturn(consumer);
        waiting.add(message());
        reader.start();
        try {
            await().untilAsserted(() -> verify(session).commit());
            verify(outages).failed(eq("the reader of in"), contains("OutOfMemoryError"));
        } finally {
            reader.stop();
        }
    }

    private static TextMessage message() throws JMSException {
        TextMessage message = mock(TextMessage.class);
        when(message.getText()).thenReturn("{}");
        when(message.getJMSMessageID()).thenReturn("ID:1");
        when(message.getPropertyNames()).thenReturn(Collections.emptyEnumeration());
        return message;
    }

    @Test
    void handsNothingOnBeforeAllConsumersAreThere() throws Exception {
        consumers.set(CONSUMERS - 1);
        waiting.add(message());
        MessageReader reader = reader();
        reader.start();
        try {
            await().during(Duration.ofMillis(300)).until(() -> waiting.size() == 1);
            consumers.set(CONSUMERS);
            await().untilAsserted(() -> verify(producer).send(any(), anyInt(), anyInt(), anyLong()));
        } finally {
            reader.stop();
        }
    }

    private MessageReader reader() throws Exception {
        ClientSession.QueueQuery queue = mock(ClientSession.QueueQuery.class);
        when(queue.getConsumerCount()).thenAnswer(call -> consumers.get());
        ClientSession core = mock(ClientSession.class);
        when(core.queueQuery(any())).thenReturn(queue);
        when(session.getCoreSession()).thenReturn(core);
        when(consumer.receive(anyLong())).thenAnswer(call -> waiting.poll(call.getArgument(0), TimeUnit.MILLISECONDS));
        when(consumer.receiveNoWait()).thenAnswer(call -> waiting.poll());
        when(session.createConsumer(any())).thenReturn(consumer);
        when(session.createProducer(any())).thenReturn(producer);
        Connection connection = mock(Connection.class);
        when(connection.createSession(anyBoolean(), anyInt())).thenReturn(session);
        ConnectionFactory broker = mock(ConnectionFactory.class);
        when(broker.createConnection()).thenReturn(connection);

        BotChoice choice = mock(BotChoice.class);
        when(choice.addressee(any())).thenReturn(Addressee.NONE);
        MessageGroups groups = mock(MessageGroups.class);
        when(groups.append(anyString(), anyLong(), any(), any(), any()))
                .thenAnswer(call -> Collections.nCopies(((List<?>) call.getArgument(2)).size(), null));
        Conversations conversations = mock(Conversations.class);
        when(conversations.parties(any())).thenReturn(new HashMap<>());
        return new MessageReader(
                broker,
                mock(BrokerQueues.class),
                "in",
                "out",
                100,
                CONSUMERS,
                choice,
                conversations,
                groups,
                new Originals(Set.of()),
                mock(Spool.class),
                outages,
                unreadable);
    }
}
