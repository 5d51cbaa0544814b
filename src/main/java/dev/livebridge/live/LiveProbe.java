package dev.livebridge.live;

import dev.livebridge.failure.HttpMeaning;
import dev.livebridge.failure.LiveResponse;
import dev.livebridge.failure.ServiceUnavailableException;
import dev.livebridge.outage.Probe;
import java.time.Instant;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;

/** Looks whether Live answers, whatever it answers, by the route {@code probe-live}: unless it says itself that it is away. */
public final class LiveProbe implements Probe {
    private final CamelContext context;

    public LiveProbe(CamelContext context) {
        this.context = context;
    }

    @Override
    public void look() throws Exception {
        try (ProducerTemplate template = context.createProducerTemplate()) {
            Exchange exchange = template.request("direct:probe-live", request -> {});
            if (exchange.getException() != null) {
                throw exchange.getException();
            }
            Message answer = exchange.getMessage();
            int status = answer.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
            if (HttpMeaning.isOfTheService(status)) {
                String retryAfter = answer.getHeader("Retry-After", String.class);
                throw new ServiceUnavailableException(
                        "Live answered " + status + " to a probe",
                        new LiveResponse(status, "", HttpMeaning.retryAfter(retryAfter, Instant.now())));
            }
        }
    }
}
