package dev.livebridge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.failure.TokenFilter;
import dev.livebridge.http.BoundedCalls;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What Live's group endpoint answers. Neither its headers nor its shape are documented: the headers are those of the calls
 * to Live, and the answer is taken as it comes, but for the bots' tokens.
 */
public final class LiveGroups {
    private static final Set<String> ID_NAMES = Set.of("id", "groupId", "group_id");
    private static final JsonFactory JSON = new JsonFactory();
    private static final int BEGINNING = 300;

    private final String answer;

    private LiveGroups(String answer) {
        this.answer = answer;
    }

    /**
     * Asks {@code live.api.groups-url}.
     *
     * @throws IOException where it can't be reached, or answers anything but 2xx; the message says so for people
     */
    public static LiveGroups ask(Settings settings) throws IOException, InterruptedException {
        String url = settings.text("live.api.groups-url");
        HttpClient client = HttpClient.newBuilder()
                .connectTimeout(settings.duration("live.api.connect-timeout"))
                .build();
        TokenFilter tokenFilter = new TokenFilter(BotBeans.tokens(settings));
        CompletableFuture<LiveGroups> call = client.sendAsync(
                        request(settings, url), HttpResponse.BodyHandlers.ofInputStream())
                .thenApply(response -> read(response, url, tokenFilter));
        Duration patience =
                settings.duration("live.api.connect-timeout").plus(settings.duration("live.api.response-timeout"));
        try {
            return call.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UncheckedIOException said) {
                throw said.getCause();
            }
            throw new IOException(url + ": " + e.getCause(), e);
        } catch (TimeoutException e) {
            call.cancel(true);
            throw new IOException(url + " did not answer within " + patience.toSeconds() + " s", e);
        }
    }

    private static LiveGroups read(HttpResponse<InputStream> response, String url, TokenFilter tokenFilter) {
        try (InputStream body = response.body()) {
            byte[] bytes = body.readNBytes(BoundedCalls.MAX_BODY + 1);
            if (bytes.length > BoundedCalls.MAX_BODY) {
                throw new IOException(url + " answered more than 1 MB");
            }
            String answer = tokenFilter.clean(new String(bytes, StandardCharsets.UTF_8));
            if (response.statusCode() / 100 != 2) {
                throw new IOException(url + " answered " + response.statusCode() + beginning(answer));
            }
            return new LiveGroups(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpRequest request(Settings settings, String url) throws IOException {
        HttpRequest.Builder request;
        try {
            request = HttpRequest.newBuilder(URI.create(url));
        } catch (IllegalArgumentException e) {
            throw new IOException("live.api.groups-url is no address: " + url, e);
        }
        settings.family("live.api.headers.").forEach((name, value) -> {
            try {
                request.setHeader(name, value);
            } catch (IllegalArgumentException e) {
                // without the cause, whose message shows the value
                throw new StartException("live.api.headers." + name + " can't be sent as a header");
            }
        });
        return request.build();
    }

    private static String beginning(String answer) {
        String text = answer.strip();
        return text.isEmpty() ? "" : ": " + (text.length() <= BEGINNING ? text : text.substring(0, BEGINNING) + "…");
    }

    /** As it came; JSON with a line for each field. */
    public String text() {
        StringWriter out = new StringWriter();
        try (JsonParser parser = JSON.createParser(answer);
                JsonGenerator generator = JSON.createGenerator(out).useDefaultPrettyPrinter()) {
            while (parser.nextToken() != null) {
                generator.copyCurrentEventExact(parser);
            }
        } catch (IOException e) {
            return answer;
        }
        return out.toString();
    }

    /** What looks like the id of a group, wherever it stands; empty where nothing does. */
    public Set<Long> ids() {
        Set<Long> ids = new TreeSet<>();
        try {
            collect(new JsonMapper(JSON).readTree(answer), ids);
        } catch (IOException e) {
            return Set.of();
        }
        return ids;
    }

    private static void collect(JsonNode node, Set<Long> ids) {
        node.properties().stream()
                .filter(field ->
                        ID_NAMES.contains(field.getKey()) && field.getValue().canConvertToLong())
                .filter(field -> field.getValue().isIntegralNumber())
                .forEach(field -> ids.add(field.getValue().longValue()));
        node.forEach(child -> collect(child, ids));
    }
}
