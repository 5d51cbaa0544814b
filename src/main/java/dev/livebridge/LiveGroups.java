package dev.livebridge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.failure.TokenFilter;
import dev.livebridge.http.BoundedCalls;
import java.io.IOException;
import java.io.StringWriter;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.hc.client5.http.ConnectTimeoutException;

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
     * Asks {@code live.api.groups-url}, over the HTTP client of the routes.
     *
     * @throws IOException where it can't be reached, or answers anything but 2xx; the message says so for people
     */
    public static LiveGroups ask(CamelContext context) throws IOException {
        Settings settings = new Settings(context.getPropertiesComponent());
        List<String> problems = settings.headerProblems("live.api.headers.");
        if (!problems.isEmpty()) {
            throw new StartException(String.join("; ", problems));
        }
        String url = settings.text("live.api.groups-url");
        Message answer = get(context, url, "liveHeaders");
        int status = answer.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
        byte[] bytes = answer.getBody(byte[].class);
        if (bytes != null && bytes.length > BoundedCalls.MAX_BODY) {
            throw new IOException(StartException.line(url) + " answered more than 1 MB");
        }
        String text = bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
        String body = new TokenFilter(BotBeans.tokens(settings)).clean(text);
        if (status / 100 != 2) {
            throw new IOException(StartException.line(url) + " answered " + status + beginning(body));
        }
        return new LiveGroups(body);
    }

    /**
     * What an address answers, in time.
     *
     * @param client the bean that configures the HTTP client
     */
    static Message get(CamelContext context, String url, String client) throws IOException {
        Settings settings = new Settings(context.getPropertiesComponent());
        Duration connect = settings.duration("live.api.connect-timeout");
        Duration answer = settings.duration("live.api.response-timeout");
        // a command has no other beans
        Beans.bindClients(settings, context.getRegistry());
        try (ProducerTemplate template = context.createProducerTemplate()) {
            Exchange exchange = template.request(
                    "http:live.invalid?httpMethod=GET&userAgent=live-bridge&skipRequestHeaders=true"
                            + "&throwExceptionOnFailure=false&httpClientConfigurer=#" + client,
                    request -> request.getMessage().setHeader(Exchange.HTTP_URI, url));
            Exception failure = exchange.getException();
            if (failure instanceof SocketTimeoutException || failure instanceof ConnectTimeoutException) {
                throw new IOException(
                        StartException.line(url) + " did not answer within "
                                + connect.plus(answer).toSeconds() + " s",
                        failure);
            }
            if (failure != null) {
                throw new IOException(StartException.line(url + ": " + failure), failure);
            }
            return exchange.getMessage();
        }
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
