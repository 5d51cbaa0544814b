package dev.livebridge;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static dev.livebridge.TestBridge.CONVERSATIONS;
import static dev.livebridge.TestBridge.DEADLETTERS;
import static dev.livebridge.TestBridge.MESSAGES;
import static dev.livebridge.TestBridge.QUEUE_PATH;
import static dev.livebridge.TestBridge.json;
import static dev.livebridge.TestBridge.unique;
import static dev.livebridge.TestBridge.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import jakarta.jms.BytesMessage;
import jakarta.jms.Message;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attachments, over a real broker, a real S3 server and real HTTP: what the agent's browser gets is what was sent. */
class AttachmentsIT {
    @RegisterExtension
    static final TestBridge BRIDGE = new TestBridge()
            .withS3()
            .with("live.attachments.allowed-hosts", "localhost")
            .with("live.attachments.allowed-sources", "scans/2026")
            .with("live.attachments.max-size", "2MB")
            .with("live.attachments.max-inline-size", "1MB")
            .with("live.attachments.fetch-timeout", "2s")
            .with("live.api.response-timeout", "1s")
            .with("live.retry.max-attempts", "2");

    private static final byte[] PNG = Base64.getDecoder()
            .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
    private static final String SVG = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

    private final HttpClient browser = HttpClient.newHttpClient();
    private final String conversation = unique("conversation");

    @AfterEach
    void leavesNothingInTheSpool() {
        await().untilAsserted(() -> assertThat(spooled()).isEmpty());
    }

    @Test
    void bringsABytesMessageToTheAgent() throws Exception {
        BytesMessage message = file("Foto März.png", PNG);
        message.setStringProperty("text", "Look");
        JsonNode reply = BRIDGE.request(MESSAGES, message);

        assertThat(reply.at("/status").asText()).as(reply.toString()).isEqualTo("sent");
        assertThat(reply.at("/entries/0")).isEqualTo(json("{'action': 'text'}"));
        assertThat(reply.at("/entries/1/action").asText()).isEqualTo("image");
        assertThat(reply.at("/entries/1/name").asText()).isEqualTo("Foto März.png");
        String address = reply.at("/entries/1/value").asText();
        JsonNode sent = liveMessage();
        assertThat(sent.at("/message/0")).isEqualTo(json("{'action': 'text', 'value': 'Look', 'source': 'user'}"));
        assertThat(sent.at("/message/1"))
                .isEqualTo(json("{'action': 'image', 'value': '%s', 'source': 'user'}".formatted(address)));

        HttpResponse<byte[]> opened = open(address);
        assertThat(opened.statusCode()).isEqualTo(200);
        assertThat(opened.body()).isEqualTo(PNG);
        assertThat(opened.headers().firstValue("Content-Type")).hasValue("image/png");
        assertThat(opened.headers().firstValue("Content-Disposition"))
                .hasValue("inline; filename=\"Foto-Marz-63d1aeb0.png\"; filename*=UTF-8''Foto%20M%C3%A4rz.png");
        assertThat(opened.headers().firstValue("x-amz-meta-conversation")).hasValue(conversation);
        assertThat(opened.headers().firstValue("x-amz-meta-original-name")).hasValue("Foto%20M%C3%A4rz.png");
        // a link for this object alone, and only as it was signed
        assertThat(open(address.replace("Foto-Marz", "other")).statusCode()).isEqualTo(403);
        assertThat(open(address.substring(0, address.indexOf('?'))).statusCode())
                .isEqualTo(403);
    }

