package dev.livebridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.livebridge.bot.TestBots;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.KeyTakenException;
import dev.livebridge.failure.LiveResponse;
import dev.livebridge.failure.LostMessageException;
import dev.livebridge.failure.NoConversationException;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.failure.ServerErrorException;
import dev.livebridge.failure.ServiceUnavailableException;
import dev.livebridge.failure.TokenFilter;
import dev.livebridge.jms.Identity;
import dev.livebridge.jms.Original;
import dev.livebridge.outage.Outages;
import dev.livebridge.store.Store;
import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.TextMessage;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.DataAccessResourceFailureException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

@Timeout(20)
class RetriesTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration SHORT = Duration.ofMillis(1);
    private static final int MAX_ATTEMPTS = 5;

    private final Outages outages = new Outages();
    private final List<String> told = new ArrayList<>();
    private boolean groupWaits;
    private final DefaultCamelContext context = new DefaultCamelContext();

    @BeforeEach
    void start() {
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # what failed      | others succeed | counted before | then
            503                | false          | 4              | try-again
            503                | true           | 4              | try-again
            401                | true           | 4              | try-again
            refused connection | false          | 4              | try-again
            refused connection | true           | 4              | try-again
            500                | false          | 3              | try-again
            500                | false          | 4              | dead-letter
            out of memory      | false          | 3              | try-again
            out of memory      | false          | 4              | dead-letter
            no answer          | false          | 4              | try-again
            no answer          | true           | 3              | try-again
            no answer          | true           | 4              | dead-letter-uncertain
            reset              | false          | 4              | try-again
            reset              | true           | 3              | try-again
            reset              | true           | 4              | dead-letter-uncertain
            store away         | true           | 4              | try-again
            S3 away            | true           | 4              | try-again
            400                | true           | 0              | dead-letter
            bug                | true           | 0              | dead-letter
            broker away        | true           | 4              | put-back
            no conversation    | true           | 4              | set-aside
            lost to another    | true           | 4              | put-back
            key taken          | true           | 4              | try-again
            """)
    void decides(String failure, boolean othersSucceed, int countedBefore, String then) throws Exception {
        Exchange exchange = called(failure, 0, othersSucceed);
        delivery(exchange).serverErrors = countedBefore;

        Retries retries = retries(DAY, false);
        retries.process(exchange);

        assertThat(decision(exchange)).isEqualTo(then);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # what failed | others succeed | set aside before | then
            503           | true           | false            | set-aside
            no answer     | true           | false            | set-aside
            503           | true           | true             | postpone
            503           | false          | true             | postpone
            no answer     | false          | true             | postpone
            key taken     | true           | false            | try-again
            key taken     | true           | true             | queue-behind
            500           | true           | false            | try-again
            store away    | true           | false            | try-again
            """)
    void setsAsideWhatFailsForLong(String failure, boolean othersSucceed, boolean wasHeld, String then)
            throws Exception {
        Exchange exchange = called(failure, wasHeld ? System.currentTimeMillis() : 0, othersSucceed);
        delivery(exchange).failingSince = Instant.now().minusSeconds(10);

        Retries retries = retries(SHORT, false);
        retries.process(exchange);

        assertThat(decision(exchange)).isEqualTo(then);
    }

    @Test
    void waitsForAKeyBehindTheConversationOnceThatWaits() throws Exception {
        groupWaits = true;
        Exchange exchange = called("key taken", 0, true);

        retries(SHORT, false).process(exchange);

        assertThat(decision(exchange)).isEqualTo("set-aside");
    }

    @Test
    void setsOneAsideWhereAllWait() throws Exception {
        Retries retries = retries(SHORT, false);
        List<String> decisions = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Exchange exchange = called("503", 0, false);
            delivery(exchange).failingSince = Instant.now().minusSeconds(10);
            retries.process(exchange);
            decisions.add(decision(exchange));
        }

        assertThat(decisions).contains("set-aside").startsWith("set-aside");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            503                | Live             | false
            no conversation    | conversation     | false
            asked to wait      | Live             | true
            S3 away            | S3               | false
            source away        | other            | false
            """)
    void saysForWhatAConversationWaits(String failure, String cause, boolean isAsked) throws Exception {
        Exchange exchange = called(failure, System.currentTimeMillis(), false);

        retries(SHORT, false).process(exchange);

        assertThat(hold(exchange).cause()).isEqualTo(cause);
        assertThat(hold(exchange).isAsked()).isEqualTo(isAsked);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            503         | false | 0
            500         | false | 1
            no answer   | false | 0
            no answer   | true  | 1
            S3 away     | true  | 0
            """)
    void counts(String failure, boolean othersSucceed, int counted) throws Exception {
        Exchange exchange = called(failure, 0, othersSucceed);

        retries(DAY, false).process(exchange);

        assertThat(delivery(exchange).serverErrors).isEqualTo(counted);
        assertThat(delivery(exchange).attempts).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            no answer          | true  | Live did not answer in time (java.net.SocketTimeoutException: Read timed out)
            reset              | true  | no readable answer came from Live (java.net.SocketException: Connection reset)
            503                | false |
            500                | false |
            refused connection | false |
            """)
    void tellsAtOnceOfACallThatMayHaveBeenCarriedOut(String failure, boolean uncertain, String reason)
            throws Exception {
        Exchange exchange = called(failure, 0, false);
        Retries retries = retries(DAY, false);

        retries.process(exchange);
        if (delivery(exchange).isStarted()) {
            throw new AssertionError("the call is over");
        }
        delivery(exchange).state = Delivery.Stage.STARTED;
        retries.process(exchange);

        assertThat(delivery(exchange).uncertain()).isEqualTo(uncertain);
        assertThat(delivery(exchange).delayed()).isEqualTo(uncertain);
        assertThat(told).isEqualTo(reason == null ? List.of() : List.of(reason));
    }

    @Test
    void doesNotTellThatWhatIsNotSentAgainIsDelayed() throws Exception {
        Exchange exchange = called("no answer", 0, true);
        Retries retries = retries(DAY, true);

        retries.process(exchange);

        assertThat(decision(exchange)).isEqualTo("dead-letter");
        assertThat(told).isEmpty();
    }

    @Test
    void calls500NoOutage() throws Exception {
        retries(DAY, false).process(called("500", 0, false));

        assertThat(outages.now()).isEmpty();
    }

    @Test
    void callsNoOutageWhatOnlyOneConversationMeets() throws Exception {
        retries(DAY, false).process(called("no answer", 0, true));

        assertThat(outages.now()).isEmpty();
    }

    @Test
    void doesNotBlameLiveForTheSourceOfAnAttachment() throws Exception {
        retries(DAY, false).process(called("source away", 0, false));

        assertThat(outages.now()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "503 to a conversation, Live answered 503",
        "S3 with a key, S3 answered 503",
        "refused connection, no connection to Live"
    })
    void tellsHealthNoIds(String failure, String state) throws Exception {
        retries(DAY, false).process(called(failure, 0, false));

        assertThat(outages.now().values())
                .singleElement()
                .asString()
                .contains(state)
                .doesNotContain("c1", "u1", "attachments/");
    }

    @Test
    void goesOnWhenTheOutageEnds() throws Exception {
        Retries slow = retries(new Backoff(DAY, 1, DAY), DAY, false);
        Exchange one = called("503", 0, false);
        Exchange other = called("asked to wait", 0, false);
        Progress.of(other).setUserHash("another");
        CompletableFuture<Void> both = CompletableFuture.allOf(process(slow, one), process(slow, other));
        await().until(() -> isWaiting(one) && isWaiting(other));

        outages.succeeded("Live");
        both.get(10, TimeUnit.SECONDS);

        assertThat(decision(one)).isEqualTo("try-again");
        assertThat(decision(other)).isEqualTo("try-again");
        assertThat(delivery(one).failingSince).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # what failed | delivery | then
            bug           | 1        | put-back
            bug           | 3        | bury
            wrong type    | 3        | bury
            broker away   | 3        | put-back
            store away    | 3        | try-again
            out of memory | 19       | put-back
            out of memory | 20       | bury
            """)
    void buriesWhatCanNotBeTakenUp(String failure, int delivery, String then) throws Exception {
        TextMessage message = mock(TextMessage.class);
        when(message.getIntProperty("JMSXDeliveryCount")).thenReturn(delivery);
        Exchange exchange = new DefaultExchange(context);
        exchange.getMessage().setBody(message);
        exchange.setException(thrown(failure));

        retries(DAY, false).process(exchange);

        assertThat(decision(exchange)).isEqualTo(then);
    }

    @Test
    void goesBackToItsQueueWhenTheBridgeStops() throws Exception {
        Retries slow = retries(new Backoff(DAY, 1, DAY), DAY, false);
        Exchange exchange = called("503", 0, false);
        CompletableFuture<Void> waiting = process(slow, exchange);
        await().until(() -> isWaiting(exchange));

        context.stop();
        waiting.get(10, TimeUnit.SECONDS);

        assertThat(decision(exchange)).isEqualTo("put-back");
    }

    @Test
    void spreadsTheTriesOfConversationsThatWait() throws Exception {
        Retries slow = retries(new Backoff(Duration.ofSeconds(10), 2, DAY), DAY, false);
        Set<Long> waits = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            Exchange exchange = called("no conversation", 0, false);
            slow.process(exchange);
            waits.add(hold(exchange).time().toMillis());
        }

        assertThat(waits).hasSizeGreaterThan(15).allMatch(wait -> wait >= 8_000 && wait <= 12_000);
    }

    private static CompletableFuture<Void> process(Retries retries, Exchange exchange) {
        return CompletableFuture.runAsync(() -> {
            try {
                retries.process(exchange);
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** It has been decided upon, and its call is over. */
    private static boolean isWaiting(Exchange exchange) {
        return exchange.getVariable(Next.VARIABLE) != null
                && !delivery(exchange).isStarted();
    }

    private Retries retries(Duration holdAfter, boolean deadLettersUncertain) {
        return retries(new Backoff(SHORT, 1, SHORT), holdAfter, deadLettersUncertain);
    }

    private Retries retries(Backoff backoff, Duration holdAfter, boolean deadLettersUncertain) {
        Deliveries withoutRecords = new Deliveries(
                // never asked for anything
                new Store(null, null, null, 1, Path.of("target")),
                new Deliveries.Rules(1, 1, deadLettersUncertain ? Set.of("live.messages") : Set.of(), DAY),
                outages,
                new LastRun(Path.of("target")));
        return new Retries(
                new Retries.Limits(backoff, MAX_ATTEMPTS, DAY, DAY, DAY, holdAfter, DAY, DAY),
                withoutRecords,
                outages,
                (exchange, reason) -> told.add(reason),
                new TokenFilter(List.of("t0ken")),
                TestBots.ONE,
                progress -> groupWaits);
    }

    private static String decision(Exchange exchange) {
        return exchange.getVariable(Next.VARIABLE, String.class);
    }

    private static Delivery delivery(Exchange exchange) {
        return Progress.of(exchange).delivery();
    }

    private static Hold hold(Exchange exchange) {
        return Progress.of(exchange).hold();
    }

    /** A message whose call began ten seconds ago, and has failed. */
    private Exchange called(String failure, long heldSince, boolean othersSucceed) throws Exception {
        TextMessage message = mock(TextMessage.class);
        when(message.getText()).thenReturn("{}");
        when(message.propertyExists(anyString())).thenReturn(true);
        when(message.getStringProperty("liveHopQueue")).thenReturn("live.messages");
        when(message.getStringProperty("liveHopMessageId")).thenReturn("ID:1");
        when(message.getLongProperty("liveHopHeldSince")).thenReturn(heldSince);
        Original original = Original.of(message, true, null);
        Progress progress = TestProgress.of(original);
        progress.setUserHash("user");
        progress.setRequest(Map.of());
        progress.delivery().state = isOfACall(failure) ? Delivery.Stage.STARTED : Delivery.Stage.WAITING;
        Exchange exchange = TestProgress.exchange(context, progress);
        exchange.setVariable(Streak.VARIABLE, new Streak(Instant.now().minusSeconds(10)));
        if (othersSucceed) {
            for (String service : List.of("Live", Outages.S3, Outages.STORE)) {
                outages.succeeded(service);
            }
        }
        Throwable thrown = thrown(failure);
        exchange.setException(thrown);
        return exchange;
    }

    private static boolean isOfACall(String failure) {
        return !Set.of("S3 away", "source away", "no conversation", "key taken").contains(failure);
    }

    private static Throwable thrown(String failure) {
        return switch (failure) {
            case "401", "503" -> new ServiceUnavailableException("Live answered " + failure, response(failure, null));
            case "503 to a conversation" ->
                new ServiceUnavailableException(
                        "Live answered 503 to the message call of conversation c1", response("503", null));
            case "S3 with a key" ->
                S3Exception.builder()
                        .statusCode(503)
                        .message("Slow down: attachments/c1/photo.png")
                        .build();
            case "asked to wait" ->
                new ServiceUnavailableException("Live answered 429", response("429", Duration.ofHours(1)));
            case "source away" ->
                new ServiceUnavailableException("files.example.org answered 503", response("503", null));
            case "500" -> new ServerErrorException("Live answered 500", response("500", null));
            case "400" -> RefusedException.byLive(ErrorCode.REJECTED, "Live answered 400", response("400", null));
            case "refused connection" -> new ConnectException("Connection refused");
            case "no answer" -> new SocketTimeoutException("Read timed out");
            case "reset" -> new SocketException("Connection reset");
            case "out of memory" -> new OutOfMemoryError("of a test");
            case "store away" -> new DataAccessResourceFailureException("the database is away");
            case "S3 away" -> SdkClientException.create("S3 is away");
            case "wrong type" -> new MessageFormatException("a property of bytes");
            case "broker away" -> new JMSException("the session is closed");
            case "lost to another" ->
                new LostMessageException(
                        new Identity("live.messages", "ID:1", "ID:1", 0, 0, null, null, null, null, false, null, 0));
            case "key taken" -> new KeyTakenException();
            case "no conversation" -> new NoConversationException(ErrorCode.UNKNOWN_CONVERSATION, "there is none");
            default -> new IllegalStateException("a bug");
        };
    }

    private static LiveResponse response(String status, Duration retryAfter) {
        return new LiveResponse(Integer.parseInt(status), "", retryAfter);
    }
}
