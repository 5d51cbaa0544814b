package dev.livebridge.failure;

import java.util.Collection;
import java.util.Comparator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Takes the bots' tokens out of what Live says. Live appends {@code _<botToken>} to the user's hash and echoes it, so
 * whatever Live answers passes here before anything else is done with it, shortening included.
 */
public final class TokenFilter {
    /** Where one token stands within another, what is left is one again. Nobody does so by accident, and so often. */
    private static final int MAX_LAYERS = 10;

    private final Pattern token;
    private final int longest;

    /** @param tokens of all bots, previous ones too */
    public TokenFilter(Collection<String> tokens) {
        // one may be the beginning of another
        String anyToken = tokens.stream()
                .sorted(Comparator.comparing(String::length).reversed())
                .map(token -> token.chars().mapToObj(c -> anyForm((char) c)).collect(Collectors.joining()))
                .collect(Collectors.joining("|", "(?:", ")"));
        this.token = Pattern.compile("(?:_|%5[Ff]|\\\\u005[Ff])?" + anyToken);
        this.longest = tokens.isEmpty()
                ? 0
                : 6 * (1 + tokens.stream().mapToInt(String::length).max().orElse(0));
    }

    /** A character as it is, as JSON may escape it ({@code \\/}, {@code \\u002f}), or as an address does ({@code %2F}). */
    private static String anyForm(char c) {
        String literal = Pattern.quote(String.valueOf(c));
        return String.format("(?:\\\\?%s|(?i:\\\\u%04x|%%%02x))", literal, (int) c, (int) c);
    }

    /** The text without {@code _<botToken>} and without the bare token, of whichever bot. */
    public String clean(String text) {
        if (longest == 0) {
            return text;
        }
        String clean = text;
        for (int layer = 0; layer < MAX_LAYERS; layer++) {
            String before = clean;
            clean = token.matcher(before).replaceAll("");
            if (clean.length() == before.length()) {
                return clean;
            }
        }
        return "";
    }

    /** The same for a text that was cut off, and may so end in the middle of a token. */
    public String cleanCut(String text) {
        String clean = clean(text);
        return clean.substring(0, Math.max(0, clean.length() - longest));
    }
}
