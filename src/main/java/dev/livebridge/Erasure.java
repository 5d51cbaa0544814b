package dev.livebridge;

import dev.livebridge.attachment.ConversationObjects;
import dev.livebridge.attachment.S3;
import dev.livebridge.conversation.UserRecords;
import dev.livebridge.store.Store;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.dao.DataAccessException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Forgets a user: the attachments in S3 first, then the rows of the store, which say whose attachments they are. So it can be
 * repeated, wherever it was interrupted.
 */
public final class Erasure {
    private final Settings settings;

    /**
     * What was found, or removed.
     *
     * @param conversations of the user, as far as the store knew them
     * @param objects       in {@code live.s3.bucket}; -1 where none is configured
     * @param rows          of the store
     * @param held          selectors of messages on {@code live.queues.held} that have lost their way back
     */
    public record Result(int conversations, int objects, UserRecords.Rows rows, List<String> held) {}

    /** The arguments are those of {@link Bridge}. */
    public Erasure(Path home, String profile) {
        settings = Bridge.settings(home, profile);
    }

    /** {@code live.queues.held}. */
    public String heldQueue() {
        return settings.text("live.queues.held");
    }

    /** Counts what {@link #erase} would remove. */
    public Result find(String userHash) {
        return each(userHash, true);
    }

    /**
     * Removes all.
     *
     * @throws StartException where the configuration is wrong, the store can't be opened, or S3 or the store fails
     */
    public Result erase(String userHash) {
        return each(userHash, false);
    }

    private Result each(String userHash, boolean onlyCount) {
        List<String> problems = settings.problems();
        if (!problems.isEmpty()) {
            throw new StartException(String.join("; ", problems));
        }
        try (Store store = Bridge.store(settings)) {
            reach(store);
            UserRecords records = new UserRecords(store.dataSource(), BotBeans.bots(settings), userHash);
            Set<String> conversations = records.conversations();
            int objects = objects(conversations, onlyCount);
            List<String> held = records.held(conversations);
            return new Result(
                    conversations.size(),
                    objects,
                    onlyCount ? records.count(conversations) : records.remove(conversations),
                    held);
        } catch (DataAccessException e) {
            throw new StartException(
                    "the store failed, repeat it: " + e.getMostSpecificCause().getMessage(), e);
        }
    }

    private static void reach(Store store) {
        if (!store.exists()) {
            throw new StartException("there is no store yet: " + store);
        }
        try (Connection connection = store.dataSource().getConnection()) {
            connection.getMetaData();
        } catch (SQLException e) {
            throw new StartException("the store is out of reach: " + store + ": " + e.getMessage(), e);
        }
    }

    private int objects(Set<String> conversations, boolean onlyCount) {
        Optional<String> bucket = settings.find("live.s3.bucket");
        if (bucket.isEmpty()) {
            return -1;
        }
        try (S3 s3 = Beans.s3(settings)) {
            ConversationObjects attachments = new ConversationObjects(s3.client(), bucket.get());
            return conversations.stream()
                    .mapToInt(id -> onlyCount ? attachments.count(id) : attachments.remove(id))
                    .sum();
        } catch (SdkException | IllegalStateException e) {
            throw new StartException(
                    "bucket " + bucket.get() + " failed, nothing was removed from the store, repeat it: "
                            + e.getMessage(),
                    e);
        }
    }
}
