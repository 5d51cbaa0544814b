package dev.livebridge.lookup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.message.BasicHeader;

/**
 * The HTTP service that users are looked up in: where it is asked, and what its answer means. Its headers are set in the
 * HTTP client itself: as they never stand on an exchange, no log can show what may be a key.
 */
public final class HttpService implements HttpClientConfigurer {
    /** Stands for the user's hash in {@code live.lookup.http.url}. */
    public static final String HASH = "{hash}";

    /** The lookup is given up first, and says so in better words. */
    private static final Duration GRACE = Duration.ofMillis(200);

    private static final int MAX_ANSWER = 1024 * 1024;
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final String url;
    private final Duration timeout;
    private final List<BasicHeader> headers;

    /**
     * @param url     {@code live.lookup.http.url}, with {@link #HASH} in it
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
     * Where this user is asked for.
     *
     * @throws LookupException for a hash that would lead elsewhere, as {@code ..} does in a path
     */
    public String address(@Body Map<String, Object> user) throws LookupException {
        String hash = (String) user.get("hash");
        if (hash.equals(".") || hash.equals("..")) {
            throw new LookupException("a hash of dots can't be asked for");
        }
        return url.replace(HASH, URLEncoder.encode(hash, StandardCharsets.UTF_8).replace("+", "%20"));
    }

    /**
     * What the service answered, as JSON; null where it knows nothing of the user: 404, 410, or a 2xx without a body.
     *
     * @throws LookupException for any other status, and for what is no JSON, or more than 1 MB of it
     */
    public JsonNode answer(Exchange exchange) throws IOException {
        Message message = exchange.getMessage();
        int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
        if (status == 404 || status == 410) {
            return null;
        }
        if (status / 100 != 2) {
            throw new LookupException("it answered " + status);
        }
        try (InputStream body = message.getBody(InputStream.class)) {
            byte[] bytes = body == null ? new byte[0] : body.readNBytes(MAX_ANSWER + 1);
            if (bytes.length > MAX_ANSWER) {
                throw new LookupException("its answer is larger than 1 MB");
            }
            JsonNode answer = MAPPER.readTree(bytes);
            if (answer.isMissingNode()) {
                return null;
            }
            if (!answer.isContainerNode()) {
                throw new LookupException("its answer is no JSON object");
            }
            return answer;
        } catch (JsonProcessingException e) {
            // its message would show a piece of the answer
            throw new LookupException("its answer is no JSON object");
        }
    }

    @Override
    public void configureHttpClient(HttpClientBuilder client) {
        client.setDefaultHeaders(headers);
        client.addExecInterceptorFirst("deadline", (request, scope, chain) -> {
            if (scope.originalRequest instanceof Cancellable call) {
                // whatever it waits for, each byte of a slow answer included; once it has ended, this does nothing
                CompletableFuture.delayedExecutor(timeout.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS)
                        .execute(call::cancel);
            }
            return chain.proceed(request, scope);
        });
    }
}
