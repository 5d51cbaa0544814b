package dev.livebridge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/** What nobody in his right mind sends: texts, JSON, bytes and property values, each as its source of chance wills it. */
public final class Hostile {
    /** Repeats a run: {@code -Dfuzz.seed=42}. */
    private static final String SEED = "fuzz.seed";

    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "null",
            "0",
            "\ud800",
            "a\udc00b",
            "\ud83d\ude00",
            "\ufeff",
            "\0",
            "\n",
            "\u2028",
            "../..",
            "%00",
            "${body}",
            "{{live.bot.token}}",
            "'; drop table conversation; --",
            "<script>",
            "1e400",
            "\u202Egnp.exe");
    private static final List<String> LITERALS = List.of(
            "null",
            "true",
            "false",
            "0",
            "-0",
            "-1",
            "1.0",
            "1e2",
            "1E400",
            "1e-400",
            "1e999999999",
            "1e99999999999",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775809",
            "NaN",
            "Infinity",
            "01",
            "+1",
            ".5",
            "0x1F",
            "[]",
            "{}",
            "[[]]",
            "[{}]",
            "{\"\":null}",
            "\"\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"\\u0000\"",
            "\"\\x\"",
            "\"\t\"",
            "'a'",
            "undefined",
            "",
            ",",
            "/* a */ 1",
            "\"" + "a".repeat(5_000) + "\"",
            "9".repeat(999),
            "9".repeat(1_001),
            "0." + "1".repeat(900),
            "[".repeat(70) + "]".repeat(70),
            "{\"a\":".repeat(2_000) + "1" + "}".repeat(2_000));
    private static final List<Charset> CHARSETS = List.of(
            StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.ISO_8859_1, Charset.forName("UTF-32"));

    private Hostile() {}

    /** The seed of this run, to print with each failure. */
    public static long seed() {
        return Long.getLong(SEED, System.nanoTime());
    }

    public static <T> T oneOf(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    @SafeVarargs
    public static <T> T either(Random random, Function<Random, ? extends T>... ways) {
        return ways[random.nextInt(ways.length)].apply(random);
    }

    /** A text of any characters, halves of surrogate pairs among them. */
    public static String text(Random random) {
        return either(
                random,
                any -> oneOf(any, TEXTS),
                any -> characters(any, 0x80),
                any -> characters(any, 0x10000),
                any -> oneOf(any, TEXTS).repeat(any.nextInt(400)));
    }

    private static String characters(Random random, int below) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(40); left > 0; left--) {
            text.append((char) random.nextInt(below));
        }
        return text.toString();
    }

    /** What a JMS property can hold, and what only Artemis lets it hold. */
    public static Object property(Random random) {
        return either(
                random,
                Hostile::text,
                Random::nextInt,
                Random::nextLong,
                any -> (short) any.nextInt(),
                any -> (byte) any.nextInt(),
                any -> oneOf(any, List.of(Double.NaN, Double.NEGATIVE_INFINITY, -0.0, Double.MAX_VALUE, 1e-300)),
                any -> oneOf(any, List.of(Float.NaN, Float.MAX_VALUE, 0.1f)),
                Random::nextBoolean,
                Hostile::bytes,
                any -> (char) any.nextInt());
    }

    public static byte[] bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A valid document with some things wrong: fields dropped, added, doubled, values replaced, the text damaged. */
    public static String json(Random random, String valid) {
        StringBuilder text = new StringBuilder();
        // from documents with nothing right to such with nothing wrong
        write(tree(valid), random, 8 << random.nextInt(5), text);
        for (int wounds = random.nextInt(12) - 9; wounds > 0; wounds--) {
            damage(text, random);
        }
        return text.toString();
    }

    /** The same in bytes, which need not be UTF-8. */
    public static byte[] jsonBytes(Random random, String valid) {
        String json = json(random, valid);
        byte[] bytes = json.getBytes(random.nextInt(12) == 0 ? oneOf(random, CHARSETS) : StandardCharsets.UTF_8);
        if (bytes.length > 0 && random.nextInt(12) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return random.nextInt(12) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
    }

    private static void write(JsonNode node, Random random, int rarity, StringBuilder text) {
        if (random.nextInt(rarity) == 0) {
            String other = either(random, any -> oneOf(any, LITERALS), any -> quoted(text(any)), Hostile::number);
            text.append(other);
        } else if (node.isObject()) {
            text.append('{');
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                int times = random.nextInt(rarity) == 0 ? 2 * random.nextInt(2) : 1;
                for (; times > 0; times--) {
                    text.append(quoted(random.nextInt(2 * rarity) == 0 ? text(random) : field.getKey()))
                            .append(':');
                    write(field.getValue(), random, rarity, text);
                    text.append(',');
                }
            }
            if (random.nextInt(rarity) == 0) {
                text.append(quoted(text(random)))
                        .append(':')
                        .append(oneOf(random, LITERALS))
                        .append(',');
            }
            close(text, '}');
        } else if (node.isArray()) {
            text.append('[');
            for (JsonNode element : node) {
                for (int times = random.nextInt(rarity) == 0 ? random.nextInt(30) : 1; times > 0; times--) {
                    write(element, random, rarity, text);
                    text.append(',');
                }
            }
            close(text, ']');
        } else {
            text.append(node);
        }
    }

    private static void close(StringBuilder text, char with) {
        if (text.charAt(text.length() - 1) == ',') {
            text.setLength(text.length() - 1);
        }
        text.append(with);
    }

    private static String number(Random random) {
        return new BigDecimal(random.nextLong())
                .scaleByPowerOfTen(random.nextInt(800) - 400)
                .toString();
    }

    private static String quoted(String text) {
        // as escapes or as they are, both of which JSON allows
        return text.length() % 2 == 0
                ? "\"" + escaped(text) + "\""
                : JSON.getNodeFactory().textNode(text).toString();
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.chars().forEach(c -> escaped.append(String.format("\\u%04x", c)));
        return escaped.toString();
    }

    private static void damage(StringBuilder text, Random random) {
        int at = random.nextInt(text.length() + 1);
        switch (random.nextInt(6)) {
            case 0 -> text.setLength(at);
            case 1 -> text.insert(at, text(random));
            case 2 -> text.insert(0, '\ufeff');
            case 3 -> text.append(oneOf(random, LITERALS));
            case 4 -> text.delete(at, Math.min(text.length(), at + random.nextInt(10)));
            default -> text.insert(at, text.toString());
        }
    }

    private static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** So many blanks. */
    static InputStream blanks(long length) {
        return new InputStream() {
            private long left = length;

            @Override
            public int read() {
                return left-- > 0 ? ' ' : -1;
            }

            @Override
            public int read(byte[] bytes, int offset, int wanted) {
                int read = (int) Math.min(left, wanted);
                Arrays.fill(bytes, offset, offset + read, (byte) ' ');
                left -= read;
                return read == 0 ? -1 : read;
            }
        };
    }

    /** How many bytes can be read of it. */
    static long length(BytesMessage message) throws JMSException {
        byte[] part = new byte[100_000];
        long length = 0;
        for (int read; (read = message.readBytes(part)) > 0; ) {
            length += read;
        }
        return length;
    }
}
