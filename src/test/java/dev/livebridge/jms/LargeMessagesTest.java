package dev.livebridge.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.livebridge.spool.Spool;
import jakarta.jms.Message;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.ArgumentMatchers;
import org.mockito.Mockito;

class LargeMessagesTest {
    @TempDir
    private Path directory;

    @Test
    void readsAMessageToItsEndThoughTheDiskIsFull() throws Exception {
        AtomicInteger chunks = new AtomicInteger();
        Message message = Mockito.mock(Message.class);
        Mockito.doAnswer(call -> {
                    OutputStream stream = call.getArgument(1);
                    for (int chunk = 0; chunk < 5; chunk++) {
                        stream.write(new byte[1000]);
                        chunks.incrementAndGet();
                    }
                    return null;
                })
                .when(message)
                .setObjectProperty(ArgumentMatchers.eq("JMS_AMQ_SaveStream"), ArgumentMatchers.any());
        try (Spool spool = new Spool(directory)) {
            spool.open();
            Exchange exchange = new DefaultExchange(new DefaultCamelContext());
            Path folder = Files.createDirectory(
                    Files.list(directory).findFirst().orElseThrow().resolve(exchange.getExchangeId()));
            Files.createSymbolicLink(folder.resolve("0"), Path.of("/dev/full"));

            assertThatThrownBy(() -> LargeMessages.save(message, spool.folder(exchange)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left");
            assertThat(chunks).hasValue(5);
        }
    }
}
