package dev.livebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.livebridge.message.RequestSchema;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.activemq.artemis.jms.client.ActiveMQJMSConnectionFactory;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final String REQUIRED =
            "live.bot.id = 1\nlive.bot.token = t\nlive.jms.url = tcp://localhost\n" + "live.webhook.secret = s\n";

    @TempDir
    private Path home;

    private final Map<String, String> environment = new HashMap<>();

    @AfterEach
    void clear() {
        System.clearProperty("live.extra.Channel");
        System.clearProperty("live.retry.delay");
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
            tcp://broker.example.org:61616                                   | tcp://broker.example.org:61616
            tcp://one:61616?user=ana&password=s3cr3t,x                       | tcp://one:61616
            (tcp://one:1?trustStorePassword=s3cr3t,tcp://two:2)?password=s3cr3t@x | tcp://one:1, tcp://two:2
            tcp://ana:s3cr3t@one:1                                           | tcp://one:1
            """)
    void showsOfAnAddressItsHosts(String url, String shown) throws Exception {
        assertThat(settings(REQUIRED + "live.jms.url = " + url).hosts("live.jms.url"))
                .isEqualTo(shown);
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
            live.management.port = 0             | live.management.port must be a port
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
            live.log.format = xml                | live.log.format must be text or json, not 'xml'
            live.lookup.csv.separator = a        | live.lookup.csv.separator must be one character
            live.api.response-timeout = 15       | live.api.response-timeout must be a duration
            live.attachments.max-size = 1000     | live.attachments.max-size must be a size
            live.api.base-url = https:/gw/live   | live.api.base-url must be an address
            live.api.base-url = http:gw          | live.api.base-url must be an address
            live.api.base-url = http://gw:99999  | live.api.base-url must be an address
            live.api.base-url = http://live_gw/x | live.api.base-url must be an address
            live.api.base-url = http://u:p@gw/x  | live.api.base-url must be an address
            live.api.base-url = http://gw/x#y    | live.api.base-url must be an address
            live.s3.endpoint = http://minio_1:90 | live.s3.endpoint must be an address
            live.s3.public-endpoint = http://a_b | live.s3.public-endpoint must be an address
            live.lookup.http.url = http://a_b/{hash} | live.lookup.http.url must be an address
            live.jms.url = tcp://my_broker:61616 | live.jms.url must be an address of Artemis
            live.jms.url = tcp://broker:99999    | live.jms.url must be an address of Artemis
            live.jms.url = (tcp://a:1,tcp://b_:2) | live.jms.url must be an address of Artemis
            live.attachments.allowed-hosts = 10.0.0.0/99 | live.attachments.allowed-hosts must be names of hosts
            live.attachments.allowed-hosts = 10.0.0.256 | live.attachments.allowed-hosts must be names of hosts
            live.attachments.allowed-hosts = a:99999 | live.attachments.allowed-hosts must be names of hosts
            live.groups.a/b = 1                  | live.groups.a/b must have a name of letters
            live.extra.Plan = {{plan}}           | live.extra.Plan holds a placeholder of plan, which is missing
            live.retry.delay = {{wait}}          | live.retry.delay holds a placeholder of wait, which is missing
            camel.component.http.proxyHost = p   | camel.component.http.proxyHost and camel.component.http.proxyPort need each other
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
                                + "live.queues.grouped = sales.messages.grouped\nlive.bots.sales.id = 2\nlive.bots.sales.token = t\n"
                                + "live.bots.sales.queues.messages = sales.messages\n")
                        .problems())
                .containsExactly(
                        "the grouped queue of live.bots.sales.queues.messages and live.queues.grouped must differ, not both be"
                                + " 'sales.messages.grouped'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            live.store.url = jdbc:postgresql://me:s3cret@db/live
            live.lookup.sql.url = jdbc:oracle:thin:@//db/crm?user=me&password=s3cret
            live.lookup.sql.url = jdbc:oracle:thin:me/s3cret@db:1521:crm
            live.lookup.http.url = https://me:s3cret@crm/{hash}
            live.jms.url = tcp://me:s3cret@my_broker:1
            live.jms.url = my_broker?trustStorePassword=s3cret
            live.api.base-url = https://me:s3/s3cret@gw
            live.api.base-url = https://my_gw?code=s3cret
            """)
    void repeatsNoPassword(String line) throws Exception {
        assertThat(settings(REQUIRED + line).problems())
                .singleElement()
                .asString()
                .doesNotContain("s3cret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "live.lookup.http.url = https://crm/find?user={hash}",
                "live.lookup.http.url = https://crm:8443/users:1/{hash}@acme",
                "live.lookup.sql.url = jdbc:postgresql://db:5432/crm?options=-c%20search_path=a@b",
                "live.lookup.sql.url = jdbc:oracle:thin:@//db.example.org:1521/crm",
                "live.lookup.sql.url = jdbc:oracle:thin:@db.example.org:1521:crm",
                "live.store.url = jdbc:postgresql://db:5432/live?options=-c%20search_path=a@b"
            })
    void takesAnAddressWithoutCredentials(String line) throws Exception {
        assertThat(settings(REQUIRED + line).problems()).isEmpty();
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
        Settings settings = settings("b = 2m\nc = 32MB\ne = 1, 2\nf = 7b\ng = png, jpeg gif\n");

        assertThat(settings.duration("b")).isEqualTo(Duration.ofMinutes(2));
        assertThat(settings.size("c")).isEqualTo(32L * 1024 * 1024);
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

    @Test
    void readsFilesInUtf8() throws Exception {
        Settings settings =
                settings("\uFEFFlive.extra.Canal = Teléfono móvil\nlive.groups.atención = 2179\n" + REQUIRED);

        assertThat(settings.problems()).isEmpty();
        assertThat(settings.family("live.extra.")).containsEntry("Canal", "Teléfono móvil");
        assertThat(settings.numbers("live.groups.atención")).containsExactly(2179L);
        Files.write(home.resolve("config/application.properties"), new byte[] {'a', '=', (byte) 0xe9});
        assertThatThrownBy(() -> Bridge.settings(home, null))
                .isInstanceOf(StartException.class)
                .hasMessage("config/application.properties is not in UTF-8: save it in this encoding");
    }

    @Test
    void allowsTheNamesOfGroupsThatRequestsMayGive() throws Exception {
        RequestSchema schema = RequestSchema.of("conversation-request.schema.json");
        for (String name : List.of("atención", "продажи", "販売", "a.b-c_1", "a b", "a/b", "x".repeat(65))) {
            boolean requested = schema.violations(new ObjectMapper()
                            .readTree("{\"group\": \"%s\", \"user\": {\"hash\": \"u\", \"firstname\": \"A\"}}"
                                    .formatted(name)))
                    .isEmpty();

            assertThat(settings(REQUIRED + "live.groups." + name.replace(" ", "\\ ") + " = 1")
                            .problems()
                            .isEmpty())
                    .as(name)
                    .isEqualTo(requested);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Nube42\n",
                "Nube42\r\n",
                "a{{b",
                "x}}y$z",
                "a{{{b}}}",
                "{{live.bot.id}}",
                "#bean:x",
                "ab\\c",
                " a ",
                "a\\{{b"
            })
    void takesSecretsAsTheyAre(String secret) throws Exception {
        for (String key : List.of(
                "live.bot.token",
                "live.jms.password",
                "live.s3.secret-key",
                "live.store.password",
                "live.lookup.sql.password",
                "live.webhook.secret",
                "live.bots.sales.token",
                "live.api.headers.X-Key")) {
            environment.clear();
            environment.put(key.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"), secret);
            Settings settings =
                    settings("live.bots.sales.id = 2\nlive.bots.sales.token = t\nlive.api.headers.X-Key = k\n");

            assertThat(settings.find(key))
                    .as(key)
                    .hasValue(secret.stripTrailing().equals("Nube42") ? "Nube42" : secret);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Nube42\n", "a{{b", "x}}y$z", "{{live.bot.id}}", "#bean:x", "ab\\c", "RAW(a)"})
    void givesTheBrokerItsPasswordAsItIs(String password) throws Exception {
        Files.createDirectories(home.resolve("config"));
        Files.copy(Path.of("config/application.properties"), home.resolve("config/application.properties"));
        Main main = Bridge.configured(home, null);
        main.addOverrideProperty("live.jms.url", "tcp://localhost:1");
        main.addOverrideProperty("live.jms.username", "ACME\\u");
        main.addOverrideProperty("live.jms.password", password);
        main.start();
        try {
            ActiveMQJMSConnectionFactory factory = main.getCamelContext()
                    .getRegistry()
                    .lookupByNameAndType("brokerConnectionFactory", ActiveMQJMSConnectionFactory.class);

            assertThat(factory.getPassword()).isEqualTo(password.stripTrailing());
            assertThat(factory.getUser()).isEqualTo("ACME\\u");
        } finally {
            main.stop();
        }
    }

    @Test
    void takesAnEmptyValueForNone() throws Exception {
        environment.put("LIVE_RETRY_DELAY", "");
        environment.put("LIVE_API_BASE_URL", " ");
        environment.put("LIVE_JMS_URL", "");
        Settings settings = settings(REQUIRED + "live.api.base-url = http://gw\nlive.lookup.csv.separator = \\t\n");

        assertThat(settings.problems()).isEmpty();
        assertThat(settings.duration("live.retry.delay")).isEqualTo(Duration.ofMillis(500));
        assertThat(settings.text("live.api.base-url")).isEqualTo("http://gw");
        assertThat(settings.text("live.jms.url")).isEqualTo("tcp://localhost");
        assertThat(settings.separator("live.lookup.csv.separator")).isEqualTo('\t');
        environment.put("LIVE_LOOKUP_CSV_SEPARATOR", "\\t");
        assertThat(settings(REQUIRED).separator("live.lookup.csv.separator")).isEqualTo('\t');
    }

    @Test
    void passesOverWhatAPlatformSaysOfItsServices() throws Exception {
        environment.put("LIVE_WEBHOOK_PORT", "tcp://10.43.0.7:8080");
        environment.put("LIVE_MANAGEMENT_PORT", "7070");
        Settings settings = settings(REQUIRED + "live.webhook.port = 8081\n");

        assertThat(settings.problems()).isEmpty();
        assertThat(settings.integer("live.webhook.port")).isEqualTo(8081);
        assertThat(settings.integer("live.management.port")).isEqualTo(7070);
    }

    @Test
    void saysWhereAWrongValueComesFrom() throws Exception {
        environment.put("LIVE_CONSUMERS", "many");
        System.setProperty("live.retry.delay", "soon");

        assertThat(settings(REQUIRED + "live.api.extra-shape = list\n").problems())
                .containsExactly(
                        "live.api.extra-shape must be array, single or object, not 'list' (in config/application.properties)",
                        "live.consumers must be a number of at least 1, not 'many' (in the environment variable LIVE_CONSUMERS)",
                        "live.retry.delay must be a duration, such as 500ms, 30s, 5m or 24h, not 'soon' (in -Dlive.retry.delay)");
    }

    @Test
    void namesWhatMeansNothing() throws Exception {
        environment.putAll(Map.of(
                "LIVE_RETRY_DELEY", "1s",
                "LIVE_EXTRA_PLAN", "gold",
                "LIVE_EXTRA_CHANNEL", "jms",
                "LIVE_GROUPS_SALES", "1",
                "LIVE_BRIDGE_SERVICE_HOST", "10.43.0.7",
                "LIVE_BRIDGE_SERVICE_PORT_HTTP", "80",
                "LIVE_BRIDGE_PORT", "tcp://10.43.0.7:80",
                "LIVE_BRIDGE_PORT_80_TCP_ADDR", "10.43.0.7"));
        Settings settings = settings(REQUIRED + """
                live.extra.Channel = jms
                live.retry.max-atempts = 3
                live.s3.buckt = b
                live.lookup.http.field.Plan = plan
                lvie.retry.delay = 1s
                camel.compnent.http.proxyHost = p
                camel.main.shutdwnTimeout = 1
                camel.component.http.proxyHost = {{my.proxy}}
                camel.component.http.proxyPort = 1
                camel.resilience4j.sliding-window-size = 10
                my.proxy = p
                """);

        assertThat(settings.problems()).isEmpty();
        assertThat(settings.unknown())
                .containsExactly(
                        "camel.compnent.http.proxyHost (in config/application.properties) means nothing: is"
                                + " camel.component.http.proxyHost meant?",
                        "camel.main.shutdwnTimeout (in config/application.properties) means nothing: is"
                                + " camel.main.shutdownTimeout meant?",
                        "live.lookup.http.field.Plan (in config/application.properties) means nothing: is"
                                + " live.lookup.http.fields.Plan meant?",
                        "live.retry.max-atempts (in config/application.properties) means nothing: is live.retry.max-attempts"
                                + " meant?",
                        "live.s3.buckt (in config/application.properties) means nothing: is live.s3.bucket meant?",
                        "lvie.retry.delay (in config/application.properties) means nothing: is live.retry.delay meant?",
                        "the environment variable LIVE_EXTRA_PLAN means nothing",
                        "the environment variable LIVE_RETRY_DELEY means nothing: is LIVE_RETRY_DELAY meant?");
    }

    @Test
    void looksForNamesInRoutesOfAnyCharset() throws Exception {
        Path routes = Files.createDirectories(home.resolve("routes"));
        Files.write(routes.resolve("a.camel.yaml"), "# Grüße {{greeting}}".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(settings(REQUIRED + "greeting = hello\ncamel. = 1\n").unknown())
                .containsExactly("camel. (in config/application.properties) means nothing");
    }

    @Test
    void saysWhyItCouldNotLookForNames() throws Exception {
        Path route = Files.createDirectories(home.resolve("routes/a.camel.yaml"));

        assertThat(settings(REQUIRED).unknown())
                .containsExactly("not looked for misspelt names: java.io.IOException: " + route
                        + " can't be read: Is a directory");
    }

    @Test
    void readsNamesOfCamelInEitherForm() throws Exception {
        assertThat(settings("camel.component.http.proxy-host = p\n").text("camel.component.http.proxyHost"))
                .isEqualTo("p");
    }

    @Test
    void knowsEachNameOfItsOwnFile() throws Exception {
        assertThat(settings(Files.readString(Path.of("config/application.properties")))
                        .unknown())
                .isEmpty();
    }

    @Test
    void findsFilesBelowTheHome() throws Exception {
        Settings settings = settings(REQUIRED + "live.lookup.csv.file = customers.csv\n");

        assertThat(settings.path("live.data-directory")).isEqualTo(home.resolve("data"));
        assertThat(settings.path("live.attachments.spool-directory")).isEqualTo(home.resolve("data/spool"));
        assertThat(settings.path("live.lookup.csv.file")).isEqualTo(home.resolve("customers.csv"));
    }

    private Settings settings(String properties) throws Exception {
        Files.createDirectories(home.resolve("config"));
        Files.writeString(home.resolve("config/application.properties"), properties);
        return Bridge.settings(home, null, environment);
    }
}
