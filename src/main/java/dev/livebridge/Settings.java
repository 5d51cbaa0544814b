package dev.livebridge;

import dev.livebridge.attachment.AllowedHosts;
import dev.livebridge.lookup.HttpService;
import dev.livebridge.lookup.SqlQuery;
import dev.livebridge.message.RequestedUser;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.spi.PropertiesComponent;
import org.apache.camel.util.TimeUtils;

/**
 * The {@code live.*} properties as typed values. config/application.properties says what each means, {@link Configuration}
 * where it comes from.
 */
public final class Settings {
    private static final String HOST = "a host name of letters, digits, '-' and '.', and a port up to 65535";

    /** What a value must look like. */
    private enum ValueType {
        TEXT("a text"),
        SECRET("a secret"),
        BROKER("an address of Artemis, such as tcp://broker.example.org:61616, with " + HOST),
        BOOLEAN("true or false"),
        INTEGER("an integer"),
        INTEGERS("integers, separated by commas"),
        POSITIVE("a number of at least 1"),
        DECIMAL("a number of at least 1, such as 1.5"),
        DURATION("a duration, such as 500ms, 30s, 5m or 24h"),
        SIZE("a size, such as 500KB, 32MB or 1GB"),
        URL("an address that begins with http:// or https://, without a user and a password, with " + HOST),
        PATH("a path that begins with /"),
        MESSAGE_PATH("a path that begins with / and holds {conversationId}"),
        PORT("a port from 1 to 65535"),
        EXTRA_SHAPE("array, single or object"),
        ADDRESS("presigned, public or s3"),
        PRESIGNED_TTL("a duration of at most 7d, the most that signatures allow"),
        CHECKSUMS("when-supported or when-required"),
        JDBC("an address of PostgreSQL, such as jdbc:postgresql://db.example.org/live, whose user and password stand in"
                + " live.store.username and live.store.password"),
        GROUPED_BY("bridge or producer"),
        UNCERTAIN("resend or dead-letter"),
        TYPES("MIME types, such as image/png or video/*, separated by commas"),
        REFUSED_TYPES("MIME types, such as application/zip or video/*, or executables, separated by commas"),
        HOSTS("names of hosts, addresses or ranges of addresses, separated by commas"),
        LOOKUP_URL("an address that begins with http:// or https:// and holds {hash}, or another of "
                + RequestedUser.FIELDS + " in braces, behind the host, without a user and a password, with " + HOST),
        QUERY("a query in which only " + RequestedUser.FIELDS + " stand behind :#"),
        DATABASE(
                "a JDBC address, whose user and password stand in live.lookup.sql.username and live.lookup.sql.password"),
        SEPARATOR("one character that is no letter, digit or quote, or \\t for a tab"),
        ON_FAILURE("continue or retry"),
        LOG_FORMAT("text or json");

        private final String expected;

        ValueType(String expected) {
            this.expected = expected;
        }
    }

    /** An address of the broker, or each of several. */
    private static final Pattern BROKER_HOST = Pattern.compile("tcp:/*([^/?,()]*)");

    /** All of a kind end in {@code *}. */
    private static final String TYPE = "[\\w.+-]+/([\\w.+-]+\\*?|\\*)";
    /** Scheme, and host with port, in an address or in each of several. */
    private static final Pattern HOSTS_OF_ADDRESS = Pattern.compile("(\\w+://)(?:[^/?,()]*@)?([^/?@,;()\\s]+)");

    /** The names of groups that requests may give. */
    private static final String GROUP_NAME = "[\\p{L}\\p{M}\\p{N}_.-]{1,64}";

    private static final Pattern SIZE = Pattern.compile("(\\d+) ?([KMG]?)B");

    private static final Pattern MISSING = Pattern.compile("^Property with key \\[([^\\]]*)]");

    private static final Pattern CREDENTIALS =
            Pattern.compile("(?i)[?&;](user|password|sslpassword)=|//[^?;]*@|^jdbc:oracle:[^?]*:[^/@:]+/[^/@]+@");

