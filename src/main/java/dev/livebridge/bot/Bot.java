package dev.livebridge.bot;

import java.util.List;

/**
 * One of Live's bots, in whose name Live is called: {@code live.bot}, or one of {@code live.bots.<name>}.
 *
 * @param name          as requests give it ({@code "bot": "sales"}); empty for {@code live.bot}
 * @param id            {@code .id}, by which Live knows it
 * @param token         {@code .token}, a secret
 * @param defaultGroups {@code .default-groups-id}, else {@code live.default-groups-id}; may be empty
 */
public record Bot(String name, long id, String token, List<Long> defaultGroups) {
    /** What Live is to this bot, in the log and in the health check. */
    public String live() {
        return name.isEmpty() ? "Live" : "Live for bot " + name;
    }

    /** Where its properties begin: {@code live.bot}, or {@code live.bots.<name>}. */
    public String property() {
        return "live." + (name.isEmpty() ? "bot" : "bots." + name);
    }

    /** A user of this bot: a hash may be another person's with another bot. */
    public String userGroup(String userHash) {
        return name.isEmpty() || userHash == null ? userHash : name + "/" + userHash;
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return name.isEmpty() ? "the bot" : "bot " + name;
    }
}
