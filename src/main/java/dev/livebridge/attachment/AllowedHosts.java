package dev.livebridge.attachment;

import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code live.attachments.allowed-hosts}: names ({@code files.example.org}, {@code *.example.org}) and addresses, each with a
 * port or without; and ranges of addresses ({@code 10.1.0.0/16}). A listed address or range may be reached under any listed
 * name as well, which is otherwise held to public addresses: never loopback, link-local (clouds keep their metadata there),
 * private or other special ones.
 */
public final class AllowedHosts {
    /** What no public host has, beside what InetAddress tells. */
    private static final List<Range> SPECIAL = ranges(
            "0.0.0.0/8",
            "100.64.0.0/10",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "168.63.129.16/32",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",
            "::/96",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "fc00::/7",
            "fec0::/10");

    private static final String LOCALHOST = "localhost";
    private static final Pattern NAME =
            Pattern.compile("((?:\\*\\.)?[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*)(?::(\\d{1,5}))?");

    /** A name as it is or below {@code *.}, with a port or any (0). */
    private record Name(String pattern, int port) {
        boolean matches(String name, int asked) {
            return (port == 0 || port == asked)
                    && (pattern.startsWith("*.") ? name.endsWith(pattern.substring(1)) : name.equals(pattern));
        }
    }

    private final List<Name> names = new ArrayList<>();
    private final List<Range> ranges = new ArrayList<>();

    /** @throws IllegalArgumentException for an entry that is neither a name nor a range */
    AllowedHosts(List<String> entries) {
        for (String written : entries) {
            String entry = ascii(written);
            Optional<Range> range = Range.parse(entry);
            Matcher name = NAME.matcher(entry);
            if (range.isPresent()) {
                ranges.add(range.get());
            } else if (name.matches() && !isBrokenAddress(name.group(1))) {
                int port = name.group(2) == null ? 0 : Integer.parseInt(name.group(2));
                if (port > 65535) {
                    throw new IllegalArgumentException("live.attachments.allowed-hosts: no port " + port);
                }
                names.add(new Name(name.group(1).toLowerCase(Locale.ROOT), port));
                // an address with a port: the name check holds the port
                Range.parse(name.group(1)).ifPresent(ranges::add);
            } else {
                throw new IllegalArgumentException("live.attachments.allowed-hosts: '" + written + "'");
            }
        }
    }

    private static boolean isBrokenAddress(String name) {
        return name.matches("(.*\\.)?\\d+") && Range.parse(name).isEmpty();
    }

    /** Whether it is a name, an address or a range. */
    public static boolean isEntry(String text) {
        try {
            new AllowedHosts(List.of(text));
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether this name, or address in its place, is listed. */
    boolean allowsName(String host, int port) {
        String name = plain(host);
        return names.stream().anyMatch(entry -> entry.matches(name, port))
                || Range.parse(name)
                        .filter(asked -> names.stream()
                                .noneMatch(entry -> entry.pattern().equals(name)))
                        .filter(asked -> contains(asked.address()))
                        .isPresent();
    }

    /** Whether a connection for this name may go to this address. */
    boolean allowsAddress(String host, InetAddress address) {
        return isPublic(address)
                || contains(address)
                // who lists it can mean nothing else
                || plain(host).equals(LOCALHOST) && address.isLoopbackAddress();
    }

    private static String ascii(String name) {
        return IDN.toASCII(name, IDN.ALLOW_UNASSIGNED);
    }

    private boolean contains(InetAddress address) {
        return ranges.stream().anyMatch(range -> range.contains(address));
    }

    /** The HTTP client shows names in their own script, which are written out in ASCII elsewhere. */
    private static String plain(String host) {
        return ascii(host).toLowerCase(Locale.ROOT).replaceAll("^\\[|\\]$|\\.$", "");
    }

    private static boolean isPublic(InetAddress address) {
        return !(address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()
                || SPECIAL.stream().anyMatch(range -> range.contains(address)));
    }

    private static List<Range> ranges(String... texts) {
        return List.of(texts).stream()
                .map(Range::parse)
                .map(Optional::orElseThrow)
                .toList();
    }

    /** Addresses that share their first bits. */
    private record Range(InetAddress address, int bits) {
        private static final Pattern FORM = Pattern.compile(
                "((?:\\d{1,3}\\.){3}\\d{1,3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(?:/(\\d{1,3}))?");

        /** An address, or an address and the number of bits; empty for all else. Names are never looked up. */
        static Optional<Range> parse(String text) {
            Matcher form = FORM.matcher(text);
            if (!form.matches()) {
                return Optional.empty();
            }
            try {
                // in brackets, what is no address is not taken for a name
                String literal = form.group(1).contains(":") ? "[" + form.group(1) + "]" : form.group(1);
                if (!literal.startsWith("[")
                        && Stream.of(literal.split("\\.")).anyMatch(part -> Integer.parseInt(part) > 255)) {
                    return Optional.empty();
                }
                InetAddress address = InetAddress.getByName(literal);
                int all = address.getAddress().length * 8;
                int bits = form.group(2) == null ? all : Integer.parseInt(form.group(2));
                return bits > all ? Optional.empty() : Optional.of(new Range(address, bits));
            } catch (UnknownHostException e) {
                return Optional.empty();
            }
        }

        boolean contains(InetAddress other) {
            byte[] mine = address.getAddress();
            byte[] others = other.getAddress();
            if (mine.length != others.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> bit % 8;
                if ((mine[bit / 8] & mask) != (others[bit / 8] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }
}
