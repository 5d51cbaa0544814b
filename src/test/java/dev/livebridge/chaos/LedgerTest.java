package dev.livebridge.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.livebridge.chaos.Story.DeadLetter;
import dev.livebridge.chaos.Story.Kind;
import dev.livebridge.chaos.Story.Statement;
import dev.livebridge.chaos.Story.Transaction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The judge of the chaos finds what is wrong, and nothing else. */
class LedgerTest {
    private final Ledger ledger = new Ledger();

    @Test
    void findsNothingWhereAllIsWell() {
        sent(0, Kind.TEXT);
        sent(1, Kind.POISON);
        sent(2, Kind.BYTES);
        ledger.taken("c", "c:0", false);
        said(0, "sent", false);
        ledger.dead("c:1", new DeadLetter("ID:1", "invalid-request", false));
        ledger.taken("c", "c:2", true);

        assertThat(wrong()).isEmpty();
    }

    @Test
    void findsWhatIsLost() {
        sent(0, Kind.TEXT);
        sent(1, Kind.POISON);

        assertThat(ledger.open()).isEqualTo(2);
        assertThat(wrong()).containsOnly(Map.entry("lost", 2));
        assertThat(new Report(ledger.judge(), Map.of("live.messages", List.of("c:0"))).wrong())
                .containsOnly(
                        Map.entry("lost", 1), Map.entry("not delivered in time", 1), Map.entry("left on queues", 1));
    }

    @Test
    void takesOneMessageOfATransactionInDoubtForAll() {
        Transaction nothing = new Transaction();
        ledger.begin("c", 0, Kind.TEXT, nothing);
        ledger.inDoubt(nothing);
        assertThat(wrong()).isEmpty();

        Transaction half = new Transaction();
        ledger.begin("c", 1, Kind.TEXT, half);
        ledger.begin("c", 2, Kind.TEXT, half);
        ledger.inDoubt(half);
        ledger.taken("c", "c:2", false);
        assertThat(wrong()).containsOnly(Map.entry("lost", 1));
    }

    @Test
    void findsWhatIsOutOfOrder() {
        for (int sequence = 0; sequence < 4; sequence++) {
            sent(sequence, Kind.TEXT);
        }
        // 1 is repeated before any later one, 3 comes before 2, 0 is repeated too late
        for (int sequence : new int[] {0, 1, 1, 3, 2, 0}) {
            ledger.taken("c", "c:" + sequence, false);
        }

        assertThat(wrong()).containsEntry("out of order", 2);
    }

    @Test
    void excusesWhatAStoppedBridgeRepeats() {
        sent(0, Kind.TEXT);
        sent(1, Kind.TEXT);
        takenTwice(0);
        ledger.taken("c", "c:1", false);
        said(0, "sent", true);
        assertThat(wrong()).isEmpty();

        ledger.wentOn();
        ledger.taken("c", "c:0", false);
        assertThat(wrong()).isEmpty();
    }

    @Test
    void excusesNothingThatIsNotMarked() {
        sent(0, Kind.TEXT);
        sent(1, Kind.TEXT);
        ledger.wentOn();
        for (int sequence : new int[] {0, 1, 0}) {
            ledger.taken("c", "c:" + sequence, false);
        }

        assertThat(wrong()).containsOnlyKeys("out of order", "twice: uncertain and NOT marked");
    }

    @Test
    void tellsWhatIsTwiceByWhatTheBridgeSaid() {
        sent(0, Kind.TEXT);
        takenTwice(0);
        said(0, "sent", true);
        assertThat(wrong()).isEmpty();

        sent(1, Kind.TEXT);
        takenTwice(1);
        said(1, "sent", false);
        assertThat(wrong()).containsOnly(Map.entry("twice: uncertain and NOT marked", 1));

        sent(2, Kind.TEXT);
        ledger.taken("c", "c:2", false);
        said(2, "sent", false);
        long now = System.currentTimeMillis();
        await().pollInterval(Duration.ofMillis(1)).until(() -> System.currentTimeMillis() > now);
        ledger.taken("c", "c:2", false);
        said(2, "sent", true);
        assertThat(wrong()).containsEntry("twice: confirmed", 1);
    }

    @Test
    void findsMarksThatAreTakenBack() {
        sent(0, Kind.TEXT);
        takenTwice(0);
        long now = System.currentTimeMillis();
        ledger.said("c:0", new Statement(now + 5, "sent", true, false));
        ledger.said("c:0", new Statement(now + 10, "sent", true, true));
        assertThat(wrong()).isEmpty();

        ledger.said("c:0", new Statement(now + 15, "sent", false, false));
        assertThat(wrong()).containsOnly(Map.entry("marked, and the mark taken back", 1));
    }

    @Test
    void findsDeadLettersThatShouldNotBe() {
        sent(0, Kind.TEXT);
        sent(1, Kind.POISON);
        sent(2, Kind.POISON);
        ledger.dead("c:0", new DeadLetter("ID:0", "expired", false));
        ledger.dead("c:1", new DeadLetter("ID:1", "invalid-request", false));
        ledger.dead("c:1", new DeadLetter("ID:2", "invalid-request", false));
        // the same one, read again
        ledger.dead("c:2", new DeadLetter("ID:3", "invalid-request", false));
        ledger.dead("c:2", new DeadLetter("ID:3", "invalid-request", false));

        assertThat(wrong()).containsOnly(Map.entry("unexpected dead letters", 2));
    }

    @Test
    void findsWhatNobodySent() {
        sent(0, Kind.INLINE);
        ledger.taken("c", "c:0", false);
        ledger.taken("other", "c:0", true);
        ledger.taken("c", "else", false);

        assertThat(wrong()).containsEntry("never sent, or in pieces", 3);
    }

    private void sent(int sequence, Kind kind) {
        Transaction transaction = new Transaction();
        ledger.begin("c", sequence, kind, transaction);
        ledger.committed(transaction);
    }

    private void takenTwice(int sequence) {
        ledger.taken("c", "c:" + sequence, false);
        ledger.taken("c", "c:" + sequence, false);
    }

    private void said(int sequence, String status, boolean uncertain) {
        ledger.said("c:" + sequence, new Statement(System.currentTimeMillis(), status, uncertain, false));
    }

    private Map<String, Integer> wrong() {
        return new Report(ledger.judge(), Map.of()).wrong();
    }
}
