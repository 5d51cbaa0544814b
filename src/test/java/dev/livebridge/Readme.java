package dev.livebridge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What README.md, and other pages, tell their reader to type and to write. */
final class Readme {
    private static final Path README = Path.of("README.md");

    private Readme() {}

    /** The commands, in their order. */
    static List<String> commands() throws IOException {
        return blocks(README, "sh").stream().flatMap(String::lines).toList();
    }

    /** The piece of a route that contains this text. */
    static String yaml(String text) throws IOException {
        return yaml(README, text);
    }

    /** The same of another page. */
    static String yaml(Path page, String text) throws IOException {
        return blocks(page, "yaml").stream()
                .filter(block -> block.contains(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError(page + " has no YAML with " + text));
    }

    /** The pieces of configuration of a page. */
    static List<String> properties(Path page) throws IOException {
        return blocks(page, "properties");
    }

    private static List<String> blocks(Path page, String language) throws IOException {
        return Pattern.compile("^```" + language + "\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(Files.readString(page))
                .results()
                .map((MatchResult block) -> block.group(1))
                .toList();
    }
}
