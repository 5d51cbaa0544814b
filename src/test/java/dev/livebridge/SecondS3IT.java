package dev.livebridge;

import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.BytesMessage;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Another implementation of S3, in a process of its own that is not there yet when the bridge starts. */
@Tag("slow")
class SecondS3IT {
    private static final int PORT = freePort();

    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .with("live.s3.endpoint", "http://localhost:" + PORT)
            .with("live.s3.bucket", "attachments")
            .with("live.s3.access-key", "any")
            .with("live.s3.secret-key", "any")
            .with("live.s3.path-style", "true")
            .with("live.s3.checksums", "when-required")
            .with("camel.component.aws2-s3.useSSES3", "true")
            .with("camel.component.aws2-s3.storageClass", "STANDARD_IA");

    @TempDir
    private static Path folder;

    private static Process s3mock;

    private final HttpClient browser = HttpClient.newHttpClient();

    @BeforeAll
    static void startS3Mock() throws IOException {
        s3mock = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-jar",
                        "target/s3mock/s3mock.jar",
                        "--http.port=" + PORT,
                        "--server.port=" + freePort(),
                        "--com.adobe.testing.s3mock.store.root=" + folder.resolve("objects"),
                        "--com.adobe.testing.s3mock.store.initial-buckets=attachments")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("s3mock.log").toFile())
                .start();
    }

    @AfterAll
    static void stopS3Mock() throws InterruptedException {
        s3mock.destroyForcibly().waitFor();
    }

    @Test
    void takesAndGivesAttachments() throws Exception {
        byte[] content = "%PDF-1.7\n and more".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        BytesMessage message = BRIDGE.bytes(content);
        message.setStringProperty("fileName", "Übersicht.pdf");
        message.setStringProperty("conversationId", unique("c"));
        await().atMost(Duration.ofSeconds(60)).until(SecondS3IT::isUp);

        JsonNode reply = BRIDGE.request(MESSAGES, message);
        JsonNode again = BRIDGE.request(MESSAGES, message);

        assertThat(again.at("/status").asText()).isEqualTo("sent");
        assertThat(BRIDGE.passes("log-exists")).isEqualTo(1);
        HttpRequest open = HttpRequest.newBuilder(
                        URI.create(reply.at("/entries/0/value").asText()))
                .build();
        HttpResponse<byte[]> opened = browser.send(open, HttpResponse.BodyHandlers.ofByteArray());
        assertThat(opened.body()).isEqualTo(content);
        assertThat(opened.headers().firstValue("Content-Type")).hasValue("application/pdf");
        assertThat(opened.headers().firstValue("Content-Disposition"))
                .hasValue("attachment; filename=\"Ubersicht-f84625b0.pdf\"; filename*=UTF-8''%C3%9Cbersicht.pdf");
        assertThat(opened.headers().firstValue("x-amz-server-side-encryption")).hasValue("AES256");
        assertThat(opened.headers().firstValue("x-amz-storage-class")).hasValue("STANDARD_IA");
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }

    private static boolean isUp() {
        try (Socket socket = new Socket("localhost", PORT)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() {
        try {
            return TestBridge.freePort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
