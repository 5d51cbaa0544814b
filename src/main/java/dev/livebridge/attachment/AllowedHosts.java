package dev.livebridge.attachment;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code live.attachments.allowed-hosts}: names ({@code files.example.org}, {@code *.example.org}), each with a port or
 * without; and addresses or ranges of addresses ({@code 10.1.0.0/16}), which allow what is never reached otherwise:
 * loopback, link-local (clouds keep their metadata there), private and other special addresses.
 */
final class AllowedHosts {
    /** What no public host has, beside what InetAddress tells. */
    private static final List<Range> SPECIAL = ranges(
            "0.0.0.0/8",
            "100.64.0.0/10",
            "192.0.0.0/24",
            "192.0.2.0/24",
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

    private final List<String> names = new ArrayList<>();
    private final List<Range> named = new ArrayList<>();

    /** @throws IllegalArgumentException for an entry that is neither a name nor a range */
    AllowedHosts(List<String> entries) {
        for (String entry : entries) {
            if (Range.is(entry)) {
                named.add(Range.of(entry));
                names.add(entry.contains("/") ? "" : entry.toLowerCase(Locale.ROOT));
            } else if (entry.matches("(\\*\\.)?[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*(:\\d+)?")) {
                names.add(entry.toLowerCase(Locale.ROOT));
            } else {
                throw new IllegalArgumentException("'" + entry + "'");
            }
        }
        if (names.stream().anyMatch(name -> name.equals("localhost") || name.startsWith("localhost:"))) {
            // who names it can mean nothing else
            named.add(Range.of("127.0.0.0/8"));
            named.add(Range.of("::1"));
        }
    }

    /** Whether this name, or address in its place, is listed. */
    boolean allowsName(String host, int port) {
        String name = host.toLowerCase(Locale.ROOT).replaceAll("^\\[|\\]$|\\.$", "");
        return names.stream().anyMatch(entry -> matches(entry, name, port))
                || Range.is(name)
                        && named.stream()
                                .anyMatch(range -> range.contains(Range.of(name).address()));
    }

    private static boolean matches(String entry, String name, int port) {
        int colon = entry.contains("::") ? -1 : entry.indexOf(':');
        if (colon >= 0 && port != Integer.parseInt(entry.substring(colon + 1))) {
            return false;
        }
        String pattern = colon < 0 ? entry : entry.substring(0, colon);
        return pattern.startsWith("*.") ? name.endsWith(pattern.substring(1)) : name.equals(pattern);
    }

    /** Whether this address may be connected to. */
    boolean allowsAddress(InetAddress address) {
        return named.stream().anyMatch(range -> range.contains(address)) || isPublic(address);
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
        return List.of(texts).stream().map(Range::of).toList();
    }

    /** Addresses that share their first bits. */
    private record Range(InetAddress address, int bits) {
        /** An address, or an address and the number of bits; names are never looked up. */
        static boolean is(String text) {
            String address = text.split("/", 2)[0];
            return text.matches("[0-9A-Fa-f.:]+(/\\d{1,3})?")
                    && (address.matches("\\d{1,3}(\\.\\d{1,3}){3}")
                            || address.chars().filter(c -> c == ':').count() > 1);
        }

        static Range of(String text) {
            String[] parts = text.split("/", 2);
            try {
                InetAddress address = InetAddress.getByName(parts[0]);
                int all = address.getAddress().length * 8;
                int bits = parts.length == 1 ? all : Integer.parseInt(parts[1]);
                if (bits > all) {
                    throw new IllegalArgumentException("'" + text + "'");
                }
                return new Range(address, bits);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException("'" + text + "'", e);
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
