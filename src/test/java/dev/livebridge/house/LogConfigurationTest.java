package dev.livebridge.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.Test;

/** What config/log4j2.properties lets through. */
class LogConfigurationTest {
    @Test
    void aRouteThatFailsAgainAndAgainDoesNotFillTheLog() {
        AtomicInteger lines = new AtomicInteger();
        try (LoggerContext context = new LoggerContext(
                "test", null, Path.of("config/log4j2.properties").toUri())) {
            context.start();
            AbstractAppender counting = new AbstractAppender("counting", null, null, true, Property.EMPTY_ARRAY) {
                @Override
                public void append(LogEvent event) {
                    lines.incrementAndGet();
                }
            };
            counting.start();
            context.getConfiguration().getRootLogger().getAppenders().keySet().stream()
                    .toList()
                    .forEach(context.getConfiguration().getRootLogger()::removeAppender);
            context.getConfiguration().getRootLogger().addAppender(counting, null, null);

            for (int i = 0; i < 100; i++) {
                context.getLogger("org.apache.camel.processor.errorhandler.DefaultErrorHandler")
                        .error("Failed delivery", new IllegalStateException("the poison"));
            }
            assertThat(lines).hasValue(1);

            for (int i = 0; i < 100; i++) {
                context.getLogger("dev.livebridge.Any").warn("a line of the bridge");
            }
            assertThat(lines).hasValue(101);
        }
    }
}
