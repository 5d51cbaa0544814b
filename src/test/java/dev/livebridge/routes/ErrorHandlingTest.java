package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.attachment.AttachmentRefusedException;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.NoConversationException;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.failure.ServerErrorException;
import dev.livebridge.failure.ServiceUnavailableException;
import dev.livebridge.jms.NotKeptException;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;

/** The policy, at a route that it is bound to. */
@CamelMainTest(
        properties = RouteTest.FILE + "send-message.camel.yaml,file:routes/error-handling.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = "send-message=direct:test:send-message")
class ErrorHandlingTest extends RouteTest {
    private static final Map<String, Throwable> FAILURES = Map.ofEntries(
            Map.entry("refused", RefusedException.request(ErrorCode.INVALID_REQUEST, "/", "wrong")),
            Map.entry("attachment", new AttachmentRefusedException("a virus")),
            Map.entry("server-error", new ServerErrorException("Live answered 500", null)),
            Map.entry("memory", new OutOfMemoryError("of a test")),
            Map.entry("unavailable", new ServiceUnavailableException("Live answered 503", null)),
            Map.entry("network", new IOException("connection reset")),
            Map.entry("s3", SdkClientException.create("S3 is away")),
            Map.entry("store", new QueryTimeoutException("the store is away")),
            // as the store throws them: Camel looks at the causes, too
            Map.entry("sqlite", away(new SQLiteException("disk I/O error", SQLiteErrorCode.SQLITE_IOERR))),
            Map.entry("postgresql", away(new SQLException("connection refused"))),
            Map.entry("interrupted", away(new InterruptedException())),
            Map.entry(
                    "bucket",
                    exchangeFailed(
                            NoSuchBucketException.builder().message("none").build())),
            Map.entry("wrapped", new RuntimeCamelException(new IOException("connection reset"))),
            Map.entry("no-conversation", new NoConversationException(ErrorCode.UNKNOWN_CONVERSATION, "none")),
            Map.entry("bug", new IllegalStateException("a bug")),
            Map.entry("not-kept", new NotKeptException("the spool is full")));

    private static DataAccessResourceFailureException away(Exception cause) {
        return new DataAccessResourceFailureException("the store is away", cause);
    }

    /** As a split throws what one of its parts failed with. */
    private static CamelExchangeException exchangeFailed(Exception cause) {
        return new CamelExchangeException("a part failed", new DefaultExchange(new DefaultCamelContext()), cause);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # failure       | retries decides      | calls
            server-error    | try-again, set-aside | direct:deliver-message, retries, direct:deliver-message, retries, direct:give-up
            memory          | try-again, set-aside | direct:deliver-message, retries, direct:deliver-message, retries, direct:give-up
            unavailable     | try-again, set-aside | direct:deliver-message, retries, direct:deliver-message, retries, direct:give-up
            network         | try-again, set-aside | direct:deliver-message, retries, direct:deliver-message, retries, direct:give-up
            s3              | try-again, set-aside | direct:deliver-message, retries, direct:deliver-message, retries, direct:give-up
            store           | try-again, set-aside | direct:deliver-message, retries, direct:deliver-message, retries, direct:give-up
            sqlite          | try-again, set-aside | direct:deliver-message, retries, direct:deliver-message, retries, direct:give-up
            postgresql      | try-again, set-aside | direct:deliver-message, retries, direct:deliver-message, retries, direct:give-up
            interrupted     | try-again, set-aside | direct:deliver-message, retries, direct:deliver-message, retries, direct:give-up
            bucket          | try-again, set-aside | direct:deliver-message, retries, direct:deliver-message, retries, direct:give-up
            wrapped         | try-again, set-aside | direct:deliver-message, retries, direct:deliver-message, retries, direct:give-up
            no-conversation | try-again, set-aside | direct:deliver-message, retries, direct:deliver-message, retries, direct:give-up
            unavailable     | set-aside            | direct:deliver-message, retries, direct:give-up
            refused         | dead-letter          | direct:deliver-message, retries, direct:give-up
            attachment      | dead-letter          | direct:deliver-message, retries, direct:give-up
            refused         | try-again            | direct:deliver-message, retries, direct:give-up
            bug             | dead-letter          | direct:deliver-message, retries, direct:give-up
            not-kept        |                      | direct:deliver-message, direct:put-back
            """)
    void triesAgainWhatMaySucceedForAsLongAsRetriesSaysSo(String failure, String decisions, String calls) {
        when("direct:deliver-message", message -> message.setException(FAILURES.get(failure)));
        Deque<String> next = new ArrayDeque<>(decisions == null ? List.of() : Arrays.asList(decisions.split(", ")));
        when("retries", failed -> failed.setVariable("next", next.remove()));

        Exchange message = send("send-message", message());

        assertCalls(calls);
        assertThat(message.getException()).as("the failure is handled").isNull();
    }

    @Test
    void endsWithTheTryThatSucceeds() {
        Deque<Throwable> failures = new ArrayDeque<>(List.of(new IOException("reset"), new IOException("reset")));
        when("direct:deliver-message", message -> message.setException(failures.poll()));
        when("retries", failed -> failed.setVariable("next", "try-again"));

        Exchange message = send("send-message", message());

        assertCalls("direct:deliver-message, retries, direct:deliver-message, retries, direct:deliver-message");
        assertThat(message.isFailed()).isFalse();
    }
}
