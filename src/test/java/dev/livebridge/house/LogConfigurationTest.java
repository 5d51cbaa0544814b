package dev.livebridge.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.Layout;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What config/log4j2.properties lets through. */
class LogConfigurationTest {
    private final AtomicInteger lines = new AtomicInteger();
    private LoggerContext context;

    private Layout<?> layout;

    @BeforeEach
    void count() {
        context = new LoggerContext(
                "test", null, Path.of("config/log4j2.properties").toUri());
        context.start();
        AbstractAppender counting = new AbstractAppender("counting", null, null, true, Property.EMPTY_ARRAY) {
            @Override
            public void append(LogEvent event) {
                lines.incrementAndGet();
            }
        };
        counting.start();
        LoggerConfig root = context.getConfiguration().getRootLogger();
        layout = root.getAppenders().get("console").getLayout();
        List.copyOf(root.getAppenders().keySet()).forEach(root::removeAppender);
        root.addAppender(counting, null, null);
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void aRouteThatFailsAgainAndAgainDoesNotFillIt() {
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

    @Test
    void showsNothingThatALineOrATerminalWouldObey() {
        String name = "a\r\nINFO b\u0085c\u2028d\u2029e\u001b[31mf\u009b2Jg\u202eh\u2066i\u200fj\0k";
        Exception failure = new IllegalStateException("of " + name, new IllegalArgumentException("for " + name));
        failure.addSuppressed(new IOException("and " + name));

        String shown = shown(Log4jLogEvent.newBuilder()
                .setLoggerName("any." + name)
                .setLevel(Level.WARN)
                .setMessage(new SimpleMessage("no " + name))
                .setThrown(failure)
                .build());

        assertThat(shown.strip().lines()).as(shown).hasSize(1);
        assertThat(shown.stripTrailing()).doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");
        assertThat(shown)
                .contains("no a INFO b c d e [31mf 2Jg h i j k")
                .contains("IllegalStateException: of a INFO b c");
    }

    @Test
    void aLineWithoutAFailureEndsInItsText() {
        LogEvent event = Log4jLogEvent.newBuilder()
                .setLoggerName("dev.livebridge.Any")
                .setLevel(Level.INFO)
                .setMessage(new SimpleMessage("ñandú 😀"))
                .build();

        assertThat(shown(event)).endsWith(" INFO  dev.livebridge.Any  ñandú 😀" + System.lineSeparator());
    }

    /** As the configured layout writes it. */
    private String shown(LogEvent event) {
        return (String)
                context.getConfiguration().getAppender("console").getLayout().toSerializable(event);
    }

    @Test
    void aBrokerThatIsAwayDoesNotFillIt() {
        Logger client = context.getLogger("org.apache.activemq.artemis.core.client");

        client.warn("AMQ212064: Unable to receive cluster topology ", new InterruptedException());
        client.error("AMQ214016: Failed to create netty connection", new IllegalStateException());
        assertThat(lines).hasValue(0);

        client.warn("AMQ212037: CORE connection failure to 127.0.0.1:36372 has been detected");
        assertThat(lines).hasValue(1);
    }

    @Test
    void showsNoSecretOfAnAddress() {
        LogEvent event = Log4jLogEvent.newBuilder()
                .setLoggerName("a.Logger")
                .setMessage(new SimpleMessage("no answer of https://me:s3cret@gw:8443/live?code=s3cret: away\n(again)"))
                .setThrown(new IllegalStateException("tcp://one:61616?trustStorePassword=s3cret"))
                .build();

        assertThat(json(event))
                .doesNotContain("s3cret")
                .contains("https://***@gw:8443/live?***: away (again)", "at dev.");
        assertThat(new String(layout.toByteArray(event), StandardCharsets.UTF_8))
                .doesNotContain("s3cret")
                .contains(
                        "no answer of https://***@gw:8443/live?***: away (again)",
                        "IllegalStateException: tcp://one:61616?***")
                .containsOnlyOnce("IllegalStateException");
    }

    @Test
    void aLineHasDateZoneAndWholeNames() {
        assertThat(written("console", "dev.livebridge.delivery.DeliveryTable"))
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d)"
                        + " WARN  dev\\.livebridge\\.delivery\\.DeliveryTable  of \"a\" b\\R");
    }

    @Test
    void eachLineOfJsonIsAnObject() throws Exception {
        String line = written("console-json", "give-up");

        assertThat(line.lines()).hasSize(1);
        JsonNode object = new JsonMapper().readTree(line);
        assertThat(object.at("/time").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.*(Z|[+-]\\d\\d:\\d\\d)");
        assertThat(object.at("/level").asText()).isEqualTo("WARN");
        assertThat(object.at("/logger").asText()).isEqualTo("give-up");
        assertThat(object.at("/message").asText()).isEqualTo("of \"a\" b");
    }

    private String json(LogEvent event) {
        return (String) context.getConfiguration()
                .getAppender("console-json")
                .getLayout()
                .toSerializable(event);
    }

    private String written(String appender, String logger) {
        return (String) context.getConfiguration()
                .getAppender(appender)
                .getLayout()
                .toSerializable(Log4jLogEvent.newBuilder()
                        .setLoggerName(logger)
                        .setLevel(Level.WARN)
                        .setMessage(new SimpleMessage("of \"a\"\nb"))
                        .build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "file-json"})
    void aFileIsMadeWithItsFirstLine(String appender, @TempDir Path folder) {
        Path file = folder.resolve("below/bridge.log");
        System.setProperty("log.file", appender);
        System.setProperty("log.path", file.toString());
        LoggerContext other = new LoggerContext(
                "test", null, Path.of("config/log4j2.properties").toUri());
        try {
            other.start();
            assertThat(file).doesNotExist();
            other.getLogger("demo").warn("Día");
            assertThat(file).content().contains("demo", "Día").satisfies(line -> assertThat(line.startsWith("{"))
                    .isEqualTo(appender.equals("file-json")));
        } finally {
            other.stop();
            System.clearProperty("log.file");
            System.clearProperty("log.path");
        }
    }
}
