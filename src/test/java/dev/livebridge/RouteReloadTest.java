package dev.livebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteReloadTest {
    @Test
    void triesAgainAfterWhatNobodyExpects(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("a.camel.yaml"), "- route: {}");
        // without a context nothing can be tried
        RouteReload reload = new RouteReload(folder);
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Resource saved = ResourceHelper.resolveResource(context, "file:" + file);

            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> reload.onRouteReload(List.of(saved), false))
                        .hasMessageStartingWith("save it again: ");
            }
        }
    }

    @Test
    void namesAMistakeWithoutAMessage(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("a.camel.yaml"), """
                - route:
                    from:
                      uri: "direct:{{name}}"
                      steps:
                        - stop: {}
                """);
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getPropertiesComponent().addPropertiesSource(new PropertiesSource() {
                @Override
                public String getName() {
                    return "silent";
                }

                @Override
                public String getProperty(String name) {
                    throw new IllegalStateException();
                }
            });

            assertThat(new RouteTrial(context, folder).mistake(ResourceHelper.resolveResource(context, "file:" + file)))
                    .hasValueSatisfying(mistake -> assertThat(mistake).endsWith(": java.lang.IllegalStateException"));
        }
    }
}
