package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.Queue;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

@CamelMainTest(
        properties = RouteTest.FILE + "reply.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = "reply=direct:test:reply")
class ReplyTest extends RouteTest {
    private static final Queue REPLIES = Mockito.mock(Queue.class);

    @Test
    void repliesNowhereWithoutAnAllowedDestination() {
        Exchange told = send("reply", message());

        assertCalls("replyTo.destination");
        assertThat(told.isFailed()).isFalse();
    }

    @Test
    void repliesWithHeadersOfItsOwnOnly() {
        answer("replyTo.destination", REPLIES);
        answer("outcomes.reply", "the reply");
        Exchange outcome = message();
        outcome.getMessage().setHeader("JMSReplyTo", "replies");
        outcome.getMessage().setHeader("CamelJmsDestinationName", "elsewhere");
        outcome.getMessage().setHeader("anything", "of the request");
        outcome.getMessage().setHeader(Exchange.REDELIVERY_COUNTER, 2);

        send("reply", outcome);

        assertCalls("replyTo.destination, outcomes.reply, jms:reply");
        Message reply = received("jms:reply");
        assertThat(reply.getBody()).isEqualTo("the reply");
        assertThat(reply.getHeaders())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "CamelJmsDestination",
                        REPLIES,
                        // of the policy: without it a message would be tried for ever
                        Exchange.REDELIVERY_COUNTER,
                        2));
    }

    @Test
    void undoesNothingWhereTheReplyCannotBeSent() {
        answer("replyTo.destination", REPLIES);
        when("jms:reply", reply -> {
            throw new IllegalStateException("the broker is away");
        });

        Exchange told = send("reply", message());

        assertCalls("replyTo.destination, outcomes.reply, jms:reply");
        assertThat(told.isFailed()).isFalse();
        assertThat(told.isRollbackOnly()).isFalse();
    }
}
