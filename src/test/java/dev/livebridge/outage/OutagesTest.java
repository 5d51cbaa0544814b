package dev.livebridge.outage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(20)
class OutagesTest {
    private static final String LIVE = "Live";
    private static final Duration HOUR = Duration.ofHours(1);

    private final Outages outages = new Outages();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # how many conversations fail | Retry-After | the end of the outage ends the wait
            1                             | false       | true
            2                             | false       | true
            1                             | true        | false
            2                             | true        | true
            """)
    void endsTheWaitsOfAnOutage(int conversations, boolean isAsked, boolean ends) {
        Instant failedAt = Instant.now();
        for (int i = 0; i < conversations; i++) {
            outages.failed(LIVE, new Outages.FailedCall("conversation " + i, "503", "503", isAsked ? HOUR : null));
        }
        outages.succeeded(LIVE);

        assertThat(outages.lastEnd(LIVE).ends(failedAt, isAsked)).isEqualTo(ends);
    }

    @Test
    void doesNotEndTheWaitOfWhatFailedWhileOthersSucceeded() throws Exception {
        Instant failedAt = Instant.now();
        outages.succeeded(LIVE);
        outages.lost(LIVE, "503");
        outages.succeeded(LIVE);

        assertThat(outages.await(LIVE, null, failedAt, false, Duration.ofMillis(1), () -> true))
                .isFalse();
    }

    @Test
    void wakesAllThatWait() throws Exception {
        Instant failedAt = Instant.now();
        outages.failed(LIVE, "503");
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return outages.await(LIVE, null, failedAt, false, HOUR, () -> true);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        outages.answered(LIVE);

        assertThat(waiting.get()).isTrue();
    }

    @Test
    void endsAWaitWhenTheBridgeStops() throws Exception {
        assertThat(outages.await(LIVE, null, Instant.now(), false, HOUR, () -> false))
                .isFalse();
    }

    @Test
    void saysThatAServiceIsAwayThatAskedForALongWait() {
        outages.succeeded(LIVE);
        outages.failed(LIVE, new Outages.FailedCall("one", "429", "429", HOUR));
        assertThat(outages.now()).isEmpty();

        // looked at from time to time, as nobody may call it
        await().until(() -> {
            outages.uncalled(Duration.ZERO);
            return outages.now().containsKey(LIVE);
        });
    }

    @Test
    void isOnlyProbedWhereNobodyCallsItOrWasAskedToWait() {
        outages.failed(LIVE, "503");
        assertThat(outages.uncalled(HOUR)).isEmpty();
        assertThat(outages.uncalled(Duration.ZERO)).containsExactly(LIVE);

        outages.waits(LIVE);
        assertThat(outages.uncalled(Duration.ZERO)).isEmpty();
        outages.waitsNoMore(LIVE);
        assertThat(outages.uncalled(Duration.ZERO)).containsExactly(LIVE);

        outages.stillAway(LIVE, "503", HOUR);
        assertThat(outages.uncalled(Duration.ZERO)).isEmpty();
        assertThat(outages.now()).containsKey(LIVE);
    }

    @Test
    void isNotCalledWellByAProbe() {
        Instant before = Instant.now().minusSeconds(1);
        outages.failed(LIVE, "503");
        outages.answered(LIVE);

        assertThat(outages.now()).isEmpty();
        assertThat(outages.hasSucceededSince(LIVE, before)).isFalse();
    }
}
