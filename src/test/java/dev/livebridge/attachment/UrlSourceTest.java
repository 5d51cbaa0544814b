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
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    private Attachment fetch(List<String> allowed, HttpHost proxy, String host) throws Exception {
        Attachment attachment = Attachment.of(
                "/attachments/0", Map.of("name", "a", "url", "http://" + host + ":" + server.port() + "/a"));
        Duration patience = Duration.ofSeconds(5);
        try (UrlSource source = new UrlSource(allowed, proxy, 100, patience, patience, patience, name ->
                new InetAddress[] {InetAddress.getByName("127.0.0.1")})) {
            source.fetch(attachment, spool);
        }
        return attachment;
    }
}
