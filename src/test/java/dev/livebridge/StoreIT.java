package dev.livebridge;

import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.livebridge.bot.Bot;
import dev.livebridge.bot.Bots;
import dev.livebridge.bot.TestBots;
import dev.livebridge.chaos.DatabaseProcess;
import dev.livebridge.conversation.Attendance;
import dev.livebridge.conversation.Conversations;
import dev.livebridge.conversation.GroupOrder;
import dev.livebridge.conversation.Holds;
import dev.livebridge.conversation.MessageGroups;
import dev.livebridge.conversation.UnreadableMessages;
import dev.livebridge.conversation.UserRecords;
import dev.livebridge.delivery.Deliveries;
import dev.livebridge.delivery.Delivery;
import dev.livebridge.delivery.Hold;
import dev.livebridge.delivery.LastRun;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.State;
import dev.livebridge.event.EventRecords;
import dev.livebridge.event.LiveEvent;
import dev.livebridge.failure.DeliveryException;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.Failure;
import dev.livebridge.failure.LostMessageException;
import dev.livebridge.failure.NoConversationException;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.jms.Original;
import dev.livebridge.jms.Originals;
import dev.livebridge.outage.Outages;
import dev.livebridge.spool.Spool;
import dev.livebridge.spool.SpoolFolder;
import dev.livebridge.store.Store;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the store is used for, in the embedded file and in a PostgreSQL, each by two instances at once. */
class StoreIT {
    private static final Duration WEEK = Duration.ofDays(7);
    private static final String QUEUE = "live.messages";

    /** What {@code live.store.url} can mean. */
    enum Kind {
        SQLITE,
        POSTGRESQL
    }

    @TempDir
    private static Path folder;

    private static DatabaseProcess postgres;

    private final long botId = Math.abs(unique("bot").hashCode());
    private final String message = unique("ID:message");
    private final String user = unique("user");
    private final String conversation = unique("conversation");
    private final Bots bots = TestBots.of(botId, QUEUE);
    private final Bot bot = bots.main();
    private final Outages outages = new Outages();
    private final Spool spool = new Spool(folder.resolve("spool"));
    /** By the last part of its id, the message that the reader said comes before it. */
    private final Map<String, String> after = new HashMap<>();

    private Store store;
    private Store other;

    @BeforeAll
    static void startPostgres() throws Exception {
        postgres = new DatabaseProcess(folder);
        postgres.start();
    }

    @AfterAll
    static void stopPostgres() throws Exception {
        postgres.close();
    }

    @BeforeEach
    void openSpool() throws Exception {
        spool.open();
    }

    @AfterEach
    void close() throws Exception {
        Stream.of(store, other).filter(opened -> opened != null).forEach(Store::close);
        spool.close();
    }

