package dev.livebridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    private static final String REQUIRED =
            "live.bot.id = 1\nlive.bot.token = t\nlive.jms.url = tcp://localhost\n" + "live.webhook.secret = s\n";

    @TempDir
    private Path home;

    @AfterEach
    void clear() {
        System.clearProperty("live.extra.Channel");
    }

    @Test
    void namesAllThatIsMissingInOneLine() throws Exception {
        assertThat(settings("live.bot.token =\n").problems())
                .singleElement()
                .asString()
                .contains("live.bot.id, live.bot.token, live.jms.url, live.webhook.secret")
                .contains("LIVE_BOT_ID");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            live.bot.id = bot                    | live.bot.id must be an integer, not 'bot'
            live.retry.give-up-after = 24H       | live.retry.give-up-after must be a duration
            live.api.response-timeout = 0        | live.api.response-timeout must be a duration
            live.api.message-path = /message     | live.api.message-path must be a path
            live.sandbox.jms-port = 70000        | live.sandbox.jms-port must be a port
            live.jms.url = localhost:61616       | live.jms.url must be an address of Artemis
            live.consumers = 0                   | live.consumers must be a number of at least 1, not '0'
            live.retry.delay = soon              | live.retry.delay must be a duration
            live.messages.max-text-size = 32 MiB | live.messages.max-text-size must be a size
            live.api.base-url = gateway.aivo.co  | live.api.base-url must be an address
            live.api.queue-path = queue          | live.api.queue-path must be a path
            live.api.extra-shape = list          | live.api.extra-shape must be array, single or object
            live.default-groups-id = 1,x         | live.default-groups-id must be integers
            live.groups.sales = x                | live.groups.sales must be integers
            live.events.sent = yes               | live.events.sent must be true or false
            live.retry.multiplier = 0.5          | live.retry.multiplier must be a number
            live.s3.access-key = AKIA            | live.s3.access-key and live.s3.secret-key need each other
            live.s3.presign.secret-key = secret  | live.s3.presign.access-key and live.s3.presign.secret-key need each other
            live.s3.checksums = md5              | live.s3.checksums must be when-supported or when-required
            live.attachments.allowed-types = jpg | live.attachments.allowed-types must be MIME types
            live.attachments.allowed-types = executables | live.attachments.allowed-types must be MIME types
            live.attachments.refused-types = program | live.attachments.refused-types must be MIME types
            live.attachments.address = link      | live.attachments.address must be presigned, public or s3
            live.attachments.address = public    | live.attachments.public-url is missing
            live.attachments.presigned-ttl = 8d  | live.attachments.presigned-ttl must be a duration of at most 7d
            live.webhook.port = 0                | live.webhook.port must be a port
            live.webhook.max-size = many         | live.webhook.max-size must be a size
            live.messages.hold-until-attended = 1 | live.messages.hold-until-attended must be true or false
            live.attachments.allowed-hosts = http://a | live.attachments.allowed-hosts must be names of hosts
            live.api.groups-url = groups         | live.api.groups-url must be an address
            live.lookup.http.url = http://crm/users | live.lookup.http.url must be an address that begins with http:// or https:// and holds {hash}
            live.lookup.http.url = http://crm/{id}?{hash} | live.lookup.http.url must be an address
            live.lookup.http.url = http://{hash}.crm/ | live.lookup.http.url must be an address
            live.lookup.http.on-failure = ignore | live.lookup.http.on-failure must be continue or retry
            live.lookup.sql.query = select 1     | live.lookup.sql.url is missing
            live.lookup.sql.url = db.example.org | live.lookup.sql.url must be a JDBC address
            live.lookup.csv.separator = ;;       | live.lookup.csv.separator must be one character
            live.lookup.csv.separator = a        | live.lookup.csv.separator must be one character
            """)
    void saysWhatAValueMustLookLike(String line, String problem) throws Exception {
        assertThat(settings(REQUIRED + line).problems())
                .singleElement()
                .asString()
                .startsWith(problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sales.id = sales                   | live.bots.sales.id must be an integer, not 'sales'
            sales.id =                         | live.bots.sales.id is missing (in the environment: LIVE_BOTS_SALES_ID)
            sales.token =                      | live.bots.sales.token is missing (in the environment: LIVE_BOTS_SALES_TOKEN)
            sales.id = 1                       | live.bots.sales.id and live.bot.id must differ, not both be '1'
            sales.tokn = t                     | live.bots.sales.tokn is unknown: expected live.bots.<name>.<property>
            the/sales.id = 3                   | live.bots.the/sales.id is unknown
            sales.default-groups-id = x        | live.bots.sales.default-groups-id must be integers
            """)
    void saysWhatABotLacks(String line, String problem) throws Exception {
        assertThat(settings(REQUIRED + "live.bots.sales.id = 2\nlive.bots.sales.token = t\nlive.bots." + line)
                        .problems())
                .first()
                .asString()
                .startsWith(problem);
    }

    @Test
    void knowsBotsByOneProperty() throws Exception {
        Settings settings = settings(
                REQUIRED + "live.bots.sales.id = 2\nlive.bots.sales.token = t\n"
                        + "live.bots.sales.queues.messages = sales.messages\nlive.bots.sales.queues.conversations = sales.conversations\n");

        assertThat(settings.problems()).isEmpty();
        assertThat(settings.botNames()).containsExactly("sales");
        assertThat(settings(REQUIRED
                                + "live.queues.held = live.held\nlive.bots.sales.id = 2\nlive.bots.sales.token = t\n"
                                + "live.bots.sales.queues.messages = live.held\n")
                        .problems())
                .containsExactly(
                        "live.bots.sales.queues.messages and live.queues.held must differ, not both be 'live.held'");
        assertThat(settings(REQUIRED
                                + "live.queues.grouped = live.messages.grouped\nlive.bots.sales.id = 2\nlive.bots.sales.token = t\n"
                                + "live.bots.sales.queues.messages = live.messages\n")
                        .problems())
                .containsExactly(
                        "the grouped queue of live.bots.sales.queues.messages and live.queues.grouped must differ, not both be"
                                + " 'live.messages.grouped'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            live.store.url = jdbc:postgresql://me:s3cret@db/live
            live.lookup.sql.url = jdbc:oracle:thin:@//db/crm?user=me&password=s3cret
            live.lookup.http.url = https://me:s3cret@crm/{hash}
            """)
    void repeatsNoPassword(String line) throws Exception {
        assertThat(settings(REQUIRED + line).problems())
                .singleElement()
                .asString()
                .doesNotContain("s3cret");
    }

    @Test
    void wantsAPortForEachServer() throws Exception {
        assertThat(settings(REQUIRED + "live.webhook.port = 9876\nlive.management.port = 9876\n")
                        .problems())
                .containsExactly("live.webhook.port and live.management.port must differ, not both be '9876'");
    }

    @Test
    void findsNothingWrongWithTheDefaults() throws Exception {
        assertThat(settings(REQUIRED
                                + Files.readString(Path.of("config/application.properties"))
                                        .replaceAll("(?m)^camel.*$", ""))
                        .problems())
                .isEmpty();
    }

    @Test
    void refusesAQueryThatNamesNoFieldOfTheUser() throws Exception {
        assertThat(settings(REQUIRED + "live.lookup.sql.url = jdbc:h2:mem:crm\n"
                                + "live.lookup.sql.query = select ':#emial' from customer where mail = :#emial\n")
                        .problems())
                .singleElement()
                .asString()
                .startsWith("live.lookup.sql.query must be a query in which only [hash, firstname,");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"\\t | '\t'", "\\\\t | '\t'", "; | ;", "'\\u007C' | '|'"})
    void readsASeparator(String written, char separator) throws Exception {
        Settings settings = settings(REQUIRED + "live.lookup.csv.separator = " + written + "\n");

        assertThat(settings.problems()).isEmpty();
        assertThat(settings.separator("live.lookup.csv.separator")).isEqualTo(separator);
    }

    @Test
    void findsNothingWrongWithTheExamplesOfLookups() throws Exception {
        List<String> examples = Readme.properties(Path.of("docs/lookups.md"));

        assertThat(examples).hasSize(3);
        for (String example : examples) {
            assertThat(settings(REQUIRED + example).problems()).as(example).isEmpty();
        }
    }

    @Test
    void readsValuesWithTheirUnits() throws Exception {
        Settings settings = settings("a = 1.5s\nb = 2m\nc = 32MB\nd = 10\ne = 1, 2\nf = 7b\ng = png, jpeg gif\n");

        assertThat(settings.duration("b")).isEqualTo(Duration.ofMinutes(2));
        assertThat(settings.size("c")).isEqualTo(32L * 1024 * 1024);
        assertThat(settings.size("d")).isEqualTo(10);
        assertThat(settings.size("f")).isEqualTo(7);
        assertThat(settings.numbers("e")).isEqualTo(List.of(1L, 2L));
        assertThat(settings.list("g")).containsExactly("png", "jpeg", "gif");
        assertThat(settings.numbers("nothing")).isEmpty();
    }

    @Test
    void readsAFamilyWithTheCaseOfItsNames() throws Exception {
        System.setProperty("live.extra.Channel", "jms");

        assertThat(settings("live.extra.Plan = {{plan}}\nplan = gold\n").family("live.extra."))
                .containsOnlyKeys("Plan", "Channel")
                .containsEntry("Plan", "gold")
                .containsEntry("Channel", "jms");
    }

    private Settings settings(String properties) throws Exception {
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/application.properties"), properties);
        return Bridge.settings(home, null);
    }
}
