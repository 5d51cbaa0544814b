package dev.livebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Collection;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteReloadTest {
    @TempDir
    private Path home;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private Path routes;
    private Log log;

    @BeforeEach
    void startWithTwoRoutes() throws Exception {
        log = Log.listen();
        routes = Files.createDirectories(home.resolve("routes"));
        Files.writeString(routes.resolve("two.camel.yaml"), route("first", "one") + route("second", "two"));
        RouteFiles files = new RouteFiles(home);
        for (Path file : files.byName().values()) {
            PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.resolveResource(context, "file:" + file));
        }
        context.addService(new RouteReload(context, files, Duration.ofMillis(50)));
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
        log.close();
    }

    @Test
    void saysOnceWhatItHasReloaded() throws Exception {
        save("two.camel.yaml", route("first", "changed") + route("second", "two"));

        awaitLine("Reloaded " + routes.resolve("two.camel.yaml") + ": first, second");
        assertThat(ask("first")).isEqualTo("changed");
        save("two.camel.yaml", route("first", "changed again") + route("second", "two"));
        await().until(() -> ask("first").equals("changed again"));
        await().until(() ->
                log.lines().stream().filter(line -> line.contains("eload")).count() == 2);
    }

    @Test
    void endsARouteThatIsTakenOutOfItsFile() throws Exception {
        save("two.camel.yaml", route("first", "one"));

        awaitLine("; ended: second");
        assertThat(context.getRoute("second")).isNull();
        assertThat(ask("first")).isEqualTo("one");
    }

    @Test
    void endsARouteWhoseIdIsAnother() throws Exception {
        save("two.camel.yaml", route("first", "one") + route("second", "two").replace("id: second", "id: renamed"));

        awaitLine("first, renamed; ended: second");
        assertThat(context.getRoute("second")).isNull();
        assertThat(ask("second")).isEqualTo("two");
    }

    @Test
    void endsTheRoutesOfAFileThatIsDeleted() throws Exception {
        Files.delete(routes.resolve("two.camel.yaml"));

        awaitLine("two.camel.yaml is gone; ended: first, second");
        assertThat(context.getRoutes()).isEmpty();
    }

    @Test
    void keepsTheRoutesOfAFileThatIsRenamed() throws Exception {
        Files.move(routes.resolve("two.camel.yaml"), routes.resolve("pair.camel.yaml"));

        awaitLine("two.camel.yaml is gone");
        assertThat(ask("first")).isEqualTo("one");
        assertThat(ask("second")).isEqualTo("two");
    }

    @Test
    void putsTheOldRoutesBackWhereTheNewOnesDoNotStart() throws Exception {
        // two consumers of one direct endpoint
        save(
                "two.camel.yaml",
                route("first", "never") + route("broken", "never").replace("direct:broken", "direct:first"));

        awaitLine("Not reloaded, the routes before it go on: " + routes.resolve("two.camel.yaml"));
        assertThat(ask("first")).isEqualTo("one");
        assertThat(ask("second")).isEqualTo("two");
        assertThat(context.getRoute("broken")).isNull();
        assertThat(context.getRouteDefinition("broken")).isNull();
        Collection<HealthCheck.Result> readiness = HealthCheckHelper.invokeReadiness(context);
        assertThat(readiness).allMatch(check -> check.getState() == HealthCheck.State.UP);
        assertThat(log.lines().stream().filter(line -> line.contains("eload"))).hasSize(1);
    }

    @Test
    void removesANewFileWhoseRoutesDoNotStart() throws Exception {
        save("new.camel.yaml", route("third", "three").replace("direct:third", "direct:first"));

        awaitLine("Not reloaded, the routes before it go on: " + routes.resolve("new.camel.yaml"));
        assertThat(context.getRoute("third")).isNull();
        assertThat(ask("first")).isEqualTo("one");
    }

    @Test
    void refusesTheIdOfAnotherFilesRoute() throws Exception {
        save("new.camel.yaml", route("first", "mine"));

        awaitLine("the route id first is taken by file:" + routes.resolve("two.camel.yaml"));
        assertThat(ask("first")).isEqualTo("one");
    }

    @Test
    void takesAnOwnFileInPlaceOfTheOneOfTheSameName() throws Exception {
        Path custom = Files.createDirectory(routes.resolve("custom"));
        Files.writeString(custom.resolve("two.camel.yaml"), route("first", "own") + route("second", "two"));
        await().until(() -> ask("first").equals("own"));

        Files.delete(custom.resolve("two.camel.yaml"));

        await().until(() -> ask("first").equals("one"));
    }

    @Test
    void readsFilesOfAnyCharset() throws Exception {
        Path draft = home.resolve("draft");
        Files.write(draft, ("# Grüße\n" + route("third", "three")).getBytes(StandardCharsets.ISO_8859_1));
        Files.move(draft, routes.resolve("latin.camel.yaml"));
        await().until(() -> ask("third").equals("three"));

        save("two.camel.yaml", route("first", "changed"));

        await().until(() -> ask("first").equals("changed"));
    }

    /** As Kubernetes mounts a ConfigMap. */
    @Test
    void noticesLinksThatAreSwapped() throws Exception {
        Path custom = Files.createDirectory(routes.resolve("custom"));
        mount(custom, "..2026_01", "three");
        Files.createSymbolicLink(custom.resolve("own.camel.yaml"), Path.of("..data/own.camel.yaml"));
        await().until(() -> context.getRoute("third") != null);

        mount(custom, "..2026_02", "four");

        await().until(() -> ask("third").equals("four"));
    }

    private static void mount(Path custom, String version, String answer) throws IOException {
        Path folder = Files.createDirectory(custom.resolve(version));
        Files.writeString(folder.resolve("own.camel.yaml"), route("third", answer));
        Path link = Files.createSymbolicLink(custom.resolve("..data_tmp"), Path.of(version));
        Files.move(link, custom.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void namesAMistakeWithoutAMessage() throws Exception {
        Path file = Files.writeString(home.resolve("a.camel.yaml"), route("a", "{{name}}"));
        try (DefaultCamelContext silent = new DefaultCamelContext()) {
            silent.getPropertiesComponent().addPropertiesSource(new PropertiesSource() {
                @Override
                public String getName() {
                    return "silent";
                }

                @Override
                public String getProperty(String name) {
                    throw new IllegalStateException();
                }
            });

            assertThat(new RouteTrial(silent, new RouteFiles(home))
                            .mistake(ResourceHelper.resolveResource(silent, "file:" + file)))
                    .hasValueSatisfying(mistake -> assertThat(mistake).endsWith(": java.lang.IllegalStateException"));
        }
    }

    private void save(String name, String text) throws IOException {
        Path draft = Files.writeString(home.resolve("draft"), text);
        Files.move(draft, routes.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private void awaitLine(String part) {
        await().untilAsserted(() -> assertThat(log.lines()).anyMatch(line -> line.contains(part)));
    }

    private String ask(String route) {
        try {
            return context.createProducerTemplate().requestBody("direct:" + route, "", String.class);
        } catch (RuntimeException e) {
            return e.toString();
        }
    }

    private static String route(String id, String answer) {
        return """
                - route:
                    id: %s
                    from:
                      uri: direct:%s
                      steps:
                        - setBody:
                            expression:
                              constant:
                                expression: "%s"
                """.formatted(id, id, answer);
    }
}