    @ParameterizedTest
    @EnumSource
    void showsWhatOneMakesToTheOther(Kind kind) {
        open(kind);
        assertThat(store.exists()).isTrue();
        assertThat(JdbcClient.create(other.dataSource())
                        .sql("select count(*) from delivery where bot_id = ?")
                        .params(botId)
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @ParameterizedTest
    @EnumSource
    void knowsTheConversationsOfAUser(Kind kind) throws Exception {
        open(kind);
        Conversations conversations = conversations(store);
        conversations.remember(known(bot, conversation, user));
        conversations.remember(known(bot, conversation + "-2", user));
        conversations.remember(known(bot, conversation, user));

        Conversations others = conversations(other);
        others.remember(known(bot, conversation, user));
        assertThat(addressed(others, bot, Map.of("userHash", user))).isEqualTo(conversation + "-2");
        assertThat(others.parties(List.of(conversation, "unknown", "not one\0", "x".repeat(256))))
                .isEqualTo(Map.of(conversation, new Conversations.Party(bot, user)));

        others.close(known(bot, conversation + "-2", null));
        assertThatThrownBy(() -> addressed(conversations, bot, Map.of("userHash", user)))
                .isInstanceOf(NoConversationException.class);
        assertThatThrownBy(() -> addressed(conversations, bot, Map.of("conversationId", conversation + "-2")))
                .isInstanceOf(RefusedException.class);
        assertThat(addressed(conversations, bot, Map.of("conversationId", conversation)))
                .isEqualTo(conversation);
    }

    @ParameterizedTest
    @EnumSource
    void remembersWhatEventsSayOfAConversation(Kind kind) throws Exception {
        open(kind);
        conversations(store).remember(known(bot, conversation, user));
        assertThat(attendance(other).isAwaited(known(bot, conversation, null))).isTrue();
        attendance(store).recordAttended(bot, conversation);
        attendance(other).recordAttended(bot, conversation);
        assertThat(attendance(other).isAwaited(known(bot, conversation, null))).isFalse();
        attendance(store).recordTransfer(bot, conversation, "\0" + "x".repeat(300));
        attendance(store).recordTransfer(bot, conversation, null);
        assertThat(column("target", "conversation")).containsExactly(" " + "x".repeat(255));

        attendance(store).recordClosed(bot, conversation);
        attendance(other).recordClosed(bot, conversation);
        assertThatThrownBy(() -> addressed(conversations(other), bot, Map.of("conversationId", conversation)))
                .isInstanceOf(RefusedException.class);
    }

    @ParameterizedTest
    @EnumSource
    void remembersEventsThatOvertakeTheirConversation(Kind kind) throws Exception {
        open(kind);
        for (String event : new String[] {"attended", "moved", "closed"}) {
            String early = conversation + "-" + event;
            switch (event) {
                case "attended" -> attendance(store).recordAttended(bot, early);
                case "moved" -> attendance(store).recordTransfer(bot, early, "7");
                default -> attendance(store).recordClosed(bot, early);
            }
            assertThat(conversations(other).user(bot, early)).isNull();
            assertThat(attendance(other).isAwaited(known(bot, early, null))).isFalse();

            conversations(other).remember(known(bot, early, user));
            conversations(store).remember(known(bot, early, "somebody else"));

            assertThat(conversations(store).user(bot, early)).isEqualTo(user);
            assertThat(attendance(store).isAwaited(known(bot, early, null))).isEqualTo(event.equals("moved"));
        }
        assertThatThrownBy(() -> addressed(conversations(store), bot, Map.of("userHash", user)))
                .isInstanceOf(NoConversationException.class);
        assertThat(new UserRecords(store.dataSource(), bots, user).conversations())
                .hasSize(3);
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheUsersOfBotsApart(Kind kind) throws Exception {
        open(kind);
        Bot sales = new Bot("sales", botId + 1, "t", List.of());
        Bots both = new Bots(bot, List.of(sales), bots.queues());
        Conversations conversations = new Conversations(store, both, groups(store), WEEK, null, true);
        conversations.remember(known(bot, conversation, user));
        conversations.remember(known(sales, conversation + "-sales", user));

        assertThat(addressed(conversations, bot, Map.of("userHash", user))).isEqualTo(conversation);
        assertThat(addressed(conversations, sales, Map.of("userHash", user))).isEqualTo(conversation + "-sales");
        assertThat(conversations.party(conversation + "-sales")).isEqualTo(new Conversations.Party(sales, user));
        assertThat(conversations(store).party(conversation + "-sales")).isNull();

        UserRecords records = new UserRecords(store.dataSource(), both, user);
        assertThat(records.conversations()).containsExactly(conversation, conversation + "-sales");
        assertThat(records.remove(records.conversations()).conversations()).isEqualTo(2);
        assertThat(conversations.party(conversation + "-sales")).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void endsAWaitThatBeganAMomentAfterItsEnd(Kind kind) throws Exception {
        open(kind);
        Progress waiting = taken(store, 1);
        conversations(store).remember(waiting);
        waiting.setHold(new Hold(Duration.ofMinutes(1), "no agent", "agent", false));
        holds(store).begin(waiting);
        attendance(store).lookAgain(waiting);
        assertThat(due()).isZero();

        attendance(other).recordAttended(bot, conversation);
        attendance(store).lookAgain(waiting);
        assertThat(due()).isEqualTo(1);
    }

    private int due() {
        return JdbcClient.create(store.dataSource())
                .sql("select count(*) from hold where bot_id = ? and due_at <= ?")
                .params(botId, Instant.now().toEpochMilli())
                .query(Integer.class)
                .single();
    }

    @ParameterizedTest
    @EnumSource
    void recordsEachEventOnce(Kind kind) throws Exception {
        open(kind);
        LiveEvent event = new LiveEvent("attended", conversation, "digest", JsonNodeFactory.instance.objectNode());
        assertThat(events(store).isNew(event)).isTrue();
        events(store).recordSent(event);
        events(other).recordSent(event);
        assertThat(events(other).isNew(event)).isFalse();

        events(store).clean();
        assertThat(events(store).isNew(event)).isFalse();
        age("event", "received_at", "event_id", "digest", WEEK.plusMinutes(1));
        events(store).clean();
        assertThat(events(store).isNew(event)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void knowsHowFarAMessageCame(Kind kind) throws Exception {
        open(kind);
        Progress first = taken(store, 1);
        deliveries(store).start(first);

        Progress second = taken(other, 2);
        assertThat(second.delivery().uncertain()).isTrue();
        second.setOutcome(Map.of("status", "sent", "text", "\0 Ñ 😀 \uD800", "large", "x".repeat(100_000)));
        deliveries(other).confirm(second);
        Progress again = progress(message, 2, "key", "body");
        assertThat(deliveries(other).look(again)).isEqualTo(State.CONFIRMED);
        assertThat(again.delivery().confirmed()).isTrue();
        assertThat(again.outcome()).containsEntry("status", "sent").containsEntry("duplicate", true);
    }

    @ParameterizedTest
    @EnumSource
    void knowsWhyAMessageFailed(Kind kind) throws Exception {
        open(kind);
        Progress first = taken(store, 1);
        fail(store, first, "no such \0 group");

        assertThatThrownBy(() -> taken(other, 2)).hasMessageContaining("no such \0 group");
    }

    @ParameterizedTest
    @EnumSource
    void givesAKeyToOneMessage(Kind kind) throws Exception {
        open(kind);
        Progress first = taken(store, 1);
        assertThat(deliveries(store).claimKey(first)).isEqualTo(State.READY);

        Progress second = progress(message + "-2", 1, "key", "body");
        deliveries(other).look(second);
        assertThatThrownBy(() -> deliveries(other).claimKey(second))
                .isInstanceOf(DeliveryException.class)
                .hasMessageContaining("under way");
        // this one may be saved all the same
        deliveries(other).rollBack(second);

        deliveries(store).start(first);
        confirm(store, first);
        assertThat(deliveries(other).claimKey(second)).isEqualTo(State.CONFIRMED);
        assertThat(second.delivery().confirmed()).isTrue();
        assertThat(second.outcome()).containsEntry("duplicate", true);

        Progress third = progress(message + "-3", 1, "key", "another body");
        deliveries(other).look(third);
        assertThatThrownBy(() -> deliveries(other).claimKey(third)).isInstanceOf(RefusedException.class);
        Progress elsewhere = progress(message + "-4", 1, "key", "another body");
        deliveries(other).look(elsewhere);
        elsewhere.setUserHash(user + "-2");
        assertThat(deliveries(other).claimKey(elsewhere)).isEqualTo(State.READY);
        assertThat(elsewhere.delivery().confirmed()).isFalse();
        // a request that can't open a conversation has its key within the one that it names
        Progress named = progress(message + "-5", 1, "key", "another body");
        named.setRequest(Map.of("conversationId", conversation));
        deliveries(other).look(named);
        assertThat(deliveries(other).claimKey(named)).isEqualTo(State.READY);
    }

    @ParameterizedTest
    @EnumSource
    void freesTheKeyOfAMessageThatFailed(Kind kind) throws Exception {
        open(kind);
        Progress first = taken(store, 1);
        assertThat(deliveries(store).claimKey(first)).isEqualTo(State.READY);
        fail(store, first, "refused");

        Progress second = progress(message + "-2", 1, "key", "another body");
        deliveries(other).look(second);
        assertThat(deliveries(other).claimKey(second)).isEqualTo(State.READY);
        deliveries(other).start(second);
        assertThat(second.delivery().confirmed()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void leavesAMessageToWhoeverTookItUpLast(Kind kind) throws Exception {
        open(kind);
        Progress first = progress(message, 1, null, "body");
        assertThat(deliveries(store).start(first)).isEqualTo(State.STARTED);
        deliveries(store).endQueueCall(first);

        // its connection breaks, and the broker gives it to another, which finds no call under way
        Progress second = taken(other, 2);
        assertThat(second.delivery().uncertain()).isFalse();
        assertThat(deliveries(other).start(second)).isEqualTo(State.STARTED);

        assertThatThrownBy(() -> deliveries(store).start(first)).isInstanceOf(LostMessageException.class);
        assertThatThrownBy(() -> confirm(store, first)).isInstanceOf(LostMessageException.class);
        assertThatThrownBy(() -> fail(store, first, "too late")).isInstanceOf(LostMessageException.class);
        confirm(other, second);
        assertThat(taken(store, 3).delivery().confirmed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void leavesTheKeyToWhoeverTookTheMessageUpLast(Kind kind) throws Exception {
        open(kind);
        Progress first = taken(store, 1);
        assertThat(deliveries(store).claimKey(first)).isEqualTo(State.READY);
        taken(other, 2);

        assertThatThrownBy(() -> fail(store, first, "too late")).isInstanceOf(LostMessageException.class);

        assertThat(column("idempotency_key", "delivery")).doesNotContainNull();
    }

    @ParameterizedTest
    @EnumSource
    void takesAStartedCallForUncertainWhateverTheBrokerCounts(Kind kind) throws Exception {
        open(kind);
        Progress first = progress(message, 1, null, "body");
        deliveries(store).start(first);

        Progress second = progress(message, 1, null, "body");
        assertThat(deliveries(other).start(second)).isEqualTo(State.OBSTRUCTED);
        // whoever is that slow may have lost the message: it goes back first
        assertThatThrownBy(() -> deliveries(other).look(second)).isInstanceOf(LostMessageException.class);

        Progress third = taken(other, 2);
        assertThat(third.delivery().uncertain()).isTrue();
        assertThat(deliveries(other).start(third)).isEqualTo(State.STARTED);
    }

    @ParameterizedTest
    @EnumSource
    void startsNothingThatMustWait(Kind kind) throws Exception {
        open(kind);
        conversations(store).remember(known(bot, conversation, user));
        Progress first = progress(message, 1, null, "");
        first.setHold(new Hold(Duration.ofMillis(1), "503", "Live", false));
        holds(store).begin(first);
        Progress waits = progress(message + "-2", 1, null, "body");
        // its user is known by its conversation only
        waits.setUserHash(null);
        assertThat(deliveries(store).start(waits)).isEqualTo(State.OBSTRUCTED);
        waits.setConversationId(conversation + "-2");
        assertThat(deliveries(store).start(waits)).isEqualTo(State.STARTED);

        conversations(store).remember(known(bot, conversation + "-3", user + "-3"));
        conversations(store).close(known(bot, conversation + "-3", null));
        Progress closed = progress(message + "-3", 1, null, "body");
        closed.setUserHash(null);
        closed.setConversationId(conversation + "-3");
        assertThat(deliveries(store).start(closed)).isEqualTo(State.OBSTRUCTED);
    }

    @ParameterizedTest
    @EnumSource
    void remembersWhoWaits(Kind kind) throws Exception {
        open(kind);
        Progress waiting = taken(store, 1);
        Holds holds = holds(store);
        Duration minute = Duration.ofMinutes(1);
        waiting.setHold(new Hold(minute, "Live answered 503 \0 " + "x".repeat(3000), "Live", false));
        holds.begin(waiting);
        waiting.setHold(new Hold(minute, "again", "Live", false));
        holds.begin(waiting);

        assertThat(holds(other).check(waiting)).isEqualTo(State.BEHIND);
        waiting.setUserHash(user + "-2");
        assertThat(holds(other).check(waiting)).isEqualTo(State.KNOWN);
        waiting.setUserHash(user);
        waiting.setHold(new Hold(Duration.ofMinutes(2), "still \0", "Live", false));
        holds(store).postpone(waiting);
        holds(store).release();
        // which a later write comes after
        conversations(store).remember(known(bot, conversation, user));
        assertThat(JdbcClient.create(store.dataSource())
                        .sql("select reason from hold where bot_id = ? and due_at > ?")
                        .params(botId, Instant.now().plusSeconds(100).toEpochMilli())
                        .query(String.class)
                        .list())
                .containsExactly("still  ");
    }

    @ParameterizedTest
    @EnumSource
    void knowsWhatComesBeforeInAGroup(Kind kind) throws Exception {
        open(kind);
        append(store, 1, "1", "2");
        // the broker didn't hear of it: the next reader gets both again, and one more
        append(other, 2, "1", "2", "3");
        assertThatThrownBy(() -> handedOn(store, 1, "4")).hasMessageContaining("another instance reads");

        assertThat(before("1")).isNull();
        assertThat(before("2")).isEqualTo(new Delivery.Before(message + "1", false));
        assertThat(before("3")).isEqualTo(new Delivery.Before(message + "2", false));
        Progress first = progress(message + "1", 2, null, "body");
        deliveries(store).look(first);
        deliveries(store).start(first);
        assertThat(before("2")).isEqualTo(new Delivery.Before(message + "1", false));
        deliveries(store).setAside(first.delivery());
        assertThat(before("2")).isEqualTo(new Delivery.Before(message + "1", true));
        // whoever gives it up may not know whose it is
        first.setUserHash(null);
        first.setConversationId(null);
        fail(store, first, "wrong");
        assertThat(before("2")).isNull();
        assertThat(before("3")).isNotNull();
    }

    /** As the reader does that has this epoch. */
    private void append(Store to, long epoch, String... ids) {
        groups(to).becomeReader(QUEUE, epoch);
        handedOn(to, epoch, ids);
    }

    private void handedOn(Store to, long epoch, String... ids) {
        List<String> all = Stream.of(ids).map(id -> message + id).toList();
        List<String> before = groups(to)
                .append(
                        QUEUE,
                        epoch,
                        all,
                        Collections.nCopies(all.size(), 4),
                        // as no user name may break it
                        Collections.nCopies(all.size(), user + " \0 \uD800"));
        for (int i = 0; i < ids.length; i++) {
            after.put(ids[i], before.get(i));
        }
    }

    private Delivery.Before before(String id) throws Exception {
        Progress progress = progress(message + id, 2, null, "body", after.get(id));
        deliveries(other).look(progress);
        return progress.delivery().before();
    }

    @ParameterizedTest
    @EnumSource
    void forgetsWhatIsOldAndNothingElse(Kind kind) throws Exception {
        open(kind);
        for (String age : new String[] {"old", "young"}) {
            Progress progress = progress(message + age, 1, null, "body");
            deliveries(store).look(progress);
            deliveries(store).start(progress);
            conversations(store).remember(known(bot, conversation + "-" + age, user));
        }
        for (String column : List.of("began_at", "changed_at")) {
            age("delivery", column, "message_id", message + "old", WEEK.plusMinutes(1));
        }
        age("delivery", "began_at", "message_id", message + "young", WEEK.plusMinutes(1));
        age("delivery", "changed_at", "message_id", message + "young", WEEK.minusMinutes(1));
        age("conversation", "queued_at", "conversation_id", conversation + "-old", WEEK.plusMinutes(1));
        age("conversation", "queued_at", "conversation_id", conversation + "-young", WEEK.minusMinutes(1));

        deliveries(other).clean();
        conversations(other).clean();

        assertThat(column("message_id", "delivery")).containsExactly(message + "young");
        assertThat(column("conversation_id", "conversation")).containsExactly(conversation + "-young");
    }

    @ParameterizedTest
    @EnumSource
    void isReadBesideTheBridgeThatHasItOpen(Kind kind) {
        open(kind);
        store.write(sql -> sql.update("insert into secret (name, value) values (?, 'a value')", message + " digest"));

        try (Store looking = store(kind).readOnly()) {
            assertThat(looking.<Boolean>read(sql -> sql.exists(
                            "select 1 from secret where substr(name, 1, ?) = ?", message.length() + 1, message + " ")))
                    .isTrue();
            assertThatThrownBy(() -> looking.read(sql -> sql.update("delete from secret where name = 'x'")))
                    .isInstanceOf(DataAccessException.class);
        }
    }

    @Test
    void saysWhyItIsOutOfReachWithoutUserAndPassword() throws Exception {
        String role = unique("ro1e");
        int closed = TestBridge.freePort();
        String nowhere = "jdbc:postgresql://127.0.0.1:" + closed + "/postgres";

        for (String[] address : new String[][] {
            {postgres.url(), "role … does not exist"},
            {nowhere, "refused"}
        }) {
            try (Log log = Log.listen();
                    Store unreachable = new Store(address[0], role, "wr0ng", 1, folder)) {
                assertThatThrownBy(unreachable::open)
                        .hasMessageContainingAll(address[0], address[1])
                        .satisfies(e -> assertThat(messages(e)).noneMatch(line -> isSecret(line, role)));
                assertThatThrownBy(() -> conversations(unreachable).user(bot, conversation))
                        .satisfies(e -> assertThat(messages(e)).noneMatch(line -> isSecret(line, role)));
                assertThat(log.lines()).noneMatch(line -> isSecret(line, role));
            }
        }
    }

    private static boolean isSecret(String line, String role) {
        return line.contains(role) || line.contains("wr0ng");
    }

    private static List<String> messages(Throwable e) {
        return Stream.iterate(e, cause -> cause != null, Throwable::getCause)
                .map(Throwable::toString)
                .toList();
    }

    private void open(Kind kind) {
        store = store(kind);
        other = store(kind);
        store.open();
    }

    private static Store store(Kind kind) {
        return kind == Kind.SQLITE
                ? new Store(null, null, null, 3, folder)
                : new Store(postgres.url(), postgres.username(), "any", 3, folder);
    }

    private Conversations conversations(Store of) {
        return new Conversations(of, bots, groups(of), WEEK, null, true);
    }

    private MessageGroups groups(Store of) {
        return new MessageGroups(of, botId);
    }

    private Deliveries deliveries(Store of) {
        return new Deliveries(of, new Deliveries.Rules(botId, 20, Set.of(), WEEK), outages, new LastRun(folder));
    }

    private Holds holds(Store of) {
        return new Holds(
                of,
                mock(ConnectionFactory.class),
                "live.held",
                bots,
                conversations(of),
                new GroupOrder(deliveries(of), true, "live.held", mock(ConnectionFactory.class)),
                new Originals(Set.of()),
                mock(UnreadableMessages.class),
                outages);
    }

    private Attendance attendance(Store of) {
        return new Attendance(of, true, WEEK, holds(of));
    }

    private EventRecords events(Store of) {
        return new EventRecords(of, botId, WEEK, "live.events", outages);
    }

    private void confirm(Store of, Progress progress) throws Exception {
        progress.setOutcome(Map.of("status", "sent"));
        deliveries(of).confirm(progress);
    }

    private void fail(Store of, Progress progress, String why) throws Exception {
        progress.setFailure(failure(why));
        deliveries(of).fail(progress);
    }

    /** What is known of a message once its conversation is. */
    private static Progress known(Bot of, String conversationId, String userHash) {
        Progress progress = new Progress(null, null, null, of);
        progress.setConversationId(conversationId);
        progress.setUserHash(userHash);
        return progress;
    }

    /** Which conversation the request of a message has, of which the store was asked. */
    private String addressed(Conversations conversations, Bot of, Map<String, Object> request) throws Exception {
        Progress progress = taken(store, 2);
        progress.setBot(of);
        progress.setRequest(request);
        progress.setUserHash((String) request.get("userHash"));
        progress.setConversationId(null);
        conversations.address(progress);
        return progress.conversationId();
    }

    private static Failure failure(String text) {
        return new Failure(ErrorCode.REJECTED, text, "E", 400, "a body", 1, "now", false, List.of());
    }

    private Progress taken(Store of, int delivered) throws Exception {
        Progress progress = progress(message, delivered, "key", "body");
        deliveries(of).look(progress);
        return progress;
    }

    /** A message that was taken up: of the user, in the conversation. */
    private Progress progress(String id, int delivered, String key, String body) throws Exception {
        return progress(id, delivered, key, body, null);
    }

    private Progress progress(String id, int delivered, String key, String body, String after) throws Exception {
        TextMessage jms = mock(TextMessage.class);
        Queue queue = mock(Queue.class);
        when(queue.getQueueName()).thenReturn(QUEUE);
        when(jms.getJMSMessageID()).thenReturn(id);
        when(jms.getJMSDestination()).thenReturn(queue);
        when(jms.getText()).thenReturn(body);
        when(jms.propertyExists("idempotencyKey")).thenReturn(key != null);
        Map<String, String> properties = new HashMap<>();
        properties.put("idempotencyKey", key);
        properties.put("liveHopQueue", QUEUE);
        properties.put("liveHopMessageId", id);
        properties.put("liveHopAfter", after);
        // else it is made of the body as well
        properties.put("liveHopRecordId", id.length() > 512 || id.indexOf('\0') >= 0 ? null : id);
        when(jms.getStringProperty(anyString())).thenAnswer(call -> properties.get(call.<String>getArgument(0)));
        when(jms.getObjectProperty(anyString())).thenAnswer(call -> properties.get(call.<String>getArgument(0)));
        when(jms.propertyExists("liveHopMessageId")).thenReturn(true);
        when(jms.getIntProperty("JMSXDeliveryCount")).thenReturn(delivered);
        SpoolFolder files = spool.folder();
        Original original = new Originals(Set.of(QUEUE)).keep(jms, files);
        Progress progress = new Progress(original, files, deliveries(store).take(original), bot);
        progress.setRequest(Map.of("user", Map.of("hash", user)));
        progress.setUserHash(user);
        progress.setConversationId(conversation);
        return progress;
    }

    private void age(String table, String time, String name, String value, Duration age) {
        int aged = JdbcClient.create(store.dataSource())
                .sql("update %s set %s = ? where bot_id = ? and %s = ?".formatted(table, time, name))
                .params(Instant.now().minus(age).toEpochMilli(), botId, value)
                .update();
        assertThat(aged).isEqualTo(1);
    }

    private List<String> column(String name, String table) {
        return JdbcClient.create(store.dataSource())
                .sql("select %s from %s where bot_id = ?".formatted(name, table))
                .params(botId)
                .query(String.class)
                .list();
    }
}