    /** Where a mistake may be a password. */
    private static final Set<ValueType> ADDRESSES =
            Set.of(ValueType.BROKER, ValueType.URL, ValueType.JDBC, ValueType.DATABASE, ValueType.LOOKUP_URL);

    private static final List<String> REQUIRED =
            List.of("live.bot.id", "live.bot.token", "live.jms.url", "live.webhook.secret");

    /** Every single property; families ({@code live.extra.*}) are read by {@link #family}. */
    private static final Map<String, ValueType> TYPES = new TreeMap<>(Map.ofEntries(
            Map.entry("live.jms.url", ValueType.BROKER),
            Map.entry("live.jms.username", ValueType.TEXT),
            Map.entry("live.jms.password", ValueType.SECRET),
            Map.entry("live.jms.consumer-window-size", ValueType.INTEGER),
            Map.entry("live.jms.reply-connections", ValueType.POSITIVE),
            Map.entry("live.jms.connect-timeout", ValueType.DURATION),
            Map.entry("live.queues.conversations", ValueType.TEXT),
            Map.entry("live.queues.messages", ValueType.TEXT),
            Map.entry("live.queues.grouped", ValueType.TEXT),
            Map.entry("live.queues.held", ValueType.TEXT),
            Map.entry("live.queues.events", ValueType.TEXT),
            Map.entry("live.queues.deadletters", ValueType.TEXT),
            Map.entry("live.consumers", ValueType.POSITIVE),
            Map.entry("live.reader.batch-size", ValueType.POSITIVE),
            Map.entry("live.jms.max-crash-deliveries", ValueType.POSITIVE),
            Map.entry("live.messages.grouped-by", ValueType.GROUPED_BY),
            Map.entry("live.messages.wait-for-conversation", ValueType.DURATION),
            Map.entry("live.messages.hold-until-attended", ValueType.BOOLEAN),
            Map.entry("live.hold.after", ValueType.DURATION),
            Map.entry("live.hold.timeout", ValueType.DURATION),
            Map.entry("live.uncertain.conversations", ValueType.UNCERTAIN),
            Map.entry("live.uncertain.messages", ValueType.UNCERTAIN),
            Map.entry("live.idempotency.retention", ValueType.DURATION),
            Map.entry("live.conversations.max-age", ValueType.DURATION),
            Map.entry("live.conversations.reuse-open", ValueType.BOOLEAN),
            Map.entry("live.conversations.reopen-closed", ValueType.BOOLEAN),
            Map.entry("live.conversations.reopened-firstname", ValueType.TEXT),
            Map.entry("live.store.url", ValueType.JDBC),
            Map.entry("live.store.username", ValueType.TEXT),
            Map.entry("live.store.password", ValueType.SECRET),
            Map.entry("live.store.connections", ValueType.POSITIVE),
            Map.entry("live.api.split-entries", ValueType.BOOLEAN),
            Map.entry("live.api.max-rate", ValueType.POSITIVE),
            Map.entry("live.retry.notify-after", ValueType.DURATION),
            Map.entry("live.messages.max-text-size", ValueType.SIZE),
            Map.entry("live.reply-to.allowed", ValueType.TEXT),
            Map.entry("live.events.sent", ValueType.BOOLEAN),
            Map.entry("live.api.base-url", ValueType.URL),
            Map.entry("live.api.queue-path", ValueType.PATH),
            Map.entry("live.api.message-path", ValueType.MESSAGE_PATH),
            Map.entry("live.api.extra-shape", ValueType.EXTRA_SHAPE),
            Map.entry("live.api.groups-url", ValueType.URL),
            Map.entry("live.api.connect-timeout", ValueType.DURATION),
            Map.entry("live.api.response-timeout", ValueType.DURATION),
            Map.entry("live.bot.id", ValueType.INTEGER),
            Map.entry("live.bot.token", ValueType.SECRET),
            Map.entry("live.bot.previous-token", ValueType.SECRET),
            Map.entry("live.default-groups-id", ValueType.INTEGERS),
            Map.entry("live.retry.max-attempts", ValueType.POSITIVE),
            Map.entry("live.retry.delay", ValueType.DURATION),
            Map.entry("live.retry.multiplier", ValueType.DECIMAL),
            Map.entry("live.retry.max-delay", ValueType.DURATION),
            Map.entry("live.retry.max-retry-after", ValueType.DURATION),
            Map.entry("live.retry.give-up-after", ValueType.DURATION),
            Map.entry("live.s3.endpoint", ValueType.URL),
            Map.entry("live.s3.region", ValueType.TEXT),
            Map.entry("live.s3.bucket", ValueType.TEXT),
            Map.entry("live.s3.access-key", ValueType.SECRET),
            Map.entry("live.s3.secret-key", ValueType.SECRET),
            Map.entry("live.s3.path-style", ValueType.BOOLEAN),
            Map.entry("live.s3.public-endpoint", ValueType.URL),
            Map.entry("live.s3.presign.access-key", ValueType.SECRET),
            Map.entry("live.s3.presign.secret-key", ValueType.SECRET),
            Map.entry("live.s3.checksums", ValueType.CHECKSUMS),
            Map.entry("live.s3.connect-timeout", ValueType.DURATION),
            Map.entry("live.s3.response-timeout", ValueType.DURATION),
            Map.entry("live.attachments.address", ValueType.ADDRESS),
            Map.entry("live.attachments.public-url", ValueType.URL),
            Map.entry("live.attachments.presigned-ttl", ValueType.PRESIGNED_TTL),
            Map.entry("live.attachments.max-size", ValueType.SIZE),
            Map.entry("live.attachments.max-inline-size", ValueType.SIZE),
            Map.entry("live.attachments.image-types", ValueType.TEXT),
            Map.entry("live.attachments.refused-types", ValueType.REFUSED_TYPES),
            Map.entry("live.attachments.allowed-types", ValueType.TYPES),
            Map.entry("live.attachments.allowed-hosts", ValueType.HOSTS),
            Map.entry("live.attachments.allowed-sources", ValueType.TEXT),
            Map.entry("live.attachments.fetch-timeout", ValueType.DURATION),
            Map.entry("live.attachments.spool-directory", ValueType.TEXT),
            Map.entry("live.lookup.cache-size", ValueType.POSITIVE),
            Map.entry("live.lookup.http.url", ValueType.LOOKUP_URL),
            Map.entry("live.lookup.http.timeout", ValueType.DURATION),
            Map.entry("live.lookup.http.ttl", ValueType.DURATION),
            Map.entry("live.lookup.http.on-failure", ValueType.ON_FAILURE),
            Map.entry("live.lookup.sql.query", ValueType.QUERY),
            Map.entry("live.lookup.sql.url", ValueType.DATABASE),
            Map.entry("live.lookup.sql.username", ValueType.TEXT),
            Map.entry("live.lookup.sql.password", ValueType.SECRET),
            Map.entry("live.lookup.sql.connections", ValueType.POSITIVE),
            Map.entry("live.lookup.sql.timeout", ValueType.DURATION),
            Map.entry("live.lookup.sql.ttl", ValueType.DURATION),
            Map.entry("live.lookup.sql.on-failure", ValueType.ON_FAILURE),
            Map.entry("live.lookup.csv.file", ValueType.TEXT),
            Map.entry("live.lookup.csv.key", ValueType.TEXT),
            Map.entry("live.lookup.csv.separator", ValueType.SEPARATOR),
            Map.entry("live.lookup.csv.timeout", ValueType.DURATION),
            Map.entry("live.lookup.csv.on-failure", ValueType.ON_FAILURE),
            Map.entry("live.data-directory", ValueType.TEXT),
            Map.entry("live.webhook.host", ValueType.TEXT),
            Map.entry("live.webhook.port", ValueType.PORT),
            Map.entry("live.webhook.max-size", ValueType.SIZE),
            Map.entry("live.webhook.request-timeout", ValueType.DURATION),
            Map.entry("live.webhook.secret", ValueType.SECRET),
            Map.entry("live.webhook.previous-secret", ValueType.SECRET),
            Map.entry("live.webhook.event.attended", ValueType.TEXT),
            Map.entry("live.webhook.event.transfer", ValueType.TEXT),
            Map.entry("live.webhook.event.closed", ValueType.TEXT),
            Map.entry("live.management.host", ValueType.TEXT),
            Map.entry("live.management.port", ValueType.PORT),
            Map.entry("live.log.format", ValueType.LOG_FORMAT),
            Map.entry("live.log.file", ValueType.TEXT),
            Map.entry("live.routes.reload", ValueType.BOOLEAN),
            Map.entry("live.sandbox.demo", ValueType.BOOLEAN),
            Map.entry("live.sandbox.host", ValueType.TEXT),
            Map.entry("live.sandbox.address", ValueType.TEXT),
            Map.entry("live.sandbox.jms-port", ValueType.PORT),
            Map.entry("live.sandbox.live-port", ValueType.PORT),
            Map.entry("live.sandbox.s3-port", ValueType.PORT),
            Map.entry("live.sandbox.webhook-url", ValueType.URL)));

