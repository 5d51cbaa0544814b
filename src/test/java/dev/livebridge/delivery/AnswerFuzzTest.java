package dev.livebridge.delivery;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.Hostile;
import dev.livebridge.bot.TestBots;
import dev.livebridge.failure.DeliveryException;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.Failure;
import dev.livebridge.failure.HttpMeaning;
import dev.livebridge.failure.LiveResponse;
import dev.livebridge.failure.TokenFilter;
import dev.livebridge.jms.Original;
import dev.livebridge.jms.Originals;
import dev.livebridge.live.LiveAnswer;
import dev.livebridge.outage.Outages;
import dev.livebridge.store.Store;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.mockito.Mockito;

/** Whatever Live answers becomes a response, or a failure with a code; and nowhere in it is the token, or half of it. */
class AnswerFuzzTest {
    private static final Deliveries DELIVERIES = new Deliveries(
            // never asked for anything
            new Store(null, null, null, 1, Path.of("target")),
            new Deliveries.Rules(1, 1, Set.of(), Duration.ofDays(1)),
            new Outages(),
            new LastRun(Path.of("target")));
    private static final int MEGABYTE = 1024 * 1024;
    private static final String ALPHABET = "abcXYZ0123456789-_=/+.~%\\\"u5f$ ";
    private static final CamelContext CAMEL = new DefaultCamelContext();
    private static final Original ORIGINAL = original();

    /** What Live says around the token, and the token itself. */
    record Echo(String token, String body) {
        @Override
        public String toString() {
            return token + " in " + (body.length() > 500 ? body.length() + " characters" : body);
        }
    }

    @Property(tries = 1_000)
    void tokenIsTakenOut(@ForAll("echoes") Echo echo) {
        TokenFilter filter = new TokenFilter(List.of(echo.token()));

        String clean = filter.clean(echo.body());

        assertThat(clean).doesNotContain(echo.token());
        assertThat(filter.clean(clean)).isEqualTo(clean);
    }

    @Property(tries = 1_000)
    void otherTextStays(@ForAll("texts") String text) {
        assertThat(new TokenFilter(List.of("s3cr3t-t0ken")).clean(text)).isEqualTo(text);
    }

    /** The body of an error, with the token at the place where a dead letter's property is cut, and where reading ends. */
    @Property(tries = 200, shrinking = ShrinkingMode.OFF)
    void noPartOfTheTokenIsLeftAtACut(
            @ForAll("tokens") String token, @ForAll("seeds") long seed, @ForAll @IntRange(min = -80, max = 10) int off)
            throws Exception {
        Random random = new Random(seed);
        int cut = random.nextInt(50) == 0 ? MEGABYTE : 1024;
        String filler = Hostile.oneOf(random, List.of("x", "é", "\ud83d\ude00", "\n"));
        String padding = filler.repeat((cut + off) / filler.getBytes(UTF_8).length);
        String body = padding + form(token, random) + Hostile.text(random) + filler.repeat(2_000);

        Failure failure = failure(token, 400, body.getBytes(UTF_8));

        assertThat(failure.httpBody().getBytes(UTF_8)).hasSizeLessThanOrEqualTo(1024);
        LiveResponse response = response(token, 200, body.getBytes(UTF_8));
        assertThat(response.body().getBytes(UTF_8)).hasSizeLessThanOrEqualTo(MEGABYTE);
        for (String said : new String[] {failure.httpBody(), failure.message(), response.body()}) {
            assertThat(said).doesNotContain(token);
            assertThat(said.stripTrailing()).doesNotEndWith(token.substring(0, token.length() / 2));
        }
    }

    @Property(tries = 1_000, shrinking = ShrinkingMode.OFF)
    void anyAnswerIsAResponseOrAFailureWithACode(
            @ForAll @IntRange(min = 100, max = 999) int status, @ForAll("seeds") long seed) throws Exception {
        Random random = new Random(seed);
        String token = "s3cr3t-t0ken";
        byte[] body = random.nextBoolean()
                ? Hostile.bytes(random)
                : (form(token, random) + Hostile.text(random) + form(token, random))
                        .getBytes(Hostile.oneOf(random, List.of(UTF_8, UTF_8, UTF_16LE, UTF_16BE)));
        try {
            assertThat(response(token, status, body).ok()).isTrue();
            assertThat(status / 100).isEqualTo(2);
        } catch (DeliveryException e) {
            assertThat(status / 100).isNotEqualTo(2);
            Failure failure = failure(token, status, body);
            assertThat(failure.code())
                    .isIn(
                            ErrorCode.REJECTED,
                            ErrorCode.UNKNOWN_CONVERSATION,
                            ErrorCode.SERVER_ERROR,
                            ErrorCode.EXPIRED);
            assertThat(failure.httpStatus()).isEqualTo(status);
            assertThat(failure.message().getBytes(UTF_8)).hasSizeLessThanOrEqualTo(2048);
            assertThat(failure.message() + failure.httpBody().replace("\0", "")).doesNotContain(token);
        }
    }

