package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.verify;

import dev.livebridge.attachment.Attachment;
import dev.livebridge.attachment.UrlSource;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.TestProgress;
import dev.livebridge.spool.Content;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mockito.Mockito;

@CamelMainTest(
        properties = RouteTest.FILE + "upload-attachment.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = {
            "upload-attachments=direct:test:upload-attachments",
            "upload-attachment=direct:test:upload-attachment"
        })
class UploadAttachmentTest extends RouteTest {
    private static final Path FILE = Path.of("spool/a.pdf");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # url               | content | bucket | calls
                                | true    |        | contentTypes.detect, direct:inspect-attachment, direct:put-object, outages.succeeded, upload.finish
            https://a.example/a |         |        | urlSource.fetch, contentTypes.detect, direct:inspect-attachment, direct:put-object, outages.succeeded, upload.finish
            https://a.example/a | true    |        | contentTypes.detect, direct:inspect-attachment, direct:put-object, outages.succeeded, upload.finish
                                |         | scans  | objectSource.look, contentTypes.detect, direct:inspect-attachment, upload.finish
            """)
    void bringsEachKindOfSourceIntoS3Once(String url, Boolean content, String bucket, String calls) {
        Exchange exchange = message();
        exchange.getMessage().setBody(attachment(url, content, bucket));

        send("upload-attachment", exchange);

        assertCalls(calls);
    }

    @Test
    void fetchesTheAttachmentThatItWasGiven() throws Exception {
        Progress progress = TestProgress.ofMessage();
        Attachment attachment = attachment("https://a.example/a", null, null);
        Exchange exchange = message(progress);
        exchange.getMessage().setBody(attachment);

        send("upload-attachment", exchange);

        verify(bean(UrlSource.class)).fetch(attachment, progress);
    }

    @Test
    void givesTheFileToTheInspection() {
        Exchange exchange = message();
        exchange.getMessage().setBody(attachment(null, true, null));

        send("upload-attachment", exchange);

        assertThat(received("direct:inspect-attachment").getBody()).isEqualTo(FILE.toFile());
    }

    @Test
    void putsNothingIntoS3ThatTheInspectionRefuses() {
        IllegalStateException refused = new IllegalStateException("refused");
        when("direct:inspect-attachment", inspected -> {
            throw refused;
        });
        Exchange exchange = message();
        exchange.getMessage().setBody(attachment(null, true, null));

        send("upload-attachment", exchange);

        assertCalls("contentTypes.detect, direct:inspect-attachment");
        assertThat(exchange.getException()).isSameAs(refused);
    }

    @Test
    void uploadsOneAfterTheOtherButForThoseThatAreReady() {
        Attachment first = attachment(null, true, null);
        Attachment ready = Mockito.mock(Attachment.class);
        Mockito.when(ready.ready()).thenReturn(true);
        Attachment last = attachment("https://a.example/a", null, null);
        List<Object> uploaded = new ArrayList<>();
        when(
                "direct:upload-attachment",
                upload -> uploaded.add(upload.getMessage().getBody()));

        send("upload-attachments", with(first, ready, last));

        assertCalls("conversations.findUser, direct:upload-attachment, direct:upload-attachment");
        assertThat(uploaded).containsExactly(first, last);
    }

    @Test
    void uploadsNothingMoreBehindOneThatFails() {
        IllegalStateException away = new IllegalStateException("S3 is away");
        when("direct:upload-attachment", upload -> {
            throw away;
        });

        Exchange failed = send("upload-attachments", with(attachment(null, true, null), attachment(null, true, null)));

        assertCalls("conversations.findUser, direct:upload-attachment");
        assertThat(failed.getException()).hasRootCause(away);
    }

    private Exchange with(Attachment... attachments) {
        Progress progress = TestProgress.ofMessage();
        progress.setRequest(Map.of("attachments", List.of(attachments)));
        return message(progress);
    }

    private static Attachment attachment(String url, Boolean content, String bucket) {
        Map<String, Object> given = new HashMap<>();
        given.put("name", "a.pdf");
        given.put("url", url);
        given.put("content", content == null ? null : new Content(FILE, 9, "00"));
        given.put("bucket", bucket);
        return Attachment.of("/attachments/0", given);
    }
}
