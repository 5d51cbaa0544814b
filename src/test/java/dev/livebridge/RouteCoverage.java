package dev.livebridge;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/** Which steps of the routes the tests of this run have passed, by their ids. */
final class RouteCoverage implements InterceptStrategy {
    private static final Set<String> PASSED = ConcurrentHashMap.newKeySet();

    static Set<String> passed() {
        return Set.copyOf(PASSED);
    }

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode step, Processor target, Processor nextTarget) {
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, org.apache.camel.AsyncCallback callback) {
                PASSED.add(step.getId());
                return super.process(exchange, callback);
            }
        };
    }
}
