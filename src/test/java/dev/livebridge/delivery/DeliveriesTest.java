package dev.livebridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.jms.TextMessage;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

class DeliveriesTest {
    @Test
    void countsItsTriesWhileTheStoreIsAway() throws Exception {
        DataSource away = mock(DataSource.class);
        when(away.getConnection()).thenThrow(new SQLException("away"));
        Deliveries deliveries = new Deliveries(
                away, away, new Deliveries.Settings(1, true, 20, Set.of(), Duration.ofDays(1)), new Outages());
        TextMessage message = mock(TextMessage.class);
        when(message.getText()).thenReturn("{}");
        when(message.getJMSMessageID()).thenReturn("ID:1");
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setVariable("original", Original.of(message, null));
        assertThatThrownBy(() -> deliveries.take(exchange)).isInstanceOf(DataAccessException.class);
        Delivery delivery = exchange.getVariable("delivery", Delivery.class);
        delivery.attempts = 7;
        delivery.toldDelayed = true;
        delivery.beganAt = Instant.now().minusSeconds(3600);
        delivery.failingSince = delivery.beganAt;

        assertThatThrownBy(() -> deliveries.take(exchange)).isInstanceOf(DataAccessException.class);

        assertThat(exchange.getVariable("delivery", Delivery.class))
                .usingRecursiveComparison()
                .isEqualTo(delivery);
    }
}
