package dev.livebridge;

import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.State;
import org.apache.camel.Processor;
import org.apache.camel.spi.Registry;

/**
 * Binds methods as the processors that routes name: {@code conversations.find} is {@code Conversations.find}. Camel's bean
 * step would look for the method, and for each of its arguments, at each call.
 */
final class Steps {
    private final Registry registry;

    /** Works on what is known of a message; null where it is not taken up. */
    @FunctionalInterface
    interface Step {
        void process(Progress progress) throws Exception;
    }

    /** The same, and finds out what the route is to choose by: the variable {@code state}. */
    @FunctionalInterface
    interface Decision {
        State process(Progress progress) throws Exception;
    }

    Steps(Registry registry) {
        this.registry = registry;
    }

    void bind(String name, Step step) {
        bindProcessor(name, exchange -> step.process(Progress.of(exchange)));
    }

    void bindDecision(String name, Decision decision) {
        bindProcessor(
                name,
                exchange -> exchange.setVariable(
                        State.VARIABLE, decision.process(Progress.of(exchange)).toString()));
    }

    void bindProcessor(String name, Processor processor) {
        registry.bind(name, Processor.class, processor);
    }
}
