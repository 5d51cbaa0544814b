package dev.livebridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.livebridge.bot.TestBots;
import dev.livebridge.store.Store;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class RetriesTest {
    private static final Duration DAY = Duration.ofDays(1);

    private final Outages outages = new Outages();
    private final Deliveries withoutRecords = new Deliveries(
            // never asked for anything
            new Store(null, null, null, 1, Path.of("target")),
            new Deliveries.Settings(1, 1, Set.of(), DAY),
            outages,
            new LastRun(Path.of("target")));
    private final Retries retries = new Retries(
            new Retries.Limits(new Backoff(Duration.ofSeconds(10), 2, DAY), 5, DAY, DAY, DAY, DAY, DAY, DAY),
            withoutRecords,
            outages,
            (exchange, reason) -> {},
            new TokenFilter(List.of("t0ken")),
            TestBots.ONE);

    @Test
    void spreadsTheTriesOfConversationsThatWait() throws Exception {
        Set<Long> waits = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            Exchange exchange = failed(new NoConversationException(ErrorCode.UNKNOWN_CONVERSATION, "there is none"));
            retries.process(exchange);
            assertThat(retries.hold(exchange)).isTrue();
            waits.add(exchange.getVariable("holdFor", Long.class));
        }

        assertThat(waits).hasSizeGreaterThan(15).allMatch(wait -> wait >= 8_000 && wait <= 12_000);
    }

    private static Exchange failed(Exception failure) throws Exception {
        TextMessage message = mock(TextMessage.class);
        when(message.getText()).thenReturn("{}");
        Original original = Original.of(message, null);
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setVariable("original", original);
        exchange.setVariable("delivery", new Delivery(original.identity()));
        exchange.setVariable("request", java.util.Map.of());
        exchange.setException(failure);
        return exchange;
    }
}