    @Property(tries = 1_000)
    void retryAfterIsAWaitOrNone(@ForAll("waits") String value) {
        Duration wait = HttpMeaning.retryAfter(value, Instant.parse("2026-11-22T10:00:00Z"));

        if (wait != null) {
            assertThat(wait).isPositive();
            // it is counted in milliseconds
            assertThat(wait.toMillis()).isPositive();
        }
    }

    @Provide
    Arbitrary<Long> seeds() {
        return Arbitraries.longs();
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.randomValue(Hostile::text);
    }

    @Provide
    Arbitrary<String> tokens() {
        return Arbitraries.strings()
                .withChars(ALPHABET)
                .ofMinLength(6)
                .ofMaxLength(60)
                // what has no characters of its own can't be told from what surrounds it
                .filter(token -> token.chars().distinct().count() > 4);
    }

    @Provide
    Arbitrary<Echo> echoes() {
        return tokens().flatMap(token -> Arbitraries.randomValue(random -> {
            StringBuilder body = new StringBuilder();
            for (int parts = random.nextInt(6); parts > 0; parts--) {
                body.append(random.nextBoolean() ? Hostile.text(random) : form(token, random));
                if (random.nextInt(3) == 0) {
                    // one within the other: what is left must not be a token again
                    body.insert(random.nextInt(body.length() + 1), form(token, random));
                }
            }
            return new Echo(token, body.toString());
        }));
    }

    @Provide
    Arbitrary<String> waits() {
        return Arbitraries.oneOf(
                texts(),
                Arbitraries.longs().map(String::valueOf),
                Arbitraries.bigIntegers().map(String::valueOf),
                Arbitraries.strings().numeric(),
                Arbitraries.integers().between(-9_999, 99_999).map("Sun, 22 Nov %d 10:00:30 GMT"::formatted),
                Arbitraries.randomValue(random -> Hostile.json(random, "\"Sun, 22 Nov 2026 10:00:30 GMT\"")));
    }

    /** The token as it is, or with some characters escaped, as JSON and addresses do. */
    private static String form(String token, Random random) {
        StringBuilder form = new StringBuilder(random.nextBoolean() ? "h_" : "");
        int kind = random.nextInt(4);
        for (char c : token.toCharArray()) {
            int escape = random.nextInt(3) == 0 ? kind : 0;
            form.append(
                    switch (escape) {
                        case 1 -> String.format(random.nextBoolean() ? "\\u%04x" : "\\u%04X", (int) c);
                        case 2 -> String.format(random.nextBoolean() ? "%%%02x" : "%%%02X", (int) c);
                        default -> String.valueOf(c);
                    });
        }
        return form.toString();
    }

    private static LiveResponse response(String token, int status, byte[] body) throws Exception {
        Exchange exchange = exchange(status, body);
        new LiveAnswer(new TokenFilter(List.of(token)), new Outages(), TestBots.ONE).read(exchange);
        return exchange.getMessage().getBody(LiveResponse.class);
    }

    private static Failure failure(String token, int status, byte[] body) throws Exception {
        Exchange exchange = exchange(status, body);
        try {
            new LiveAnswer(new TokenFilter(List.of(token)), new Outages(), TestBots.ONE).read(exchange);
        } catch (DeliveryException e) {
            exchange.setProperty(Exchange.EXCEPTION_CAUGHT, e);
        }
        new Failures(new TokenFilter(List.of(token)), DELIVERIES).describe(exchange);
        return Progress.of(exchange).failure();
    }

    private static Exchange exchange(int status, byte[] body) {
        Exchange exchange = TestProgress.exchange(CAMEL, TestProgress.of(ORIGINAL));
        exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
        exchange.getMessage().setBody(body);
        return exchange;
    }

    private static Original original() {
        try {
            return new Originals(Set.of())
                    .keep(Mockito.mock(TextMessage.class, Mockito.withSettings().stubOnly()), null);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
