package dev.livebridge.attachment;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** File names from anywhere, made safe to show, to store and to send in a header. */
final class FileName {
    private static final int MAX_LENGTH = 120;
    private static final int MAX_RAW = 500;
    private static final Pattern EXTENSION = Pattern.compile("\\.[A-Za-z0-9]{1,10}$");
    private static final String NAMELESS = "attachment";

    private FileName() {}

    /**
     * As people read it, in any script: without path, without control, format and private characters (of which some turn
     * the direction of the text, and so hide an extension), without what file systems forbid; at most 120 characters, the
     * extension kept.
     */
    static String clean(String given) {
        String name = Normalizer.normalize(lastStep(given), Normalizer.Form.NFC)
                .replaceAll("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Cn}\\p{Zl}\\p{Zp}]", "")
                .replaceAll("[<>:\"|?*]", "_")
                .replaceAll("\\p{Z}+", " ")
                .replaceAll("^[ .]+|[ .]+$", "");
        return name.isEmpty() ? NAMELESS : shorten(name);
    }

    /** What follows the last separator, cut in its middle to a length that the rest can be done with in no time. */
    private static String lastStep(String path) {
        int end = path.length();
        while (end > 0 && isSeparator(path.charAt(end - 1))) {
            end--;
        }
        int begin = end;
        while (begin > 0 && !isSeparator(path.charAt(begin - 1))) {
            begin--;
        }
        return end - begin <= 2 * MAX_RAW
                ? path.substring(begin, end)
                : path.substring(begin, begin + MAX_RAW) + path.substring(end - MAX_RAW, end);
    }

    private static boolean isSeparator(char c) {
        return c == '/' || c == '\\';
    }

    private static String shorten(String name) {
        int length = name.codePointCount(0, name.length());
        if (length <= MAX_LENGTH) {
            return name;
        }
        String extension = extension(name);
        return name.substring(0, name.offsetByCodePoints(0, MAX_LENGTH - extension.length()))
                        .stripTrailing()
                + extension;
    }

    private static String extension(String name) {
        Matcher extension = EXTENSION.matcher(name);
        return extension.find() ? extension.group() : "";
    }

    /**
     * A cleaned name in letters, digits, '.', '-' and '_' of ASCII, for the key. Where anything had to change, some digits
     * of its digest keep it apart from others.
     */
    static String ascii(String clean) {
        String plain = Normalizer.normalize(clean, Normalizer.Form.NFD).replaceAll("\\p{M}", "");
        String extension = extension(plain);
        String stem = plain.substring(0, plain.length() - extension.length());
        String safe = stem.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[-.]+|[-.]+$", "");
        if ((safe + extension).equals(clean)) {
            return clean;
        }
        return (safe + "-" + digest(clean)).replaceAll("^-", "") + extension;
    }

    private static String digest(String name) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Content-Disposition (RFC 6266): the name in full for browsers, in ASCII for the rest. */
    static String disposition(String clean, boolean shown) {
        return (shown ? "inline" : "attachment") + "; filename=\"" + ascii(clean) + "\"; filename*=UTF-8''"
                + percentEncoded(clean);
    }

    /** Percent-encoded UTF-8 (RFC 3986): unreserved characters stay. */
    static String percentEncoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }
}
