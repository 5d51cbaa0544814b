package dev.livebridge.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/routes.md tells of each file of routes, and of no other. */
class RoutesPageTest {
    private static final Pattern LINK = Pattern.compile("\\.\\./routes/([a-z-]+\\.camel\\.yaml)");

    @Test
    void namesEachFile() throws IOException {
        List<String> named = LINK.matcher(Files.readString(Path.of("docs/routes.md")))
                .results()
                .map(link -> link.group(1))
                .toList();

        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            assertThat(named)
                    .containsExactlyInAnyOrderElementsOf(files.filter(Files::isRegularFile)
                            .map(file -> file.getFileName().toString())
                            .toList());
        }
    }
}
