package dev.livebridge.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.livebridge.bot.Bot;
import dev.livebridge.bot.TestBots;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.TestProgress;
import dev.livebridge.failure.NoConversationException;
import dev.livebridge.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConversationsTest {
    private static final Bot BOT = TestBots.bot(1000);
    private static final Bot OTHER = TestBots.bot(2000);

    @TempDir
    private Path folder;

    @Test
    void knowsTheNewestConversationOfAUserOfThisBot() throws Exception {
        try (Store store = open()) {
            Conversations conversations = conversations(store, BOT);
            conversations.remember(of(BOT, "c1", "ana"));
            conversations.remember(of(BOT, "c2", "ana"));
            conversations.remember(of(BOT, "c3", "bob"));
            conversations.remember(of(BOT, "c1", "ana"));
            conversations(store, OTHER).remember(of(OTHER, "c4", "ana"));

            assertThat(addressed(conversations, Map.of("userHash", "ana"))).isEqualTo("c2");
            assertThat(addressed(conversations, Map.of("conversationId", "any")))
                    .isEqualTo("any");
            assertThatThrownBy(() -> addressed(conversations, Map.of("userHash", "nobody")))
                    .isInstanceOf(NoConversationException.class)
                    .hasMessageContaining("/userHash");
        }
    }

    @Test
    void keepsTheLongestHashOfAnyScript() throws Exception {
        String hash = "😀".repeat(256);
        try (Store store = open()) {
            Conversations conversations = conversations(store, BOT);
            conversations.remember(of(BOT, "c1", hash));

            assertThat(addressed(conversations, Map.of("userHash", hash))).isEqualTo("c1");
        }
    }

    @Test
    void keepsAllThatWasCommittedWhenTheProcessIsKilled() throws Exception {
        List<String> committed = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            Path output = folder.resolve("round" + round);
            Process writer = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Writer.class.getName(),
                            folder.toString(),
                            "round" + round)
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            await().atMost(Duration.ofSeconds(30)).until(() -> lines(output).size() > 200);
            writer.destroyForcibly().waitFor();
            committed.addAll(lines(output));
        }

        await().ignoreExceptions().untilAsserted(() -> {
            try (Store store = open()) {
                Conversations conversations = conversations(store, BOT);
                for (String id : committed) {
                    assertThat(addressed(conversations, Map.of("userHash", id))).isEqualTo(id);
                }
            }
        });
        assertThat(committed).hasSizeGreaterThan(600);
    }

    private static Conversations conversations(Store store, Bot bot) {
        return new Conversations(
                store,
                TestBots.of(bot.id(), "live.messages"),
                new MessageGroups(store, bot.id()),
                Duration.ofDays(7),
                null,
                false);
    }

    /** A message of this user, whose conversation Live has queued. */
    private static Progress of(Bot bot, String conversationId, String userHash) {
        Progress progress = new Progress(null, null, null, bot);
        progress.setConversationId(conversationId);
        progress.setUserHash(userHash);
        return progress;
    }

    private static String addressed(Conversations conversations, Map<String, Object> request) throws Exception {
        Progress progress = TestProgress.of(BOT);
        progress.setRequest(request);
        progress.setUserHash((String) request.get("userHash"));
        conversations.address(progress);
        return progress.conversationId();
    }

    /** Another process: says the id of each conversation when it is committed. */
    static final class Writer {
        public static void main(String[] args) {
            Store store = new Store(null, null, null, 10, Path.of(args[0]));
            store.open();
            Conversations conversations = conversations(store, BOT);
            for (int i = 0; ; i++) {
                String id = args[1] + "-" + i;
                conversations.remember(of(BOT, id, id));
                System.out.println(id);
            }
        }
    }

    /** Without the last, which may be half written. */
    private static List<String> lines(Path file) throws IOException {
        String text = Files.readString(file);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    private Store open() {
        Store store = new Store(null, null, null, 10, folder);
        store.open();
        return store;
    }
}
