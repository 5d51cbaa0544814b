package dev.livebridge;

import static dev.livebridge.TestBridge.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gigabyte, each way, through a sandbox (the bridge, its broker and its S3 server in one process) with 128 MB of heap. */
@Tag("slow")
class GigabyteIT {
    private static final long SIZE = 1L << 30;
    private static final long PATIENCE = Duration.ofMinutes(3).toMillis();

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void passesInConstantMemory() throws Exception {
        HttpServer source = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        source.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, SIZE);
            try (OutputStream out = exchange.getResponseBody();
                    InputStream in = new Noise()) {
                in.transferTo(out);
            }
        });
        source.start();
        try (Launcher launcher = new Launcher(folder, "-Xmx128m")) {
            Process sandbox = launcher.sandbox("LIVE_ATTACHMENTS_ALLOWED_HOSTS=localhost");
            try (Connection connection =
                            new ActiveMQConnectionFactory("tcp://localhost:" + launcher.jmsPort()).createConnection();
                    Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
                connection.start();
                BytesMessage file = session.createBytesMessage();
                file.setObjectProperty("JMS_AMQ_InputStream", new Noise());
                file.setStringProperty("fileName", "noise.bin");
                file.setStringProperty("userHash", "7f3c9a1e55d0");
                opensAsItWas(request(session, file));
                print("BytesMessage", sandbox);

                opensAsItWas(request(session, session.createTextMessage("""
                        {"userHash": "7f3c9a1e55d0", "attachments": [{"name": "url.bin", "url": "http://localhost:%d/"}]}
                        """.formatted(
                                source.getAddress().getPort()))));
                print("url", sandbox);

                BytesMessage refused = session.createBytesMessage();
                refused.setObjectProperty("JMS_AMQ_InputStream", new Noise());
                refused.setStringProperty("fileName", "noise.bin");
                refused.setStringProperty("userHash", "nobody");
                assertThat(request(session, refused).at("/error/code").asText()).isEqualTo("unknown-conversation");
                try (MessageConsumer dead = session.createConsumer(session.createQueue("live.deadletters"))) {
                    Message letter = dead.receive(PATIENCE);
                    MessageDigest digest = MessageDigest.getInstance("SHA-256");
                    letter.setObjectProperty(
                            "JMS_AMQ_SaveStream", new DigestOutputStream(OutputStream.nullOutputStream(), digest));
                    assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(Noise.sha256());
                }
                print("dead letter", sandbox);
            }
            try (Stream<Path> spool = Files.walk(folder.resolve("data/spool"))) {
                assertThat(spool.filter(Files::isRegularFile).filter(path -> !path.endsWith("lock")))
                        .isEmpty();
            }
            assertThat(launcher.sandboxLog()).doesNotContain("OutOfMemory", "ERROR");
        } finally {
            source.stop(0);
        }
    }

    private JsonNode request(Session session, Message message) throws Exception {
        Queue replies = session.createTemporaryQueue();
        message.setJMSReplyTo(replies);
        session.createProducer(session.createQueue("live.messages")).send(message);
        try (MessageConsumer consumer = session.createConsumer(replies)) {
            Message reply = consumer.receive(PATIENCE);
            assertThat(reply).as("a reply").isNotNull();
            return json(reply);
        }
    }

    private void opensAsItWas(JsonNode reply) throws Exception {
        assertThat(reply.at("/status").asText()).as(reply.toString()).isEqualTo("sent");
        HttpRequest open = HttpRequest.newBuilder(
                        URI.create(reply.at("/entries/0/value").asText()))
                .build();
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream body =
                http.send(open, HttpResponse.BodyHandlers.ofInputStream()).body()) {
            body.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        }
        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(Noise.sha256());
    }

    /** For the one who reads the build's output: where Linux tells it, the most memory that the process has had. */
    private static void print(String what, Process process) throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        if (Files.exists(status)) {
            try (Stream<String> lines = Files.lines(status)) {
                lines.filter(line -> line.startsWith("VmHWM"))
                        .forEach(line ->
                                System.out.println("1 GB " + what + " at -Xmx128m: peak RSS" + line.substring(6)));
            }
        }
    }

    /** A gigabyte of bytes that don't compress, the same each time. */
    private static final class Noise extends InputStream {
        private long left = SIZE;
        private long state = 1;

        static String sha256() throws Exception {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (InputStream noise = new Noise()) {
                noise.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            }
            return HexFormat.of().formatHex(digest.digest());
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            if (left == 0) {
                return -1;
            }
            int count = (int) Math.min(left, length);
            for (int i = 0; i < count; i++) {
                if ((SIZE - left + i) % 8 == 0) {
                    state ^= state << 13;
                    state ^= state >>> 7;
                    state ^= state << 17;
                }
                bytes[offset + i] = (byte) (state >>> (SIZE - left + i) % 8 * 8);
            }
            left -= count;
            return count;
        }
    }
}
