package dev.livebridge.attachment;

import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.Variable;
import org.apache.camel.util.function.Suppliers;
import org.apache.tika.Tika;

/** What an attachment is, by its bytes: neither its name nor its sender is believed. */
public final class ContentTypes {
    /** More than any magic number needs. */
    static final int HEAD = 64 * 1024;

    /** What {@code executables} stands for in {@code live.attachments.refused-types}. */
    private static final List<String> EXECUTABLES = List.of(
            "application/x-dosexec",
            "application/x-msdownload",
            "application/x-ms-installer",
            "application/x-executable",
            "application/x-elf",
            "application/x-sharedlib",
            "application/x-object",
            "application/x-mach-o*",
            "application/x-sh",
            "application/x-bat",
            "application/java-archive",
            "application/java-vm",
            "application/vnd.android.package-archive",
            "application/x-apple-diskimage");

    /** The same for names: what a desktop runs by its name alone. */
    private static final Pattern PROGRAM = Pattern.compile(
            "(?i).*\\.(exe|dll|scr|pif|cpl|msi|msp|msix|appx|lnk|bat|cmd|vb|vbs|vbe|js|jse|wsf|wsh|hta|ps1|psm1|reg|jar"
                    + "|class|apk|dmg|sh|bash|command)");

    /** Tika goes by the first two to ten letters for these: a note may begin so, too. */
    private static final Set<String> DOUBTFUL =
            Set.of("application/x-msdownload", "application/x-bat", "application/x-sh");

    /** The first line of a script, which names its interpreter. */
    private static final Pattern SHEBANG = Pattern.compile("#![ \\t]*/\\S");

    /** What is opened to be read, whatever its first line is. */
    private static final Set<String> NOTES =
            Set.of("text/plain", "text/csv", "text/tab-separated-values", "text/x-web-markdown", "text/x-log");

    private static final byte[] TEXT = {'t'};

    /** A browser runs what stands in them: never shown, whatever is configured. */
    private static final Set<String> ACTIVE =
            Set.of("image/svg+xml", "text/html", "application/xhtml+xml", "application/xml", "text/xml");

    /** Made at the first attachment: it reads 300 KB of XML. */
    private final Supplier<Tika> tika = Suppliers.memorize(Tika::new);

    private final Set<String> imageTypes;
    private final Set<String> refusedTypes;
    private final boolean refusesPrograms;
    private final Set<String> allowedTypes;
    private final long maxSize;

    /**
     * @param imageTypes   {@code live.attachments.image-types}: MIME types, or what follows {@code image/} in them
     * @param refusedTypes {@code live.attachments.refused-types}: MIME types, with {@code *} at the end for all of a
     *                     kind, or {@code executables}
     * @param allowedTypes {@code live.attachments.allowed-types}: MIME types as well; none for all
     * @param maxSize      {@code live.attachments.max-size}, bytes
     */
    public ContentTypes(List<String> imageTypes, List<String> refusedTypes, List<String> allowedTypes, long maxSize) {
        this.imageTypes = imageTypes.stream()
                .map(type -> type.contains("/") ? type : "image/" + type)
                .map(type -> type.toLowerCase(Locale.ROOT))
                .filter(type -> !ACTIVE.contains(type))
                .collect(Collectors.toSet());
        this.refusedTypes = new TreeSet<>();
        for (String type : refusedTypes) {
            this.refusedTypes.addAll(type.equals("executables") ? EXECUTABLES : List.of(type.toLowerCase(Locale.ROOT)));
        }
        this.refusesPrograms = refusedTypes.contains("executables");
        this.allowedTypes =
                allowedTypes.stream().map(type -> type.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
        this.maxSize = maxSize;
    }

    /**
     * Finds out the type.
     *
     * @throws RefusedException {@code attachment-too-large}, {@code attachment-type-refused}
     */
    public void detect(@Variable("attachment") Attachment attachment) throws RefusedException, IOException {
        if (attachment.size() > maxSize) {
            throw tooLarge(attachment, maxSize);
        }
        // hosts' names end so, and mail programs name files by hosts; a program is seen by its bytes
        String name = attachment.name().replaceFirst("(?i)\\.com$", "");
        // an agent's desktop goes by the name
        String byName = base(tika.get().detect(name));
        byte[] head = attachment.head() == null ? attachment.content().head(HEAD) : attachment.head();
        boolean isScript =
                !NOTES.contains(byName) && SHEBANG.matcher(start(head)).lookingAt();
        if (DOUBTFUL.contains(base(tika.get().detect(head))) && !isWindowsProgram(head, attachment.size())) {
            head = TEXT;
        }
        String byBytes = isScript ? "application/x-sh" : base(tika.get().detect(head));
        // within what the bytes show, the name may be more exact: a zip may be a docx
        String refined = base(tika.get().detect(head, name));
        String type = isScript || refined.startsWith("image/") ? byBytes : refined;

        for (String shown : List.of(byBytes, type, byName)) {
            if (matches(refusedTypes, shown)) {
                throw refused(attachment, "is " + shown + ", which live.attachments.refused-types refuses");
            }
        }
        if (refusesPrograms && PROGRAM.matcher(name).matches()) {
            throw refused(attachment, "is a program by its name, which live.attachments.refused-types refuses");
        }
        if (!allowedTypes.isEmpty() && !matches(allowedTypes, type)) {
            throw refused(attachment, "is " + type + ", which live.attachments.allowed-types does not name");
        }
        attachment.typed(type, imageTypes.contains(byBytes));
    }

    static RefusedException tooLarge(Attachment attachment, long limit) {
        return RefusedException.request(
                ErrorCode.ATTACHMENT_TOO_LARGE,
                attachment.at("name"),
                attachment.name() + " has more than the " + limit + " bytes that live.attachments.max-size allows");
    }

    private static RefusedException refused(Attachment attachment, String why) {
        return RefusedException.request(
                ErrorCode.ATTACHMENT_TYPE_REFUSED, attachment.at("name"), attachment.name() + " " + why);
    }

    /** A type, or all that begin like one with {@code *} at its end. */
    private static boolean matches(Set<String> types, String type) {
        return types.stream()
                .anyMatch(entry -> entry.endsWith("*")
                        ? type.startsWith(entry.substring(0, entry.length() - 1))
                        : entry.equals(type));
    }

    /** Whether it begins with MZ and isn't text: its header holds zeros, or the place of another header within the file. */
    private static boolean isWindowsProgram(byte[] head, long size) {
        String start = start(head);
        return start.startsWith("MZ")
                && (start.indexOf('\0') >= 0
                        || start.length() == 64
                                && Integer.toUnsignedLong(ByteBuffer.wrap(head)
                                                .order(ByteOrder.LITTLE_ENDIAN)
                                                .getInt(60))
                                        < size);
    }

    /** As long as the header of a program, a character a byte. */
    private static String start(byte[] head) {
        return new String(head, 0, Math.min(head.length, 64), StandardCharsets.ISO_8859_1);
    }

    /** Without parameters. */
    private static String base(String type) {
        int parameters = type.indexOf(';');
        return parameters < 0 ? type : type.substring(0, parameters);
    }
}
