package dev.livebridge.lookup;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.http.BoundedCalls;
import dev.livebridge.message.RequestedUser;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.message.BasicHeader;

/**
 * The HTTP service that users are looked up in: where it is asked, and what its answer means. Its headers are set in the
 * HTTP client itself: as they never stand on an exchange, no log can show what may be a key.
 */
public final class HttpService implements HttpClientConfigurer {
    /** Stands for a field of the user in {@code live.lookup.http.url}: {@code {hash}}, {@code {email}}. */
    public static final Pattern FIELD = Pattern.compile("\\{(" + String.join("|", RequestedUser.FIELDS) + ")}");

    /** Of the answers 4xx, those that are to blame on the service or on our key for it, not on the user. */
    private static final Set<Integer> OF_THE_SERVICE = Set.of(401, 403, 405, 407, 408, 421, 425, 426, 429);

    /** The lookup is given up first, and says so in better words. */
    private static final Duration GRACE = Duration.ofMillis(200);

    private static final int NOT_ASKED = 0;
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final String url;
    private final Duration timeout;
    private final List<BasicHeader> headers;

    /**
     * @param url     {@code live.lookup.http.url}, with at least one {@link #FIELD}
     * @param timeout {@code live.lookup.http.timeout}, soon after which a call under way is cut off
     * @param headers {@code live.lookup.http.headers.<Name>}, secrets
     */
    public HttpService(String url, Duration timeout, Map<String, String> headers) {
        this.url = url;
        this.timeout = timeout;
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.put("Accept", "application/json");
        all.putAll(headers);
        this.headers = all.entrySet().stream()
                .map(header -> new BasicHeader(header.getKey(), header.getValue(), true))
                .toList();
    }

    /**
     * Where this user is asked for. Null for a user who can't be: who lacks a field that the path names, or all that the
     * address names, or whose field would lead elsewhere, as {@code ..} does in a path.
     */
    public String address(@Body Map<String, Object> user) {
        Predicate<MatchResult> isMissing = field -> value(user, field).isEmpty();
        String address = FIELD.matcher(url)
                .replaceAll(field -> URLEncoder.encode(value(user, field), StandardCharsets.UTF_8)
                        .replace("+", "%20"));
        return FIELD.matcher(path(url)).results().anyMatch(isMissing)
                        || FIELD.matcher(url).results().allMatch(isMissing)
                        || path(address).matches(".*/\\.{1,2}(/.*)?")
                ? null
                : address;
    }

    private static String value(Map<String, Object> user, MatchResult field) {
        return Objects.toString(user.get(field.group(1)), "");
    }

    private static String path(String address) {
        return address.replaceFirst("[?#].*", "");
    }

    /**
     * What the service answered, as JSON, of an array the first element; null where it was not asked or knows nothing of the
     * user: 404, 410, an empty array, or a 2xx without a body.
     *
     * @throws UserLookupException for a status that this user is to blame for, and for what is no JSON, or more than 1 MB of it
     * @throws LookupException     for any other status
     */
    public JsonNode answer(Exchange exchange) throws IOException {
        Message message = exchange.getMessage();
        int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, NOT_ASKED, Integer.class);
        if (status == NOT_ASKED || status == 404 || status == 410) {
            return null;
        }
        if (status / 100 == 4 && !OF_THE_SERVICE.contains(status)) {
            throw new UserLookupException("it answered " + status);
        }
        if (status / 100 != 2) {
            throw new LookupException("it answered " + status);
        }
        try (InputStream body = message.getBody(InputStream.class)) {
            byte[] bytes = body == null ? new byte[0] : body.readAllBytes();
            if (bytes.length > BoundedCalls.MAX_BODY) {
                throw new UserLookupException("its answer is larger than 1 MB");
            }
            return object(bytes, charset(message.getHeader(Exchange.CONTENT_TYPE, String.class)));
        }
    }

    private static JsonNode object(byte[] bytes, Charset charset) throws UserLookupException {
        try {
            // of the encodings of Unicode, with a mark or without, the parser finds out which it is
            JsonNode answer = charset == null || charset.name().matches("(?i)utf.*|us-ascii")
                    ? MAPPER.readTree(bytes)
                    : MAPPER.readTree(new String(bytes, charset));
            if (answer.isArray()) {
                answer = answer.path(0);
            }
            if (answer.isMissingNode() || answer.isNull()) {
                return null;
            }
            if (answer.isObject()) {
                return answer;
            }
        } catch (IOException | NumberFormatException e) {
            // its message would show a piece of the answer; an exponent may be beyond an int
        }
        throw new UserLookupException("its answer is no JSON object");
    }

    /** Null where none is named, or one that Java doesn't know. */
    private static Charset charset(String contentType) {
        try {
            ContentType type = ContentType.parse(contentType);
            return type == null ? null : type.getCharset();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public void configureHttpClient(HttpClientBuilder client) {
        client.setDefaultHeaders(headers);
        new BoundedCalls(Duration.ZERO, timeout.plus(GRACE)).configureHttpClient(client);
    }
}
