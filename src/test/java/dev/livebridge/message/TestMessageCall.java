package dev.livebridge.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.livebridge.attachment.Addresses;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.TestProgress;
import dev.livebridge.jms.Original;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;

/** The message call of a request, as the route makes and marshals it. */
final class TestMessageCall {
    private static final CamelContext CAMEL = new DefaultCamelContext();
    private static final MessageCall CALL = new MessageCall(
            "/{conversationId}", new Addresses(Addresses.Form.S3, null, Duration.ofDays(7), null), false);

    private TestMessageCall() {}

    static byte[] body(Original original, Map<String, Object> request) throws JsonProcessingException {
        Progress progress = TestProgress.of(original);
        progress.setRequest(request);
        progress.setConversationId("c");
        Exchange exchange = TestProgress.exchange(CAMEL, progress);
        CALL.build(exchange);
        return QueueCall.LIVE_JSON.writeValueAsBytes(exchange.getMessage().getBody());
    }
}