    @Test
    void bringsAttachmentsOfAllFormsInTheirOrder() throws Exception {
        BRIDGE.live().stubFor(get("/files/a%20b.pdf?sig=a%2Fb%2B").willReturn(ok().withBody(utf8("%PDF-1.7\n"))));
        source("2026/scan.svg", utf8(SVG));

        JsonNode reply = BRIDGE.request(MESSAGES, """
                {"conversationId": "%s", "attachments": [
                   {"name": "note.txt", "contentType": "image/png", "content": "SGVsbG8\\u003d"},
                   {"name": "report.pdf", "url": "%s/files/a%%20b.pdf?sig=a%%2Fb%%2B"},
                   {"name": "scan.svg", "bucket": "scans", "key": "2026/scan.svg"},
                   {"name": "empty", "content": ""}]}
                """.formatted(conversation, source()));

        assertThat(reply.at("/entries").findValuesAsText("action")).containsExactly("file", "file", "file", "file");
        assertThat(reply.at("/entries").findValuesAsText("name"))
                .containsExactly("note.txt", "report.pdf", "scan.svg", "empty");
        List<String> addresses = reply.at("/entries").findValuesAsText("value");
        assertThat(liveMessage().at("/message").findValuesAsText("value")).isEqualTo(addresses);
        assertThat(open(addresses.get(0)).body()).asString().isEqualTo("Hello");
        assertThat(open(addresses.get(0)).headers().firstValue("Content-Type")).hasValue("text/plain");
        assertThat(open(addresses.get(1)).body()).asString().isEqualTo("%PDF-1.7\n");
        HttpResponse<byte[]> svg = open(addresses.get(2));
        assertThat(svg.body()).asString().isEqualTo(SVG);
        assertThat(svg.headers().firstValue("Content-Disposition").orElseThrow())
                .startsWith("attachment; filename=\"scan.svg\"");
        assertThat(open(addresses.get(3)).body()).isEmpty();
        // not copied
        assertThat(objects("attachments/" + conversation)).hasSize(3);
    }

