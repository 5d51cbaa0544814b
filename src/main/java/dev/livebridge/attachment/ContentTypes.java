package dev.livebridge.attachment;

import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
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
            "application/x-ms-shortcut",
            "application/x-executable",
            "application/x-elf",
            "application/x-sharedlib",
            "application/x-object",
            "application/x-mach-o",
            "application/x-mach-o-executable",
            "application/x-sh",
            "application/x-bat",
            "application/java-archive",
            "application/java-vm",
            "application/vnd.android.package-archive",
            "application/x-apple-diskimage");

    /** A browser runs what stands in them: never shown, whatever is configured. */
    private static final Set<String> ACTIVE =
            Set.of("image/svg+xml", "text/html", "application/xhtml+xml", "application/xml", "text/xml");

    /** Made at the first attachment: it reads 300 KB of XML. */
    private final Supplier<Tika> tika = Suppliers.memorize(Tika::new);

    private final Set<String> imageTypes;
    private final Set<String> refusedTypes;
    private final long maxSize;

    /**
     * @param imageTypes   {@code live.attachments.image-types}: MIME types, or what follows {@code image/} in them
     * @param refusedTypes {@code live.attachments.refused-types}: MIME types, with {@code *} at the end for all of a
     *                     kind, or {@code executables}
     * @param maxSize      {@code live.attachments.max-size}, bytes
     */
    public ContentTypes(List<String> imageTypes, List<String> refusedTypes, long maxSize) {
        this.imageTypes = imageTypes.stream()
                .map(type -> type.contains("/") ? type : "image/" + type)
                .map(type -> type.toLowerCase(Locale.ROOT))
                .filter(type -> !ACTIVE.contains(type))
                .collect(Collectors.toSet());
        this.refusedTypes = new TreeSet<>();
        for (String type : refusedTypes) {
            this.refusedTypes.addAll(type.equals("executables") ? EXECUTABLES : List.of(type.toLowerCase(Locale.ROOT)));
        }
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
        byte[] head = attachment.head() == null ? attachment.content().head(HEAD) : attachment.head();
        String byBytes = base(tika.get().detect(head));
        // within what the bytes show, the name may be more exact: a zip may be a docx
        String refined = base(tika.get().detect(head, attachment.name()));
        String type = refined.startsWith("image/") ? byBytes : refined;
        // an agent's desktop goes by the name
        String byName = base(tika.get().detect(attachment.name()));

        for (String shown : List.of(byBytes, type, byName)) {
            if (isRefused(shown)) {
                throw RefusedException.request(
                        ErrorCode.ATTACHMENT_TYPE_REFUSED,
                        attachment.at("name"),
                        attachment.name() + " is " + shown + ", which live.attachments.refused-types refuses");
            }
        }
        attachment.typed(type, imageTypes.contains(byBytes));
    }

    static RefusedException tooLarge(Attachment attachment, long limit) {
        return RefusedException.request(
                ErrorCode.ATTACHMENT_TOO_LARGE,
                attachment.at("name"),
                attachment.name() + " has more than the " + limit + " bytes that live.attachments.max-size allows");
    }

    private boolean isRefused(String type) {
        return refusedTypes.stream()
                .anyMatch(refused -> refused.endsWith("*")
                        ? type.startsWith(refused.substring(0, refused.length() - 1))
                        : refused.equals(type));
    }

    /** Without parameters. */
    private static String base(String type) {
        int parameters = type.indexOf(';');
        return parameters < 0 ? type : type.substring(0, parameters);
    }
}
