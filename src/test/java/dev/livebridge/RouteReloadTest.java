package dev.livebridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteReloadTest {
    @Test
    void survivesWhatNobodyExpects(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("a.camel.yaml"), "- route: {}");
        // without a context nothing can be tried
        RouteReload reload = new RouteReload(folder);
        try (DefaultCamelContext context = new DefaultCamelContext();
                Log log = Log.listen()) {
            Resource saved = ResourceHelper.resolveResource(context, "file:" + file);

            reload.onRouteReload(List.of(saved), false);
            reload.onRouteReload(List.of(saved), false);

            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("Not reloaded, save it again: [file:"))
                    .hasSize(2);
        }
    }
}
