package dev.livebridge.attachment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.spool.Spool;
import dev.livebridge.spool.SpoolFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where names lead: with a name server of the test's own. */
class UrlSourceTest {
    @TempDir
    private Path folder;

    private final WireMockServer server =
            new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));
    private SpoolFolder spool;

    @BeforeEach
    void start() throws Exception {
        server.start();
        server.stubFor(WireMock.any(WireMock.anyUrl()).willReturn(WireMock.ok("found")));
        Spool whole = new Spool(folder);
        whole.open();
        DefaultCamelContext context = new DefaultCamelContext();
        spool = whole.folder(new DefaultExchange(context));
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    @Test
    void doesNotConnectToAnInnerAddressBehindAnAllowedName() {
        RefusedException refused = catchThrowableOfType(
                RefusedException.class, () -> fetch(List.of("files.example.org"), null, "files.example.org"));

        assertThat(refused.code()).isEqualTo(ErrorCode.ATTACHMENT_URL_REFUSED);
        assertThat(refused).hasMessageContaining("/attachments/0/url").hasMessageContaining("inner network");
        assertThat(server.getAllServeEvents()).isEmpty();
    }

    @Test
    void connectsToANamedRange() throws Exception {
        Attachment attachment = fetch(List.of("files.example.org", "127.0.0.0/8"), null, "files.example.org");

        assertThat(attachment.size()).isEqualTo(5);
        server.verify(WireMock.getRequestedFor(WireMock.anyUrl())
                .withoutHeader("Authorization")
                .withoutHeader("Cookie")
                .withoutHeader("Accept-Encoding"));
    }

    @Test
    void leavesNamesToAProxy() throws Exception {
        HttpHost proxy = new HttpHost("proxy.example.org", server.port());

        assertThat(fetch(List.of("files.example.org"), proxy, "files.example.org")
                        .size())
                .isEqualTo(5);
        RefusedException refused = catchThrowableOfType(
                RefusedException.class, () -> fetch(List.of("files.example.org"), proxy, "other.example.org"));
        assertThat(refused.code()).isEqualTo(ErrorCode.ATTACHMENT_URL_REFUSED);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /nº 1 [x].pdf?q=ü ñ#page=2           | /n%C2%BA%201%20%5Bx%5D.pdf?q=%C3%BC%20%C3%B1
            /a%2Fb//c/../%c3%bc?s=a%2Bb+c%2F&[0] | /a%2Fb//c/../%c3%bc?s=a%2Bb+c%2F&[0]
            //a%2Fb                              | //a%2Fb
            ?q=1                                 | /?q=1
            """)
    void asksByteForByteForWhatIsEncoded(String written, String asked) throws Exception {
        fetch(List.of("my_files.example.org", "127.0.0.0/8"), null, "my_files.example.org:" + server.port(), written);

        assertThat(server.getAllServeEvents())
                .extracting(event -> event.getRequest().getUrl())
                .containsExactly(asked);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            http://files_2.example.org//a%2Fb?s=a%2Bb+c%2F | //a%2Fb?s=a%2Bb+c%2F
            http://bücher.example.org/Ä [x].pdf            | /%C3%84%20%5Bx%5D.pdf
            """)
    void followsARedirectAsServersWriteIt(String location, String asked) throws Exception {
        byte[] answer = "HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n"
                .formatted(location.replace(".org/", ".org:" + server.port() + "/"))
                .getBytes(StandardCharsets.UTF_8);
        List<String> hosts = List.of("files.example.org", "files_2.example.org", "bücher.example.org", "127.0.0.0/8");
        try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> answer(first, answer));
            fetch(hosts, null, "files.example.org:" + first.getLocalPort(), "/first");
            answered.join();
        }

        assertThat(server.getAllServeEvents())
                .extracting(event -> event.getRequest().getUrl())
                .containsExactly(asked);
    }

    private static void answer(ServerSocket server, byte[] answer) {
        try (Socket socket = server.accept()) {
            socket.getInputStream().read(new byte[8192]);
            socket.getOutputStream().write(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Attachment fetch(List<String> allowed, HttpHost proxy, String host) throws Exception {
        return fetch(allowed, proxy, host + ":" + server.port(), "/a");
    }

    private Attachment fetch(List<String> allowed, HttpHost proxy, String host, String path) throws Exception {
        Attachment attachment = Attachment.of("/attachments/0", Map.of("name", "a", "url", "http://" + host + path));
        Duration patience = Duration.ofSeconds(5);
        try (UrlSource source = new UrlSource(allowed, proxy, 100, patience, patience, patience, name ->
                new InetAddress[] {InetAddress.getByName("127.0.0.1")})) {
            source.fetch(attachment, spool);
        }
        return attachment;
    }
}
