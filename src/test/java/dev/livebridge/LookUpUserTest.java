package dev.livebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.livebridge.lookup.Fields;
import dev.livebridge.lookup.Lookup;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** routes/look-up-user.camel.yaml by itself, with a service that answers when the test lets it. */
class LookUpUserTest {
    private static final Duration TIMEOUT = Duration.ofMillis(100);

    private final CamelContext context = new DefaultCamelContext();
    private final ExecutorService threads = Executors.newSingleThreadExecutor();
    private final CountDownLatch answer = new CountDownLatch(1);
    private boolean fails;

    @BeforeEach
    void start() throws Exception {
        context.getPropertiesComponent().addInitialProperty("live.lookup.csv.file", "customers.csv");
        context.getPropertiesComponent().addInitialProperty("live.lookup.csv.timeout", TIMEOUT.toMillis() + "ms");
        context.getPropertiesComponent().addPropertiesFunction(new DurationFunction(context.getPropertiesComponent()));
        context.getRegistry()
                .bind(
                        "csvLookup",
                        new Lookup(
                                "CSV",
                                new Fields("live.lookup.csv.fields.", Map.of()),
                                TIMEOUT,
                                Duration.ZERO,
                                0,
                                false));
        context.getRegistry().bind("csvLookupThreads", threads);
        PluginHelper.getRoutesLoader(context)
                .loadRoutes(ResourceHelper.resolveResource(context, "file:routes/look-up-user.camel.yaml"));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:ask-csv")
                        .routeId("ask-csv")
                        .errorHandler(noErrorHandler())
                        .process(asked -> {
                            answer.await();
                            asked.setVariable("late", true);
                            asked.setProperty("late", true);
                            asked.getMessage().setHeader("late", true);
                            asked.getMessage().setBody(Map.of("Level", "late"));
                            if (fails) {
                                throw new IllegalStateException("late");
                            }
                        });
            }
        });
        context.start();
    }

    @AfterEach
    void stop() {
        answer.countDown();
        threads.shutdownNow();
        context.stop();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leavesAMessageAsItIsThatWaitedInVain(boolean failsLate) {
        fails = failsLate;
        Map<String, Object> user = Map.of("hash", "7f3c9a1e55d0", "extra", new HashMap<>(Map.of("Plan", "gold")));
        Exchange message = context.createFluentProducerTemplate()
                .withBody(user)
                .withHeader("kept", 1)
                .to("direct:lookup-csv")
                .send();
        message.getMessage().setBody("goes on");
        Exception later = new IllegalStateException("fails later on");
        message.setException(later);

        answer.countDown();
        await().until(() -> context.getInflightRepository().size("ask-csv") == 0);
        // what the breaker's thread does last comes after that
        await().until(() -> threads.submit(() -> true).get());

        assertThat(message.getMessage().getBody()).isEqualTo("goes on");
        assertThat(message.getException()).isSameAs(later);
        assertThat(message.getMessage().getHeaders()).containsOnlyKeys("kept");
        assertThat(message.getProperties()).doesNotContainKey("late");
        assertThat(message.getVariables()).doesNotContainKey("late");
        assertThat(user.get("extra")).isEqualTo(Map.of("Plan", "gold"));
    }
}
