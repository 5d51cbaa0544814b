package dev.livebridge.delivery;

import java.util.regex.Pattern;

/**
 * Takes the bot's token out of what Live says. Live appends {@code _<botToken>} to the user's hash and echoes it, so
 * whatever Live answers passes here before anything else is done with it, shortening included.
 */
public final class TokenFilter {
    private final Pattern token;
    private final int longest;

    /** @param botToken {@code live.bot.token} */
    public TokenFilter(String botToken) {
        String inJson = botToken.replace("\\", "\\\\").replace("\"", "\\\"");
        this.token = Pattern.compile("_?(?:" + Pattern.quote(botToken) + "|" + Pattern.quote(inJson) + "|"
                + Pattern.quote(inJson.replace("/", "\\/")) + ")");
        this.longest = 1 + 2 * inJson.length();
    }

    /** The text without {@code _<botToken>} and without the bare token. */
    public String clean(String text) {
        return token.matcher(text).replaceAll("");
    }

    /** The same for a text that was cut off, and may so end in the middle of a token. */
    String cleanCut(String text) {
        String clean = clean(text);
        return clean.substring(0, Math.max(0, clean.length() - longest));
    }
}
