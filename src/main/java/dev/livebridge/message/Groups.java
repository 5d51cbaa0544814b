package dev.livebridge.message;

import dev.livebridge.bot.Bot;
import dev.livebridge.delivery.ErrorCode;
import dev.livebridge.delivery.RefusedException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The Live groups whose agents may take a conversation. */
public final class Groups {
    private final Function<String, List<Long>> byName;

    /** @param byName the ids that {@code live.groups.<name>} maps, empty for a name it doesn't */
    public Groups(Function<String, List<Long>> byName) {
        this.byName = byName;
    }

    /** {@code groupsId}, the ids of {@code group}, or the bot's default. */
    List<?> of(Map<String, Object> request, Bot bot) throws RefusedException {
        if (request.get("groupsId") instanceof List<?> ids) {
            return ids;
        }
        if (request.get("group") instanceof String name) {
            List<Long> ids = byName.apply(name);
            if (ids.isEmpty()) {
                throw RefusedException.request(
                        ErrorCode.UNKNOWN_GROUP, "/group", "no live.groups." + name + " is configured");
            }
            return ids;
        }
        if (bot.defaultGroups().isEmpty()) {
            throw RefusedException.request(
                    ErrorCode.INVALID_REQUEST, "/", "needs groupsId or group: no live.default-groups-id is configured");
        }
        return bot.defaultGroups();
    }
}