    private static final List<String> QUEUES = List.of(
            "live.queues.conversations",
            "live.queues.messages",
            "live.queues.grouped",
            "live.queues.held",
            "live.queues.events",
            "live.queues.deadletters");

    private static final String BOTS = "live.bots.";

    private static final List<String> SECRET_FAMILIES = List.of("live.api.headers.", "live.lookup.http.headers.");

    private static final List<String> FAMILIES = List.of(
            "live.groups.",
            "live.extra.",
            "live.lookup.http.fields.",
            "live.lookup.sql.fields.",
            "live.lookup.csv.fields.",
            "live.messages.read-from.",
            BOTS);

    /** What each of {@code live.bots.<name>} has. */
    private static final Map<String, ValueType> BOT_TYPES = new TreeMap<>(Map.of(
            "id", ValueType.INTEGER,
            "token", ValueType.SECRET,
            "previous-token", ValueType.SECRET,
            "default-groups-id", ValueType.INTEGERS,
            "queues.conversations", ValueType.TEXT,
            "queues.messages", ValueType.TEXT));

    private final PropertiesComponent properties;
    private final Configuration configuration;

    public Settings(PropertiesComponent properties) {
        this.properties = properties;
        this.configuration = Configuration.of(properties);
    }

    /** The names of all single properties. */
    static Set<String> names() {
        return TYPES.keySet();
    }