    @Test
    void saysWhoseAttachmentItIs() throws Exception {
        BRIDGE.live()
                .stubFor(WireMock.post(QUEUE_PATH)
                        .willReturn(WireMock.okJson("{\"conversationId\": \"%s\"}".formatted(conversation))));
        BRIDGE.request(
                CONVERSATIONS, "{\"user\": {\"hash\": \"ñ %s\", \"firstname\": \"Ana\"}}".formatted(conversation));

        String address = BRIDGE.request(MESSAGES, file("a.png", PNG))
                .at("/entries/0/value")
                .asText();

        assertThat(open(address).headers().firstValue("x-amz-meta-user-hash")).hasValue("%C3%B1%20" + conversation);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            photo.png  | png        | image | image/png       | inline
            photo.pdf  | png        | image | image/png       | inline
            photo.png  | zip        | file  | application/zip | attachment
            photo.png  | nothing    | file  | application/octet-stream | attachment
            photo.svg  | svg        | file  | image/svg+xml   | attachment
            photo.png  | svg        | file  | image/svg+xml   | attachment
            photo.gif  | html       | file  | text/html       | attachment
            photo.gif  | polyglot   | image | image/gif       | inline
            letter.docx | zip       | file  | application/vnd.openxmlformats-officedocument.wordprocessingml.document | attachment
            """)
    void goesByWhatTheBytesAre(String name, String bytes, String action, String type, String disposition)
            throws Exception {
        JsonNode reply = BRIDGE.request(MESSAGES, file(name, bytes(bytes)));

        assertThat(reply.at("/entries/0/action").asText()).as(reply.toString()).isEqualTo(action);
        HttpResponse<byte[]> opened = open(reply.at("/entries/0/value").asText());
        assertThat(opened.headers().firstValue("Content-Type")).hasValue(type);
        assertThat(opened.headers().firstValue("Content-Disposition").orElseThrow())
                .startsWith(disposition + ";");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            setup.exe    | exe
            photo.png    | exe
            setup.exe    | png
            run.bat      | nothing
            script       | shell
            photo.png    | shell
            tool.jar     | zip
            """)
    void refusesExecutables(String name, String bytes) throws Exception {
        refused(file(name, bytes(bytes)), "attachment-type-refused", "property:fileName");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"name": "a", "content": "SGVsbG8"}                                | invalid-request         | /attachments/0/content
            {"name": "a", "content": "SGVsbG8=!"}                              | invalid-request         | /attachments/0/content
            {"name": "a", "content": "data:text/plain;base64,SGVsbG8="}        | invalid-request         | /attachments/0/content
            {"name": "a", "content": 1}                                        | invalid-request         | /attachments/0/content
            {"name": "a"}                                                      | invalid-request         | /attachments/0
            {"name": "a", "content": "AA==", "url": "http://localhost/"}       | invalid-request         | /attachments/0
            {"name": "a", "content": "AA==", "bucket": "scans", "key": "k"}    | invalid-request         | /attachments/0
            {"name": "a", "bucket": "scans"}                                   | invalid-request         | /attachments/0/key
            {"name": "", "content": "AA=="}                                    | invalid-request         | /attachments/0/name
            {"content": "AA=="}                                                | invalid-request         | /attachments/0/name
            {"name": "a", "content": "AA==", "size": 1}                        | invalid-request         | /attachments/0/size
            {"name": "a", "bucket": "scans", "key": "2026/missing"}            | attachment-unreachable  | /attachments/0/key
            {"name": "a", "bucket": "scans", "key": "2027/scan"}               | attachment-url-refused  | /attachments/0/bucket
            {"name": "a", "bucket": "scans", "key": "2026/../2027/scan"}       | attachment-url-refused  | /attachments/0/bucket
            {"name": "a", "bucket": "attachments", "key": "2026/scan"}         | attachment-url-refused  | /attachments/0/bucket
            {"name": "a", "url": "http://example.org/a"}                       | attachment-url-refused  | /attachments/0/url
            {"name": "a", "url": "http://localhost.example.org/a"}             | attachment-url-refused  | /attachments/0/url
            {"name": "a", "url": "http://ana:secret@localhost/a"}              | attachment-url-refused  | /attachments/0/url
            {"name": "a", "url": "http://localhost:99999/a"}                   | attachment-url-refused  | /attachments/0/url
            {"name": "a", "url": "file:///etc/passwd"}                         | attachment-url-refused  | /attachments/0/url
            {"name": "a", "url": "not an address"}                             | attachment-url-refused  | /attachments/0/url
            """)
    void refusesWhatIsWrongWithAnAttachment(String attachment, String code, String path) throws Exception {
        refused(
                BRIDGE.text("{\"conversationId\": \"%s\", \"attachments\": [%s]}".formatted(conversation, attachment)),
                code,
                path);
    }

    @Test
    void refusesABodyThatEndsWithinItsBase64() throws Exception {
        refused(
                BRIDGE.text("{\"conversationId\": \"c\", \"attachments\": [{\"name\": \"a\", \"content\": \"SGVsb"),
                "invalid-json",
                "/");
    }

    @ParameterizedTest
    @CsvSource({"fileName, ''", "conversationId, 'a/b'", "conversationId, "})
    void namesTheWrongPropertyOfABytesMessage(String property, String value) throws Exception {
        BytesMessage message = file("a.png", PNG);
        message.setStringProperty(property, value);

        refused(message, "invalid-request", value == null ? "/" : "property:" + property);
    }

    @Test
    void refusesWhatIsTooLarge() throws Exception {
        String content = Base64.getEncoder().encodeToString(new byte[1024 * 1024 + 1]);
        BRIDGE.live().stubFor(get("/declared").willReturn(ok().withBody(new byte[3 * 1024 * 1024])));
        BRIDGE.live()
                .stubFor(get("/endless")
                        .willReturn(ok().withBody(new byte[3 * 1024 * 1024]).withChunkedDribbleDelay(10, 100)));
        source("2026/large", new byte[2 * 1024 * 1024 + 1]);

        refused(file("large", new byte[2 * 1024 * 1024 + 1]), "attachment-too-large", "property:fileName");
        for (String attachment : List.of(
                "\"content\": \"" + content + "\"",
                "\"url\": \"" + source() + "/declared\"",
                "\"url\": \"" + source() + "/endless\"",
                "\"bucket\": \"scans\", \"key\": \"2026/large\"")) {
            JsonNode reply = BRIDGE.request(
                    MESSAGES,
                    "{\"conversationId\": \"%s\", \"attachments\": [{\"name\": \"large\", %s}]}"
                            .formatted(conversation, attachment));
            assertThat(reply.at("/error/code").asText()).as(reply.toString()).isEqualTo("attachment-too-large");
        }
        assertThat(objects("attachments/" + conversation)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/missing, attachment-unreachable, 1",
        "/broken, attachment-unreachable, 2",
        "/drips, attachment-unreachable, 2",
        "/elsewhere, attachment-url-refused, 1",
        "/inside, attachment-url-refused, 1",
        "/strange, attachment-unreachable, 2",
        "/loop, attachment-unreachable, 2"
    })
    void givesUpOnASourceThatNeverGivesIt(String path, String code, int attempts) throws Exception {
        byte[] body = new byte[100_000];
        var live = BRIDGE.live();
        live.stubFor(get("/missing").willReturn(WireMock.notFound()));
        live.stubFor(get("/broken").willReturn(serverError()));
        live.stubFor(get("/drips").willReturn(ok().withBody(body).withChunkedDribbleDelay(100, 60_000)));
        live.stubFor(get("/elsewhere").willReturn(WireMock.temporaryRedirect("http://example.org/")));
        live.stubFor(get("/inside").willReturn(WireMock.temporaryRedirect("http://169.254.169.254/latest/meta-data")));
        live.stubFor(get("/strange").willReturn(WireMock.temporaryRedirect("ftp://localhost/")));
        live.stubFor(get("/loop").willReturn(WireMock.temporaryRedirect("/loop")));

        Message dead = refused(url(path), code, null);

        assertThat(dead.getIntProperty("liveAttempts")).isEqualTo(attempts);
    }

    @ParameterizedTest
    @CsvSource({
        "'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this', false",
        "'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this', true",
        "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nonly this', false",
        "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', false"
    })
    void givesUpOnASourceThatLies(String answer, boolean stalls) throws Exception {
        try (RawSource source = new RawSource(answer, stalls)) {
            refused(urlOf(source.url()), "attachment-unreachable", null);
        }
        assertThat(objects("attachments/" + conversation)).isEmpty();
    }

    @Test
    void takesNoMoreThanTheSourceDeclared() throws Exception {
        try (RawSource source = new RawSource("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nonly this", false)) {
            JsonNode reply = BRIDGE.request(MESSAGES, urlOf(source.url()));
            assertThat(open(reply.at("/entries/0/value").asText()).body())
                    .asString()
                    .isEqualTo("only");
        }
    }

    @Test
    void waitsForASourceThatIsAway() throws Exception {
        BRIDGE.live()
                .stubFor(get("/late")
                        .inScenario("late")
                        .willReturn(WireMock.serviceUnavailable().withHeader("Retry-After", "1"))
                        .willSetStateTo("back"));
        BRIDGE.live()
                .stubFor(get("/late")
                        .inScenario("late")
                        .whenScenarioStateIs("back")
                        .willReturn(WireMock.temporaryRedirect("/moved")));
        BRIDGE.live().stubFor(get("/moved").willReturn(ok().withBody(PNG)));

        JsonNode reply = BRIDGE.request(MESSAGES, url("/late"));

        assertThat(open(reply.at("/entries/0/value").asText()).body()).isEqualTo(PNG);
    }

    @Test
    void waitsForASourceThatTakesNoConnection() throws Exception {
        int port = TestBridge.freePort();
        try (Log log = Log.listen()) {
            String id = BRIDGE.send(MESSAGES, urlOf("http://localhost:" + port + "/file"));
            await().untilAsserted(() ->
                    assertThat(log.lines()).anyMatch(line -> line.contains(id) && line.contains("attempt 3 failed")));
            assertThat(log.lines()).noneMatch(line -> line.contains("ollback"));
            try (RawSource source = new RawSource(port, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHi", false)) {
                assertThat(source.url()).contains(Integer.toString(port));
                await().untilAsserted(() ->
                        BRIDGE.live().verify(1, postRequestedFor(urlEqualTo("/" + conversation + "/client/message"))));
            }
        }
    }

    @Test
    void tellsNobodyWhereASourceRedirectsTo() throws Exception {
        BRIDGE.live()
                .stubFor(get(urlPathEqualTo("/signed")).willReturn(WireMock.temporaryRedirect("/signed?sig=s3cr3t")));
        try (Log log = Log.listen()) {
            Message dead = refused(url("/signed?sig=s3cr3t"), "attachment-unreachable", null);

            assertThat(dead.getStringProperty("liveErrorMessage")).doesNotContain("s3cr3t");
            assertThat(log.lines()).noneMatch(line -> line.contains("s3cr3t"));
        }
    }

    @Test
    void waitsForS3ThatIsAway() throws Exception {
        BRIDGE.stopS3();
        try (Log log = Log.listen()) {
            BRIDGE.send(MESSAGES, file("a.png", PNG));
            await().untilAsserted(() -> assertThat(log.lines()).anyMatch(line -> line.startsWith("S3 is away")));
        } finally {
            BRIDGE.startS3();
        }

        await().untilAsserted(() ->
                BRIDGE.live().verify(1, postRequestedFor(urlEqualTo("/" + conversation + "/client/message"))));
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }

    @Test
    void uploadsOnceHoweverOftenLiveFails() throws Exception {
        String path = "/" + conversation + "/client/message";
        BRIDGE.live()
                .stubFor(WireMock.post(path)
                        .inScenario("failing")
                        .whenScenarioStateIs(Scenario.STARTED)
                        .willReturn(serverError())
                        .willSetStateTo("mended"));
        int puts = BRIDGE.passes("s3");

        JsonNode reply = BRIDGE.request(MESSAGES, file("a.png", PNG));

        assertThat(reply.at("/status").asText()).isEqualTo("sent");
        BRIDGE.live().verify(2, postRequestedFor(urlPathEqualTo(path)));
        assertThat(BRIDGE.passes("s3") - puts).isEqualTo(1);
    }

    @Test
    void retriesOnlyTheAttachmentsThatFailed() throws Exception {
        BRIDGE.live()
                .stubFor(get("/second")
                        .inScenario("second")
                        .whenScenarioStateIs(Scenario.STARTED)
                        .willReturn(WireMock.serviceUnavailable())
                        .willSetStateTo("back"));
        BRIDGE.live()
                .stubFor(get("/second")
                        .inScenario("second")
                        .whenScenarioStateIs("back")
                        .willReturn(ok().withBody(PNG)));
        BRIDGE.live().stubFor(get("/first").willReturn(ok().withBody(PNG)));

        BRIDGE.request(
                MESSAGES,
                "{\"conversationId\": \"%s\", \"attachments\": [{\"name\": \"1.png\", \"url\": \"%s/first\"}, {\"name\": \"2.png\", \"url\": \"%s/second\"}]}"
                        .formatted(conversation, source(), source()));

        BRIDGE.live().verify(1, WireMock.getRequestedFor(urlEqualTo("/first")));
        assertThat(objects("attachments/" + conversation)).hasSize(2);
    }

    @Test
    void findsItsUploadAgainAfterARollback() throws Exception {
        BRIDGE.breakStep("set-sent", 1);
        BRIDGE.breakStep("send-dead-letter", 1);

        BRIDGE.send(MESSAGES, file("a.png", PNG));

        await().untilAsserted(() ->
                BRIDGE.live().verify(2, postRequestedFor(urlEqualTo("/" + conversation + "/client/message"))));
        List<Path> objects = objects("attachments/" + conversation);
        assertThat(objects).hasSize(1);
        FileTime written = Files.getLastModifiedTime(objects.get(0));
        BRIDGE.request(MESSAGES, file("a.png", PNG));
        assertThat(Files.getLastModifiedTime(objects.get(0))).isEqualTo(written);
        assertThat(BRIDGE.passes("log-exists")).isGreaterThanOrEqualTo(2);
    }

    @Test
    void givesTheSameKeyToTheSameAttachment() throws Exception {
        try (Log log = Log.listen()) {
            givesTheSameKey();
            assertThat(log.lines()).noneMatch(line -> line.contains("attempt"));
        }
    }

    private void givesTheSameKey() throws Exception {
        String first = BRIDGE.request(MESSAGES, file("a.png", PNG))
                .at("/entries/0/value")
                .asText();
        String again = BRIDGE.request(MESSAGES, file("a.png", PNG))
                .at("/entries/0/value")
                .asText();
        String other = BRIDGE.request(MESSAGES, file("b.png", PNG))
                .at("/entries/0/value")
                .asText();

        assertThat(URI.create(first).getPath()).isEqualTo(URI.create(again).getPath());
        assertThat(URI.create(first).getPath()).isNotEqualTo(URI.create(other).getPath());
        assertThat(objects("attachments/" + conversation)).hasSize(2);
    }

    @Test
    void refusesWhatTheInspectionRefuses() throws Exception {
        BRIDGE.breakStep("log-attachment", 1);

        refused(file("a.png", PNG), "internal-error", null);
        assertThat(objects("attachments/" + conversation)).isEmpty();
    }

    @Test
    void retriesWhenTheDiskIsFull() throws Exception {
        Path own = onlyFolderIn(BRIDGE.spoolFolder());
        Path aside = Files.move(own, own.resolveSibling("aside"));
        Files.createFile(own);
        String id;
        try (Log log = Log.listen()) {
            id = BRIDGE.send(MESSAGES, file("a.png", PNG));
            BRIDGE.send(MESSAGES, file("large.png", largePng()));
            await().untilAsserted(() -> assertThat(log.lines())
                    .anyMatch(line -> line.contains(id) && line.contains("attempt 2 failed"))
                    .anyMatch(line -> line.contains("the reader of " + MESSAGES + " is away")));
        } finally {
            Files.delete(own);
            Files.move(aside, own);
        }

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> BRIDGE.live()
                .verify(2, postRequestedFor(urlEqualTo("/" + conversation + "/client/message"))));
        assertThat(BRIDGE.peek(DEADLETTERS)).isNull();
    }

    private static Path onlyFolderIn(Path directory) throws Exception {
        try (Stream<Path> folders = Files.list(directory)) {
            return folders.toList().get(0);
        }
    }

    /** Fails if this is not refused so, with the original intact. */
    private Message refused(Message message, String code, String path) throws Exception {
        JsonNode reply = BRIDGE.request(MESSAGES, message);

        assertThat(reply.at("/error/code").asText()).as(reply.toString()).isEqualTo(code);
        if (path != null) {
            assertThat(reply.at("/error/details/0/path").asText())
                    .as(reply.toString())
                    .isEqualTo(path);
        }
        Message dead = BRIDGE.receive(DEADLETTERS);
        assertThat(dead.getStringProperty("liveErrorCode")).isEqualTo(code);
        if (message instanceof BytesMessage) {
            assertThat(dead.getBody(byte[].class)).isEqualTo(sent);
            assertThat(dead.getStringProperty("fileName")).isEqualTo(message.getStringProperty("fileName"));
        }
        BRIDGE.live().verify(0, postRequestedFor(urlEqualTo("/" + conversation + "/client/message")));
        return dead;
    }

    private byte[] sent;

    private BytesMessage file(String name, byte[] bytes) throws Exception {
        sent = bytes;
        BytesMessage message = BRIDGE.bytes(bytes);
        message.setStringProperty("fileName", name);
        message.setStringProperty("conversationId", conversation);
        return message;
    }

    private Message url(String path) throws Exception {
        return urlOf(source() + path);
    }

    private Message urlOf(String url) throws Exception {
        return BRIDGE.text("{\"conversationId\": \"%s\", \"attachments\": [{\"name\": \"a.png\", \"url\": \"%s\"}]}"
                .formatted(conversation, url));
    }

    private static String source() {
        return "http://localhost:" + BRIDGE.live().port();
    }

    private static void source(String key, byte[] bytes) throws Exception {
        Path file = BRIDGE.s3Folder().resolve("scans").resolve(key);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    private static byte[] largePng() {
        byte[] bytes = new byte[500_000];
        new Random(1).nextBytes(bytes);
        System.arraycopy(PNG, 0, bytes, 0, PNG.length);
        return bytes;
    }

    private static byte[] bytes(String kind) throws Exception {
        return switch (kind) {
            case "png" -> PNG;
            case "svg" -> utf8(SVG);
            case "html" -> utf8("<!DOCTYPE html><html><script>alert(1)</script></html>");
            case "polyglot" -> utf8("GIF89a/*" + "\0".repeat(20) + "*/=0;<html><script>alert(1)</script>");
            case "shell" -> utf8("#!/bin/sh\nrm -rf /\n");
            case "exe" -> {
                byte[] exe = new byte[256];
                exe[0] = 'M';
                exe[1] = 'Z';
                exe[60] = (byte) 128;
                exe[128] = 'P';
                exe[129] = 'E';
                yield exe;
            }
            case "zip" -> {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
                    zip.putNextEntry(new ZipEntry("a.txt"));
                    zip.write('a');
                }
                yield bytes.toByteArray();
            }
            default -> new byte[] {1, 2, 3, 0, (byte) 200, 7};
        };
    }

    private JsonNode liveMessage() throws Exception {
        return json(BRIDGE.live()
                .findAll(postRequestedFor(urlEqualTo("/" + conversation + "/client/message")))
                .get(0)
                .getBodyAsString());
    }

    private HttpResponse<byte[]> open(String address) throws Exception {
        return browser.send(
                HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static List<Path> objects(String folder) throws Exception {
        Path directory = BRIDGE.s3Folder().resolve(folder);
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    /** All in the spool but the lock of the process. */
    private static List<Path> spooled() throws Exception {
        try (Stream<Path> files = Files.walk(BRIDGE.spoolFolder())) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("lock"))
                    .toList();
        }
    }
}
