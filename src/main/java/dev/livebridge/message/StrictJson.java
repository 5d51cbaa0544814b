package dev.livebridge.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Reads JSON that any two readers understand alike, and refuses the rest as {@code invalid-json}: duplicate keys,
 * trailing content, NaN, numbers beyond a long or a double, other encodings than UTF-8, lone surrogates, nesting
 * deeper than 64, more than 50,000 tokens. Members that are {@code null} are left out: null counts as absent.
 */
public final class StrictJson {
    /** No double has so many digits after or before its point; a larger scale only serves to exhaust memory. */
    static final int MAX_SCALE = 2_000;

    private static final String OUT_OF_RANGE =
            "contains a number out of range: integers have at most 64 bits, others fit a double";

    private static final StreamReadConstraints LIMITS = StreamReadConstraints.builder()
            .maxNestingDepth(64)
            // each takes memory, and each may be a violation of its own
            .maxTokenCount(50_000)
            .maxStringLength(Integer.MAX_VALUE)
            .build();
    private static final ObjectReader WITH_NULLS = JsonMapper.builder(
                    JsonFactory.builder().streamReadConstraints(LIMITS).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .nodeFactory(new Decimals())
            .build()
            .reader();
    private static final ObjectReader WITHOUT_NULLS = WITH_NULLS.without(JsonNodeFeature.READ_NULL_PROPERTIES);

    private StrictJson() {}

    /** The object that these bytes hold in UTF-8. */
    public static ObjectNode object(byte[] utf8) throws RefusedException {
        return inMemory(reader(utf8), true);
    }

    /** The object that this text holds. */
    public static ObjectNode object(String text) throws RefusedException {
        return inMemory(new StringReader(text), true);
    }

    /** The object that these bytes hold, to be passed on: members that are null stay, and so does every digit of numbers of any size. */
    public static ObjectNode asItCame(byte[] utf8) throws RefusedException {
        return inMemory(reader(utf8), false);
    }

    private static Reader reader(byte[] utf8) {
        return new BufferedReader(
                new InputStreamReader(new ByteArrayInputStream(utf8), StandardCharsets.UTF_8.newDecoder()));
    }

    private static ObjectNode inMemory(Reader json, boolean strictly) throws RefusedException {
        try {
            return read(json, parser -> parser, strictly);
        } catch (IOException e) {
            throw new UncheckedIOException("what is in memory can be read", e);
        }
    }

    /**
     * The object that this stream of characters holds; a byte order mark is skipped.
     *
     * @param json    supports {@link Reader#mark}
     * @param wrapped makes of the parser one that takes long values out of the stream
     * @throws IOException if the stream can't be read for other reasons than its encoding
     */
    static ObjectNode object(Reader json, UnaryOperator<JsonParser> wrapped) throws RefusedException, IOException {
        return read(json, wrapped, true);
    }

    private static ObjectNode read(Reader json, UnaryOperator<JsonParser> wrapped, boolean strictly)
            throws RefusedException, IOException {
        ObjectReader reader = strictly ? WITHOUT_NULLS : WITH_NULLS;
        try (JsonParser parser = wrapped.apply(reader.createParser(json))) {
            json.mark(1);
            if (json.read() != '\uFEFF') {
                json.reset();
            }
            JsonNode node = reader.readTree(parser);
            if (!(node instanceof ObjectNode object)) {
                throw invalid(node == null ? "is empty, expected a JSON object" : "is no JSON object");
            }
            check(object, strictly);
            return object;
        } catch (CharacterCodingException e) {
            throw invalid("is not UTF-8");
        } catch (StreamConstraintsException e) {
            throw invalid("goes beyond what is read: " + e.getOriginalMessage());
        } catch (MismatchedInputException e) {
            throw invalid("has content after its end");
        } catch (NumberFormatException e) {
            // an exponent beyond an int
            throw invalid(OUT_OF_RANGE);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            throw invalid("is no valid JSON at line " + at.getLineNr() + ", column " + at.getColumnNr() + ": "
                    + e.getOriginalMessage());
        }
    }

    /** Looks at every name and value below. The depth is bounded by the parser. */
    private static void check(JsonNode node, boolean strictly) throws RefusedException {
        boolean unicode = !node.isTextual() || isUnicode(node.textValue());
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            unicode = unicode && isUnicode(member.getKey());
        }
        if (!unicode) {
            throw invalid("contains a lone surrogate");
        }
        if (strictly && isOutOfRange(node)) {
            throw invalid(OUT_OF_RANGE);
        }
        for (JsonNode child : node) {
            check(child, strictly);
        }
    }

    /** Whether a text can be written in UTF-8: it holds no half of a surrogate pair. */
    static boolean isUnicode(String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (Character.getType(text.codePointAt(i)) == Character.SURROGATE) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOutOfRange(JsonNode node) {
        if (!node.isBigDecimal()) {
            return node.isBigInteger();
        }
        BigDecimal number = node.decimalValue();
        return Math.abs((long) number.scale()) > MAX_SCALE
                || Double.isInfinite(number.doubleValue())
                || number.doubleValue() == 0 && number.signum() != 0;
    }

    private static RefusedException invalid(String message) {
        return RefusedException.request(ErrorCode.INVALID_JSON, "/", "the body " + message);
    }

    /** Makes decimals that stay decimals: 1.0 is no integer here, though JSON Schema would take it for one. */
    private static final class Decimals extends JsonNodeFactory {
        private static final long serialVersionUID = 1L;

        @Override
        public ValueNode numberNode(BigDecimal value) {
            return new DecimalNode(value) {
                private static final long serialVersionUID = 1L;

                @Override
                public boolean canConvertToExactIntegral() {
                    return false;
                }
            };
        }
    }
}