    /** The beginnings of those that take any name. */
    static Stream<String> families() {
        return Stream.concat(FAMILIES.stream(), SECRET_FAMILIES.stream());
    }

    static boolean isOfAFamily(String key) {
        return families().anyMatch(key::startsWith);
    }

    static boolean isSecret(String key) {
        return TYPES.get(key) == ValueType.SECRET
                || SECRET_FAMILIES.stream().anyMatch(key::startsWith)
                || key.startsWith(BOTS) && key.endsWith("token");
    }

    /** What is wrong with the configuration, a line each; first the one that names all that is missing. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        List<String> missing =
                REQUIRED.stream().filter(key -> find(key).isEmpty()).toList();
        if (!missing.isEmpty()) {
            problems.add("missing: " + String.join(", ", missing)
                    + " (set in config/application.properties, or in the environment as "
                    + missing.get(0).replaceAll("[.-]", "_").toUpperCase(Locale.ROOT) + ")");
        }
        TYPES.forEach((key, type) -> typeProblem(key, type, problems));
        configuration.names("live.extra.").forEach(key -> typeProblem(key, ValueType.TEXT, problems));
        family("live.groups.").keySet().forEach(name -> {
            String key = "live.groups." + name;
            typeProblem(key, ValueType.INTEGERS, problems);
            if (!name.matches(GROUP_NAME)) {
                problems.add(key + " must have a name of letters, digits, '.', '_' and '-', at most 64 characters long"
                        + place(key));
            }
        });
        botProblems(problems);
        SECRET_FAMILIES.forEach(headers -> problems.addAll(headerProblems(headers)));
        together("live.s3.access-key", "live.s3.secret-key", problems);
        together("live.s3.presign.access-key", "live.s3.presign.secret-key", problems);
        together("camel.component.http.proxyHost", "camel.component.http.proxyPort", problems);
        if (find("live.attachments.address").filter("public"::equals).isPresent()
                && find("live.attachments.public-url").isEmpty()) {
            problems.add("live.attachments.public-url is missing, which live.attachments.address = public needs");
        }
        if (find("live.lookup.sql.query").isPresent()
                && find("live.lookup.sql.url").isEmpty()) {
            problems.add("live.lookup.sql.url is missing, which live.lookup.sql.query needs");
        }
        Optional<String> webhook = find("live.webhook.port");
        if (webhook.isPresent() && webhook.equals(find("live.management.port"))) {
            problems.add("live.webhook.port and live.management.port must differ, not both be '" + webhook.get() + "'");
        }
        return problems;
    }

    /** The names that mean nothing, a line each. */
    public List<String> unknown() {
        return UnknownNames.of(configuration);
    }

