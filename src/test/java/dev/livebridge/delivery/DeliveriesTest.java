package dev.livebridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.livebridge.store.Store;
import jakarta.jms.TextMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;

class DeliveriesTest {
    @TempDir
    private Path folder;

    @Test
    void countsItsTriesWhileTheStoreIsAway() throws Exception {
        // a file where its folder should be
        Files.createFile(folder.resolve("store"));
        try (Store away = new Store(null, null, null, 1, folder)) {
            Deliveries deliveries = new Deliveries(
                    away,
                    new Deliveries.Settings(1, 20, Set.of(), Duration.ofDays(1)),
                    new Outages(),
                    new LastRun(folder));
            TextMessage message = mock(TextMessage.class);
            when(message.getText()).thenReturn("{}");
            when(message.getJMSMessageID()).thenReturn("ID:1");
            Exchange exchange = new DefaultExchange(new DefaultCamelContext());
            exchange.setVariable("original", Original.of(message, null));
            deliveries.take(exchange);
            Delivery delivery = exchange.getVariable("delivery", Delivery.class);
            delivery.attempts = 7;
            assertThatThrownBy(() -> deliveries.look(exchange)).isInstanceOf(DataAccessException.class);

            deliveries.take(exchange);

            assertThat(exchange.getVariable("delivery", Delivery.class)).isSameAs(delivery);
            assertThat(delivery.attempts).isEqualTo(7);
            assertThat(delivery.looked()).isFalse();
        }
    }
}
