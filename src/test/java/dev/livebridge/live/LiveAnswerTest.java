package dev.livebridge.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.livebridge.Log;
import dev.livebridge.bot.TestBots;
import dev.livebridge.delivery.TestProgress;
import dev.livebridge.failure.DeliveryException;
import dev.livebridge.failure.LiveResponse;
import dev.livebridge.failure.TokenFilter;
import dev.livebridge.outage.Outages;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveAnswerTest {
    private final LiveAnswer answers = new LiveAnswer(new TokenFilter(List.of("t0ken")), new Outages(), TestBots.ONE);

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void saysOnceWhichPropertyIsWrong(int status) throws Exception {
        try (Log log = Log.listen()) {
            for (int i = 0; i < 3; i++) {
                refused(status);
            }
            // another instance of Live knows the bot
            answers.read(answer(200));
            refused(status);

            assertThat(log.errors())
                    .singleElement()
                    .asString()
                    .contains("Live answered " + status, "live.bot.id", "live.bot.token")
                    .doesNotContain("t0ken");
        }
    }

    @Test
    void saysItAgainAfterItWasRight() throws Exception {
        try (Log log = Log.listen()) {
            refused(401);
            await().pollDelay(Duration.ofMillis(1_100)).untilAsserted(() -> answers.read(answer(200)));
            refused(401);

            assertThat(log.errors()).hasSize(2);
        }
    }

    @Test
    void blamesNoCredentialsForOtherAnswers() {
        try (Log log = Log.listen()) {
            refused(503);
            refused(400);

            assertThat(log.errors()).isEmpty();
        }
    }

    private void refused(int status) {
        assertThatThrownBy(() -> answers.read(answer(status))).isInstanceOf(DeliveryException.class);
    }

    private static Exchange answer(int status) throws Exception {
        Exchange exchange = TestProgress.exchange(new DefaultCamelContext(), TestProgress.of(TestBots.ONE.main()));
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        return exchange;
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "ISO-8859-1", "UTF-16LE", "UTF-16BE", "UTF-32LE"})
    void holdsNoTokenInAnyEncoding(String charset) throws Exception {
        Exchange exchange = TestProgress.exchange(new DefaultCamelContext(), TestProgress.of(TestBots.ONE.main()));
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 200);
        exchange.getMessage().setBody("hash_t0ken!".getBytes(Charset.forName(charset)));

        new LiveAnswer(new TokenFilter(List.of("t0ken")), new Outages(), TestBots.ONE).read(exchange);

        assertThat(exchange.getMessage().getBody(LiveResponse.class).body()).isEqualTo("hash!");
    }
}