    /** The names of the headers that {@code live.api.headers.*} or such a family can't send. */
    public List<String> headerProblems(String family) {
        List<String> problems = new ArrayList<>();
        family(family).forEach((name, value) -> {
            if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+") || !value.matches("[\\t\\x20-\\x7e\\x80-\\xff]*")) {
                problems.add(family + name + " can't be sent as a header" + place(family + name));
            }
        });
        return problems;
    }

    private void botProblems(List<String> problems) {
        family(BOTS).keySet().forEach(key -> {
            String name = key.replaceFirst("\\..*", "");
            if (!name.matches("[A-Za-z0-9_-]{1,64}")
                    || !BOT_TYPES.containsKey(key.substring(Math.min(key.length(), name.length() + 1)))) {
                problems.add(BOTS + key + " is unknown: expected " + BOTS + "<name>.<property>, with a name of letters,"
                        + " digits, '_' and '-', and one of " + String.join(", ", BOT_TYPES.keySet()));
            }
        });
        Map<String, String> ids = new LinkedHashMap<>();
        find("live.bot.id").ifPresent(id -> ids.put(id, "live.bot.id"));
        Map<String, String> queues = new LinkedHashMap<>();
        QUEUES.forEach(key -> find(key).ifPresent(queue -> queues.put(queue, key)));
        for (String name : botNames()) {
            String bot = BOTS + name + ".";
            BOT_TYPES.forEach((key, type) -> typeProblem(bot + key, type, problems));
            for (String key : List.of("id", "token")) {
                if (find(bot + key).isEmpty()) {
                    problems.add(bot + key + " is missing (in the environment: "
                            + (bot + key).replaceAll("[.-]", "_").toUpperCase(Locale.ROOT) + ")");
                }
            }
            find(bot + "id").ifPresent(id -> differ(ids, id, bot + "id", problems));
            for (String key : List.of("queues.conversations", "queues.messages")) {
                find(bot + key).ifPresent(queue -> differ(queues, queue, bot + key, problems));
            }
            find(bot + "queues.messages")
                    .ifPresent(queue -> differ(
                            queues, grouped(queue), "the grouped queue of " + bot + "queues.messages", problems));
        }
    }

    /** Where the reader of a bot's own queue of messages hands them on in their groups. */
    public static String grouped(String queue) {
        return queue + ".grouped";
    }

    private static void differ(Map<String, String> taken, String value, String key, List<String> problems) {
        String other = taken.putIfAbsent(value, key);
        if (other != null) {
            problems.add(key + " and " + other + " must differ, not both be '" + value + "'");
        }
    }

    /** The names of {@code live.bots.<name>}, as they stand in the files or among the system properties. */
    public Set<String> botNames() {
        Set<String> names = new TreeSet<>();
        family(BOTS).keySet().forEach(key -> names.add(key.replaceFirst("\\..*", "")));
        return names;
    }

    /** The queues of all bots that requests come by. */
    public Set<String> inQueues() {
        return Stream.concat(Stream.of("live."), botNames().stream().map(name -> BOTS + name + "."))
                .flatMap(bot -> Stream.of(bot + "queues.conversations", bot + "queues.messages"))
                .flatMap(key -> find(key).stream())
                .collect(Collectors.toSet());
    }

    private void together(String one, String other, List<String> problems) {
        if (find(one).isPresent() != find(other).isPresent()) {
            problems.add(one + " and " + other + " need each other");
        }
    }

    private void typeProblem(String key, ValueType type, List<String> problems) {
        try {
            resolve(key)
                    .filter(value -> !fits(type, value))
                    .ifPresent(value -> problems.add(key + " must be " + type.expected
                            + (ADDRESSES.contains(type) ? "" : ", not '" + value + "'") + place(key)));
        } catch (IllegalArgumentException e) {
            // without the text of the message, which may show a secret
            Matcher missing = MISSING.matcher(e.getMessage());
            problems.add(key + " holds a placeholder of "
                    + (missing.find() ? missing.group(1) + ", which is missing" : "something that is missing")
                    + place(key));
        }
    }

    /** Where the value comes from. */
    private String place(String key) {
        return configuration
                .value(key)
                .map(value -> " (in " + value.place() + ")")
                .orElse("");
    }

    /** An address appears in the log. */
    private static boolean hasCredentials(String url) {
        return CREDENTIALS.matcher(url).find();
    }

    private static boolean fits(ValueType type, String value) {
        try {
            return switch (type) {
                case TEXT, SECRET -> true;
                case BROKER ->
                    value.matches("\\(?(tcp|vm|udp|jgroups)://.+")
                            && BROKER_HOST.matcher(value).results().allMatch(host -> isHost("tcp://" + host.group(1)));
                case BOOLEAN -> value.equals("true") || value.equals("false");
                case INTEGER -> Long.parseLong(value) >= Long.MIN_VALUE;
                case INTEGERS -> !integers(value).isEmpty();
                case POSITIVE -> Integer.parseInt(value) >= 1;
                case DECIMAL -> Double.parseDouble(value) >= 1;
                case DURATION -> value.matches("(\\d+(ms|s|m|h|d))+") && TimeUtils.toMilliSeconds(value) > 0;
                case SIZE -> bytes(value) > 0;
                case URL ->
                    value.matches("https?://[^#]+")
                            && isHost(value)
                            && URI.create(value).getRawUserInfo() == null;
                case PATH -> value.startsWith("/");
                case MESSAGE_PATH -> value.startsWith("/") && value.contains("{conversationId}");
                case PORT -> Integer.parseInt(value) > 0 && Integer.parseInt(value) < 65536;
                case EXTRA_SHAPE -> List.of("array", "single", "object").contains(value);
                case ADDRESS -> List.of("presigned", "public", "s3").contains(value);
                case PRESIGNED_TTL ->
                    fits(ValueType.DURATION, value)
                            && TimeUtils.toMilliSeconds(value)
                                    <= Duration.ofDays(7).toMillis();
                case CHECKSUMS -> List.of("when-supported", "when-required").contains(value);
                case JDBC -> value.startsWith("jdbc:postgresql:") && !hasCredentials(value);
                case GROUPED_BY -> List.of("bridge", "producer").contains(value);
                case UNCERTAIN -> List.of("resend", "dead-letter").contains(value);
                case LOOKUP_URL ->
                    value.matches("https?://[^/?#{]+[/?].*")
                            && HttpService.FIELD.matcher(value).find()
                            && fits(
                                    ValueType.URL,
                                    HttpService.FIELD.matcher(value).replaceAll("field"));
                case DATABASE -> value.startsWith("jdbc:") && !hasCredentials(value);
                case QUERY -> RequestedUser.FIELDS.containsAll(SqlQuery.fields(value));
                case SEPARATOR -> value.equals("\\t") || value.matches("[^\\p{L}\\d\"]");
                case ON_FAILURE -> List.of("continue", "retry").contains(value);
                case LOG_FORMAT -> List.of("text", "json").contains(value);
                case TYPES -> Arrays.stream(value.split("[,\\s]+")).allMatch(one -> one.matches(TYPE));
                case REFUSED_TYPES ->
                    Arrays.stream(value.split("[,\\s]+")).allMatch(one -> one.matches(TYPE + "|executables"));
                case HOSTS -> Arrays.stream(value.split("[,\\s]+")).allMatch(AllowedHosts::isEntry);
            };
        } catch (RuntimeException e) {
            return false;
        }
    }

    /** Gives a property another value, which wins over all others. */
    void override(String key, String value) {
        properties.addOverrideProperty(key, value);
    }

    /** Java knows no host in an address whose host has a '_', and no client can reach it. */
    private static boolean isHost(String address) {
        URI uri = URI.create(address);
        return uri.getHost() != null && (uri.getPort() == -1 || fits(ValueType.PORT, Integer.toString(uri.getPort())));
    }

    /** The value of an optional property; empty counts as absent. A secret is as it was written, but for line ends at its end. */
    public Optional<String> find(String key) {
        try {
            return resolve(key);
        } catch (IllegalArgumentException e) {
            // a problem of the configuration, which the start tells
            return Optional.empty();
        }
    }

    /** @throws IllegalArgumentException for a placeholder of a property that is missing */
    private Optional<String> resolve(String key) {
        Optional<String> value = configuration.value(key).map(Configuration.Value::text);
        if (isSecret(key)) {
            value = value.map(secret -> secret.replaceFirst("\\R+$", ""));
        } else {
            // Camel would take a '\\' away from other texts
            value = value.filter(text -> !text.contains("{{"))
                    .or(() -> Optional.ofNullable(properties.parseUri("{{?" + key + "}}")))
                    .map(text -> text.equals("\t") ? text : text.trim());
        }
        return value.filter(text -> !text.isEmpty());
    }

    public String text(String key) {
        return find(key).orElseThrow(() -> new IllegalStateException(key + " is not configured"));
    }

    /** A file or folder, which may be relative to the home of the bridge. */
    public Path path(String key) {
        return configuration.home().resolve(text(key));
    }

    /** The hosts of an address, with its scheme: what a line may show of it, without user, password and parameters. */
    public String hosts(String key) {
        return HOSTS_OF_ADDRESS
                .matcher(text(key))
                .results()
                .map(address -> address.group(1) + address.group(2))
                .distinct()
                .collect(Collectors.joining(", "));
    }

    public boolean flag(String key) {
        return Boolean.parseBoolean(text(key));
    }

    public int integer(String key) {
        return Integer.parseInt(text(key));
    }

    public long number(String key) {
        return Long.parseLong(text(key));
    }

    public Duration duration(String key) {
        return Duration.ofMillis(TimeUtils.toMilliSeconds(text(key)));
    }

    /** What separates cells; a tab as such, or as {@code \t}. */
    public char separator(String key) {
        String separator = text(key);
        return separator.equals("\\t") ? '\t' : separator.charAt(0);
    }

    /** Bytes. */
    public long size(String key) {
        return bytes(text(key));
    }

    /** Values separated by commas or blanks; none where the property is absent. */
    public List<String> list(String key) {
        return find(key)
                .map(value -> Arrays.stream(value.split("[,\\s]+")).toList())
                .orElse(List.of());
    }

    /** Integers separated by commas; none where the property is absent. */
    public List<Long> numbers(String key) {
        return find(key).map(Settings::integers).orElse(List.of());
    }

    /** All properties that begin so, by the rest of their names: from the files and the system properties. */
    public Map<String, String> family(String prefix) {
        Set<String> names = configuration.names(prefix);
        names.addAll(properties.loadProperties(name -> name.startsWith(prefix)).stringPropertyNames());
        Map<String, String> values = new LinkedHashMap<>();
        names.forEach(name -> find(name).ifPresent(value -> values.put(name.substring(prefix.length()), value)));
        return values;
    }

    private static List<Long> integers(String value) {
        return Arrays.stream(value.split("\\s*,\\s*")).map(Long::valueOf).toList();
    }

    private static long bytes(String value) {
        Matcher size = SIZE.matcher(value.toUpperCase(Locale.ROOT));
        if (!size.matches()) {
            throw new NumberFormatException(value);
        }
        return Math.multiplyExact(
                Long.parseLong(size.group(1)), 1L << 10 * " KMG".indexOf((size.group(2) + " ").charAt(0)));
    }
}
