package dev.livebridge.message;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import dev.livebridge.delivery.ErrorCode;
import dev.livebridge.delivery.RefusedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Reads JSON that any two readers understand alike, and refuses the rest as {@code invalid-json}: duplicate keys,
 * trailing content, NaN, numbers beyond a long or a double, other encodings than UTF-8, lone surrogates, nesting
 * deeper than 64, more than 50,000 tokens. Members that are {@code null} are left out: null counts as absent.
 */
public final class StrictJson {
    private static final int MAX_DEPTH = 64;
    /** Each takes memory, and each may be a violation of its own. */
    private static final int MAX_TOKENS = 50_000;
    /** No double has so many digits after or before its point; a larger scale only serves to exhaust memory. */
    private static final int MAX_SCALE = 2_000;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .nodeFactory(new Decimals())
            .build();

    static {
        MAPPER.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .maxTokenCount(MAX_TOKENS)
                        .maxStringLength(Integer.MAX_VALUE)
                        .build());
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

    private StrictJson() {}

    /** The object that these bytes hold in UTF-8. */
    public static ObjectNode object(byte[] utf8) throws RefusedException {
        return strict(inMemory(reader(utf8)));
    }

    /** The object that this text holds. */
    public static ObjectNode object(String text) throws RefusedException {
        return strict(inMemory(new StringReader(text)));
    }

    /** The object that these bytes hold, to be passed on: members that are null stay, and so does every digit of numbers of any size. */
    public static ObjectNode asItCame(byte[] utf8) throws RefusedException {
        ObjectNode object = inMemory(reader(utf8));
        check(object, false);
        return object;
    }

    private static Reader reader(byte[] utf8) {
        return new InputStreamReader(new ByteArrayInputStream(utf8), StandardCharsets.UTF_8.newDecoder());
    }

    private static ObjectNode inMemory(Reader json) throws RefusedException {
        try {
            return read(json, parser -> parser);
        } catch (IOException e) {
            throw new UncheckedIOException("what is in memory can be read", e);
        }
    }

    /**
     * The object that this stream of characters holds; a byte order mark is skipped.
     *
     * @param wrapped makes of the parser one that takes long values out of the stream
     * @throws IOException if the stream can't be read for other reasons than its encoding
     */
    static ObjectNode object(Reader json, UnaryOperator<JsonParser> wrapped) throws RefusedException, IOException {
        return strict(read(json, wrapped));
    }

    private static ObjectNode read(Reader json, UnaryOperator<JsonParser> wrapped)
            throws RefusedException, IOException {
        try (Reader text = withoutMark(json);
                JsonParser parser = wrapped.apply(MAPPER.createParser(text))) {
            JsonNode node = parse(parser);
            if (!(node instanceof ObjectNode object)) {
                throw invalid(
                        node == null || node.isMissingNode()
                                ? "is empty, expected a JSON object"
                                : "is no JSON object");
            }
            return object;
        } catch (CharacterCodingException e) {
            throw invalid("is not UTF-8");
        }
    }

    private static ObjectNode strict(ObjectNode object) throws RefusedException {
        check(object, true);
        return object;
    }

    private static Reader withoutMark(Reader json) throws IOException {
        PushbackReader reader = new PushbackReader(json);
        int first = reader.read();
        if (first >= 0 && first != '\uFEFF') {
            reader.unread(first);
        }
        return reader;
    }

    private static JsonNode parse(JsonParser parser) throws RefusedException, IOException {
        try {
            return MAPPER.readTree(parser);
        } catch (StreamConstraintsException e) {
            throw invalid("goes beyond what is read: " + e.getOriginalMessage());
        } catch (MismatchedInputException e) {
            throw invalid("has content after its end");
        } catch (NumberFormatException e) {
            // an exponent beyond an int
            throw invalid("contains a number out of range: it does not fit a double");
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw invalid("is no valid JSON" + where + ": " + e.getOriginalMessage());
        }
    }

    /**
     * Looks at every name and value below. The depth is bounded by the parser.
     *
     * @param strictly drops members that are null, and refuses numbers beyond a long or a double
     */
    private static void check(JsonNode node, boolean strictly) throws RefusedException {
        if (node instanceof ObjectNode object) {
            for (Iterator<Map.Entry<String, JsonNode>> members =
                            object.properties().iterator();
                    members.hasNext(); ) {
                Map.Entry<String, JsonNode> member = members.next();
                checkText(member.getKey());
                check(member.getValue(), strictly);
                if (strictly && member.getValue().isNull()) {
                    members.remove();
                }
            }
        } else if (node.isArray()) {
            for (JsonNode element : node) {
                check(element, strictly);
            }
        } else if (node.isTextual()) {
            checkText(node.textValue());
        } else if (strictly && node.isNumber()) {
            checkNumber(node);
        }
    }

    private static void checkText(String text) throws RefusedException {
        if (!isUnicode(text)) {
            throw invalid("contains a lone surrogate");
        }
    }

    /** Whether a text can be written in UTF-8: it holds no half of a surrogate pair. */
    static boolean isUnicode(String text) {
        return text.codePoints()
                .noneMatch(character -> Character.MIN_SURROGATE <= character && character <= Character.MAX_SURROGATE);
    }

    private static void checkNumber(JsonNode node) throws RefusedException {
        if (node.isBigInteger()) {
            throw invalid("contains a number out of range: integers have at most 64 bits");
        }
        if (node.isBigDecimal()) {
            BigDecimal number = node.decimalValue();
            if (Math.abs((long) number.scale()) > MAX_SCALE
                    || Double.isInfinite(number.doubleValue())
                    || number.signum() != 0 && number.doubleValue() == 0) {
                throw invalid("contains a number out of range: it does not fit a double");
            }
        }
    }

    private static RefusedException invalid(String message) {
        return RefusedException.request(ErrorCode.INVALID_JSON, "/", "the body " + message);
    }
}
