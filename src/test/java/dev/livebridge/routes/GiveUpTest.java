package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.Log;
import dev.livebridge.delivery.Hold;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.TestProgress;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@CamelMainTest(
        properties = RouteTest.FILE + "give-up.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = "give-up=direct:test:give-up")
class GiveUpTest extends RouteTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # next                | calls
            set-aside             | holds.begin, holds.setAside
            postpone              | holds.postpone, direct:put-back
            queue-behind          | holds.postpone, holds.setAside
            dead-letter           | direct:dead-letter
            dead-letter-uncertain | direct:dead-letter
            bury                  | unreadableMessages.bury
            put-back              | direct:put-back
            try-again             | direct:put-back
            """)
    void doesWhatRetriesHasDecided(String next, String calls) {
        Progress progress = TestProgress.ofMessage();
        progress.setHold(new Hold(Duration.ofSeconds(2), "Live is away", "Live", false));
        Exchange failed = message(progress);
        failed.setVariable("next", next);

        send("give-up", failed);

        assertCalls(calls);
    }

    @ParameterizedTest
    @CsvSource({"850, 850 ms", "2000, 2 s", "12340, 12 s", "425000, 7m5s", "604800000, 7d0h"})
    void saysWhatWaitsWhereAndForHowLong(long millis, String time) {
        Progress progress = TestProgress.ofMessage();
        progress.setHold(new Hold(Duration.ofMillis(millis), "Live answered 429", "Live", true));
        Exchange failed = message(progress);
        failed.setVariable("next", "set-aside");
        try (Log log = Log.listen()) {
            send("give-up", failed);

            assertThat(log.lines())
                    .contains(progress.messageId()
                            + ": Live answered 429; it waits on live.held, with what follows in its conversation, and is"
                            + " tried again in " + time);
        }
    }
}
