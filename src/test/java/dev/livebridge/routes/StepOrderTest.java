package dev.livebridge.routes;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.livebridge.delivery.State;
import org.apache.camel.builder.AdviceWithRouteBuilder;
import org.apache.camel.test.main.junit5.AdviceRouteMapping;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;

/** That these tests see it when a route calls its steps in another order than told: here it confirms before it sends. */
@CamelMainTest(
        properties = RouteTest.FILE + "send-message.camel.yaml",
        mockEndpointsAndSkip = RouteTest.ALL_OTHERS,
        replaceRouteFromWith = {"send-message=direct:test:send-message", "deliver-message=direct:test:deliver-message"},
        advices = @AdviceRouteMapping(route = "deliver-message", advice = StepOrderTest.ConfirmFirst.class))
class StepOrderTest extends RouteTest {
    /** Moves the step {@code confirm-message}. */
    static final class ConfirmFirst extends AdviceWithRouteBuilder {
        @Override
        public void configure() {
            weaveById("confirm-message").remove();
            weaveById("call-message").before().process("deliveries.confirm");
        }
    }

    @Test
    void noticesAStepOutOfItsPlace() {
        find("conversations.find", State.READY);

        send("deliver-message", message());

        assertCalls("receiver, messageRequestReader.read, botChoice.choose, conversations.find, messageCall.build,"
                + " deliveries.confirm, direct:call-live, outcomes.setSent");
        assertThatThrownBy(() -> assertCalls(SendMessageTest.TEXT))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("deliveries.confirm");
    }
}
