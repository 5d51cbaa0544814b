package dev.livebridge.attachment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.livebridge.bot.TestBots;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.TestProgress;
import dev.livebridge.spool.Content;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UploadTest {
    private static final String DIGEST = "ab".repeat(32);

    private final Upload upload = new Upload("bucket");

    @Test
    void placesByConversationContentAndName() {
        Attachment attachment = attachment("../Foto März.png");

        upload.place(attachment, progress("c-1", null));

        assertThat(attachment.bucket()).isEqualTo("bucket");
        assertThat(attachment.key()).isEqualTo("c-1/" + DIGEST + "/Foto-Marz-63d1aeb0.png");
    }

    @Test
    void saysWhatIsMissingWithoutABucket() {
        assertThatThrownBy(() -> new Upload(null).place(attachment("a"), progress("c", null)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("live.s3.bucket");
    }

    @Test
    void keepsMetadataWithinWhatS3Takes() {
        Map<String, String> metadata =
                upload.metadata(attachment("発".repeat(5_000) + "\r\n"), progress("c".repeat(128), "ñ".repeat(256)));

        int size = metadata.entrySet().stream()
                .mapToInt(entry -> entry.getKey().length() + entry.getValue().length())
                .sum();
        assertThat(size).isLessThan(2048);
        assertThat(metadata.get("original-name")).matches("(%E7%99%BA)+");
        assertThat(metadata.get("user-hash")).matches("(%C3%B1)+");
        assertThat(upload.metadata(attachment("a"), progress("c", null)))
                .containsOnlyKeys("conversation", "original-name");
    }

    private static Progress progress(String conversationId, String userHash) {
        Progress progress = TestProgress.of(TestBots.ONE.main());
        progress.setConversationId(conversationId);
        progress.setUserHash(userHash);
        return progress;
    }

    private static Attachment attachment(String name) {
        return Attachment.of("/attachments/0", Map.of("name", name, "content", new Content(Path.of("0"), 1, DIGEST)));
    }
}
