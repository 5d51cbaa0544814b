package dev.livebridge.attachment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.livebridge.failure.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is a program, and what only looks like one. */
class ContentTypesTest {
    private static final List<String> DESK = List.of(
            "image/jpeg",
            "image/png",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.*",
            "video/mp4",
            "audio/mpeg");

    private static final ContentTypes TYPES = new ContentTypes(List.of("png"), List.of("executables"), List.of(), 1000);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            data.csv                      | MZN;amount\\n1;2\\n                        | text/csv
            MZ                            | MZ                                         | text/plain
            lines.csv                     | MZN;a line that is longer than the header of a program, and has no zeros | text/csv
            notes.txt                     | REM sleep is when we dream                 | text/plain
            notes                         | Rem sleep is when we dream                 | text/plain
            notes.txt                     | @echo off is what a batch file begins with | text/plain
            notes.txt                     | #!/bin/sh\\nis how scripts begin           | text/plain
            notes.md                      | #!/usr/bin/env python3\\nis another one    | text/x-web-markdown
            notes.txt                     | A script begins with\\n#!/bin/sh\\n        | text/plain
            notes                         | A script begins with\\n#!/bin/sh\\n        | text/plain
            notes                         | #! important                               | text/plain
            notes                         | #!important                                | text/plain
            ticket shop.example.com       | Hello                                      | text/plain
            image001.png@01D9.example.com | \u0089PNG\\r\\n\u001a\\n                   | image/png
            """)
    void letsPassWhatOnlyLooksLikeAProgram(String name, String content, String type) throws Exception {
        Attachment attachment = attachment(name, text(content));

        TYPES.detect(attachment);

        assertThat(attachment.contentType()).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PE        | 4d5a9000030000000400
            ELF       | 7f454c4602010100000000000000000002003e00
            ELF .so   | 7f454c4602010100000000000000000003003e00
            Mach-O    | cffaedfe07000001030000000200
            universal | cafebabe0000000201000007000000030000
            class     | cafebabe0000003d000a0007
            sh        | 23212f62696e2f73680a
            python    | 2321202f7573722f62696e2f656e7620707974686f6e330a
            perl      | 23212f7573722f62696e2f7065726c0a
            """)
    void refusesProgramsWhateverTheirName(String kind, String start) {
        byte[] program = Arrays.copyOf(HexFormat.of().parseHex(start), 256);

        for (String name : List.of("photo.png", "invoice.pdf", "program", "setup.example.com", "a.py")) {
            assertRefused(attachment(name, program));
        }
    }

    @Test
    void refusesAProgramWhoseHeaderLiesBehindText() {
        byte[] program = text("MZ" + "a".repeat(58) + "\t\t\t\t" + "a".repeat(100));
        Attachment large = attachment("data.csv", program);
        large.found(0x0a000000L, program);

        ContentTypes types = new ContentTypes(List.of(), List.of("executables"), List.of(), Long.MAX_VALUE);
        assertThatThrownBy(() -> types.detect(large)).isInstanceOf(RefusedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.exe",
                "a.EXE",
                "a.dll",
                "a.scr",
                "a.msi",
                "a.lnk",
                "a.bat",
                "a.cmd",
                "a.vbs",
                "a.js",
                "a.hta",
                "a.ps1",
                "a.wsf",
                "a.jar",
                "a.sh",
                "a.pdf.exe",
                "a.exe.com"
            })
    void refusesWhatADesktopRunsByItsName(String name) {
        assertRefused(attachment(name, text("Hello")));
    }

    @Test
    void refusesNothingWhereNothingIsToBeRefused() throws Exception {
        ContentTypes all = new ContentTypes(List.of(), List.of(), List.of(), 1000);
        Attachment script = attachment("a.js", text("#!/usr/bin/node\n"));

        all.detect(script);

        assertThat(script.contentType()).isEqualTo("application/x-sh");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a.jpg  | ffd8ffe000104a464946
            a.jpeg | ffd8ffe000104a464946
            a.png  | 89504e470d0a1a0a
            a.pdf  | 255044462d312e370a
            a.doc  | d0cf11e0a1b11ae1
            a.xls  | d0cf11e0a1b11ae1
            a.ppt  | d0cf11e0a1b11ae1
            a.docx | 504b0304140006000800
            a.xlsx | 504b0304140006000800
            a.pptx | 504b0304140006000800
            a.mp4  | 000000206674797069736f6d00000200
            a.mp4  | 00000020667479706d70343200000200
            a.mp3  | 49443303000000000000
            a.mp3  | fffb9044000000000000
            """)
    void allowsWhatTheDeskTakes(String name, String start) throws Exception {
        Attachment attachment = attachment(name, HexFormat.of().parseHex(start));

        new ContentTypes(List.of(), List.of(), DESK, 1000).detect(attachment);
    }

    @ParameterizedTest
    @CsvSource({"a.txt, Hello", "a.png, Hello", "a.zip, PK\u0003\u0004", "a.pdf, <html>", "a.gif, GIF89a"})
    void refusesWhatIsNotAllowed(String name, String content) {
        Attachment attachment = attachment(name, text(content));

        assertThatThrownBy(() -> new ContentTypes(List.of(), List.of(), DESK, 1000).detect(attachment))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("live.attachments.allowed-types");
    }

    private static void assertRefused(Attachment attachment) {
        assertThatThrownBy(() -> TYPES.detect(attachment))
                .as(attachment.name())
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("live.attachments.refused-types");
    }

    private static byte[] text(String text) {
        return text.translateEscapes().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Attachment attachment(String name, byte[] content) {
        Attachment attachment = Attachment.of("/attachments/0", Map.of("name", name, "bucket", "b", "key", "k"));
        attachment.found(content.length, content);
        return attachment;
    }
}
