package dev.livebridge.attachment;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses as people write them, with blanks and umlauts, encoded as browsers do it. What is encoded already stays byte for
 * byte: a signature may be made of it. No message tells an address, which may be signed.
 */
final class WebAddress {
    private static final Pattern FORM =
            Pattern.compile("(?is)(https?):[/\\\\]{2}([^/\\\\?#]*)([^?#]*)(\\?[^#]*)?(#.*)?");
    private static final Pattern SCHEME = Pattern.compile("(?s)[A-Za-z][A-Za-z0-9+.-]*:.*");
    private static final Pattern RELATIVE = Pattern.compile("(?s)([^?#]*)(\\?[^#]*)?(#.*)?");
    private static final Pattern HOST = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(:\\d*)?");

    /** What may not stand in a path as it is; in a query some more may. A % that encodes nothing is one of them. */
    private static final Pattern NOT_IN_PATH = Pattern.compile("%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~!$&'()*+,;=:@/%-]+");

    private static final Pattern NOT_IN_QUERY =
            Pattern.compile("%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~!$&'()*+,;=:@/%?\\[\\]-]+");

    private WebAddress() {}

    /** @throws IllegalArgumentException where it is none of http or https, or has credentials in it */
    static URI of(String written) {
        Matcher form = FORM.matcher(plain(written));
        if (!form.matches()) {
            throw new IllegalArgumentException("expected an address that begins with http:// or https://");
        }
        if (form.group(2).contains("@")) {
            throw new IllegalArgumentException("expected an address without credentials");
        }
        String host = IDN.toASCII(form.group(2), IDN.ALLOW_UNASSIGNED);
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException("expected an address with the name of a host");
        }
        return uri(form.group(1) + "://" + host + path(form.group(3)) + query(form.group(4)));
    }

    /**
     * Where a redirect leads.
     *
     * @param location as the header has it
     * @param from     the address that was asked
     */
    static URI redirected(String location, URI from) {
        String to = plain(location);
        if (SCHEME.matcher(to).matches()) {
            return of(to);
        }
        Matcher form = RELATIVE.matcher(to);
        form.matches();
        String path = path(form.group(1));
        String query = query(form.group(2));
        if (path.startsWith("//")) {
            return of(from.getScheme() + ":" + path + query);
        }
        return from.resolve(uri((path.isEmpty() ? from.getRawPath() : path) + query));
    }

    /** Browsers drop blanks around it, and line ends within. */
    private static String plain(String written) {
        return written.replaceAll("[\\t\\r\\n]", "").strip();
    }

    private static String path(String path) {
        return encoded(NOT_IN_PATH, path.replace('\\', '/'));
    }

    private static String query(String query) {
        return query == null ? "" : encoded(NOT_IN_QUERY, query);
    }

    private static String encoded(Pattern not, String part) {
        return not.matcher(part).replaceAll(written -> FileName.percentEncoded(written.group()));
    }

    private static URI uri(String encoded) {
        try {
            return new URI(encoded);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("is no address: " + e.getReason());
        }
    }
}
