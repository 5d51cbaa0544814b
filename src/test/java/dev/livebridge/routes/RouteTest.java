package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.livebridge.attachment.ContentTypes;
import dev.livebridge.attachment.ObjectSource;
import dev.livebridge.attachment.Upload;
import dev.livebridge.attachment.UrlSource;
import dev.livebridge.conversation.Attendance;
import dev.livebridge.conversation.BotChoice;
import dev.livebridge.conversation.Conversations;
import dev.livebridge.conversation.Holds;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.State;
import dev.livebridge.delivery.TestProgress;
import dev.livebridge.event.EventRecords;
import dev.livebridge.event.LiveEvents;
import dev.livebridge.event.Outcomes;
import dev.livebridge.event.ReplyTo;
import dev.livebridge.outage.Outages;
import jakarta.jms.ConnectionFactory;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.test.main.junit5.Configure;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.mockito.Mockito;
import org.mockito.invocation.InvocationOnMock;

/**
 * A file of routes by itself: without broker, store and HTTP. All that its routes call is replaced, and notes the call:
 * the processors and beans by the names that they have in the route ({@code holds.begin}), the endpoints by their
 * addresses ({@code direct:put-back}). A test says what each of them does ({@link #when}, {@link #answer}), sends a message
 * into a route ({@link #send}), and compares the calls, in their order ({@link #assertCalls}).
 *
 * <p>The route {@code a} gets its messages from {@code direct:test:a}, by {@code replaceRouteFromWith}. The cases of a
 * parametrised test share one Camel.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RouteTest {
    /** Before the name of the file. */
    static final String FILE = "camel.main.routesIncludePattern=file:routes/";

    /** {@code mockEndpointsAndSkip}: all that the routes send to. */
    static final String ALL_OTHERS = "^(?!direct:(//)?test:)(direct|jms|seda):.*";

    private static final String INPUT = "direct:test:";

    /** Those of which a route calls methods, rather than a processor that is a method. */
    private static final Map<String, Class<?>> BEANS = Map.ofEntries(
            Map.entry("attendance", Attendance.class),
            Map.entry("botChoice", BotChoice.class),
            Map.entry("contentTypes", ContentTypes.class),
            Map.entry("conversations", Conversations.class),
            Map.entry("eventRecords", EventRecords.class),
            Map.entry("holds", Holds.class),
            Map.entry("liveEvents", LiveEvents.class),
            Map.entry("objectSource", ObjectSource.class),
            Map.entry("outages", Outages.class),
            Map.entry("outcomes", Outcomes.class),
            Map.entry("replyTo", ReplyTo.class),
            Map.entry("upload", Upload.class),
            Map.entry("urlSource", UrlSource.class));

    private static final Set<String> PROCESSORS = processors();
    private static final Properties SETTINGS = settings();

    private final List<String> calls = new ArrayList<>();
    private final Map<String, Processor> effects = new HashMap<>();
    private final Map<String, Object> answers = new HashMap<>();
    private CamelContext context;

    @Configure
    void replaceBeans(MainConfigurationProperties main) {
        main.addConfiguration(new CamelConfiguration() {
            @Override
            public void configure(CamelContext starting) {
                context = starting;
                starting.getPropertiesComponent().setInitialProperties(SETTINGS);
                Registry registry = starting.getRegistry();
                PROCESSORS.forEach(name -> registry.bind(name, Processor.class, step(name)));
                BEANS.forEach((name, type) -> registry.bind(name, stub(name, type)));
                registry.bind("liveJson", new JsonMapper());
                registry.bind("replyConnectionFactory", ConnectionFactory.class, Mockito.mock(ConnectionFactory.class));
            }
        });
    }

    @BeforeEach
    void forgetCalls() {
        calls.clear();
        effects.clear();
        answers.clear();
        others().forEach(other -> {
            other.reset();
            other.whenAnyExchangeReceived(step(other.getName()));
        });
        find("receiver", State.NEW);
        // as the route put-back does: no step is passed behind it
        when("direct:put-back", exchange -> exchange.setRollbackOnly(true));
    }

    /** What a call does to the message. */
    void when(String name, Processor effect) {
        effects.put(name, effect);
    }

    /** What a call finds out. */
    void find(String name, State state) {
        when(name, exchange -> exchange.setVariable(State.VARIABLE, state.toString()));
    }

    /** What a method of a bean answers. */
    void answer(String name, Object value) {
        answers.put(name, value);
    }

    /** What is known of it is its id: {@code ID:1}. */
    Exchange message() {
        return message(TestProgress.ofMessage());
    }

    Exchange message(Progress progress) {
        Exchange exchange = new DefaultExchange(context);
        exchange.setVariable(Progress.VARIABLE, progress);
        exchange.getMessage().setBody("as it came");
        return exchange;
    }

    /** Through this route; what is thrown there stays with the message. */
    Exchange send(String route, Exchange exchange) {
        try {
            Processor input = context.getEndpoint(INPUT + route).createProducer();
            input.process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        return exchange;
    }

    /** Notes a call. */
    void note(String name) {
        calls.add(name);
    }

    /** @param told all that was called, in this order, with commas between; null for nothing */
    void assertCalls(String told) {
        assertThat(calls).containsExactly(told == null ? new String[0] : told.split(", +"));
    }

    /** What this endpoint got last, as it was then. */
    Message received(String endpoint) {
        List<Exchange> received = others().filter(other -> other.getName().equals(endpoint))
                .findFirst()
                .orElseThrow()
                .getExchanges();
        return received.get(received.size() - 1).getMessage();
    }

    /** A bean that the route calls: to verify with what. */
    <T> T bean(Class<T> type) {
        return context.getRegistry().findSingleByType(type);
    }

    private Stream<MockEndpoint> others() {
        return context.getEndpoints().stream()
                .filter(MockEndpoint.class::isInstance)
                .map(MockEndpoint.class::cast);
    }

    private <T> T stub(String name, Class<T> type) {
        return Mockito.mock(type, (InvocationOnMock invocation) -> {
            if (invocation.getMethod().getDeclaringClass() == Object.class) {
                return Mockito.RETURNS_DEFAULTS.answer(invocation);
            }
            String method = name + "." + invocation.getMethod().getName();
            note(method);
            return answers.containsKey(method) ? answers.get(method) : Mockito.RETURNS_DEFAULTS.answer(invocation);
        });
    }

    private Processor step(String name) {
        return exchange -> {
            note(name);
            Processor effect = effects.get(name);
            if (effect != null) {
                effect.process(exchange);
            }
        };
    }

    /** All that the routes name as processors. */
    private static Set<String> processors() {
        Set<String> names = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("routes"), "*.yaml")) {
            for (Path file : files) {
                JsonNode routes = new YAMLMapper().readTree(file.toFile());
                routes.findValues("process")
                        .forEach(step -> names.add(step.path("ref").asText()));
                names.addAll(routes.findValuesAsText("onExceptionOccurredRef"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    /** The bridge's own settings as they are shipped. Those of Camel would open ports. */
    private static Properties settings() {
        Properties all = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of("config/application.properties"))) {
            all.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Properties own = new Properties();
        all.stringPropertyNames().stream()
                .filter(name -> name.startsWith("live."))
                .forEach(name -> own.setProperty(name, all.getProperty(name)));
        return own;
    }
}
