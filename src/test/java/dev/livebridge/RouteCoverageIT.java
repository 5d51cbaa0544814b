package dev.livebridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Runs last (pom.xml): together, the tests before it must have passed every step of every route. */
class RouteCoverageIT {
    @Test
    void everyStepOfEveryRouteIsTested() throws IOException {
        Set<String> steps = new TreeSet<>();
        List<JsonNode> entries = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                new YAMLMapper().readTree(file.toFile()).forEach(entries::add);
            }
        }
        for (JsonNode entry : entries) {
            collect(entry.path("route").path("from").path("steps"), steps);
            collect(entry.path("routeConfiguration").path("onException"), steps);
            collectMade(entry.path("routeTemplate"), entries, steps);
        }

        assertThat(steps).hasSizeGreaterThan(50);
        assertThat(RouteCoverage.passed()).as("steps that the tests passed").containsAll(steps);
    }

    /** The ids in each route that is made from this template. */
    private static void collectMade(JsonNode template, List<JsonNode> entries, Set<String> ids) {
        Set<String> own = new TreeSet<>();
        collect(template.path("from").path("steps"), own);
        collect(template.path("route").path("from").path("steps"), own);
        Set<String> made = new TreeSet<>();
        for (JsonNode entry : entries) {
            JsonNode route = entry.path("templatedRoute");
            if (route.path("routeTemplateRef").equals(template.path("id"))) {
                own.forEach(id -> made.add(route.get("prefixId").asText() + id));
            }
        }
        assertThat(made.isEmpty()).as("%s is used", template).isEqualTo(own.isEmpty());
        ids.addAll(made);
    }

    /** The ids of these steps, and of those within them. */
    private static void collect(JsonNode steps, Set<String> ids) {
        for (JsonNode step : steps) {
            for (JsonNode body : step) {
                // of a try and of an onException, it is the steps within that messages pass
                if (body.has("id") && !step.has("doTry") && !step.has("onException")) {
                    ids.add(body.get("id").asText());
                }
                for (String nested : new String[] {"steps", "when", "doCatch"}) {
                    collectNested(body.path(nested), ids);
                }
                collect(body.path("otherwise").path("steps"), ids);
                collect(body.path("onFallback").path("steps"), ids);
            }
        }
    }

    private static void collectNested(JsonNode list, Set<String> ids) {
        for (JsonNode element : list) {
            // a when or a doCatch is no map of one step, but has steps itself
            collect(
                    element.has("steps")
                            ? element.get("steps")
                            : new YAMLMapper().createArrayNode().add(element),
                    ids);
        }
    }
}
