package dev.livebridge.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.bot.TestBots;
import dev.livebridge.delivery.TestProgress;
import dev.livebridge.failure.LiveResponse;
import dev.livebridge.failure.TokenFilter;
import dev.livebridge.outage.Outages;
import java.nio.charset.Charset;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveAnswerTest {
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
