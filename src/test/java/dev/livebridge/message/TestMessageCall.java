package dev.livebridge.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.livebridge.attachment.Addresses;
import dev.livebridge.delivery.Original;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.TestProgress;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;

/** The message call of a request, as the route makes and marshals it. */
final class TestMessageCall {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();
    private static final CamelContext CAMEL = new DefaultCamelContext();
    private static final MessageCall CALL =
            new MessageCall("/{conversationId}", new Addresses(Addresses.Form.S3, null, Duration.ofDays(7), null));

    private TestMessageCall() {}

    static byte[] body(Original original, Map<String, Object> request) throws JsonProcessingException {
        Progress progress = TestProgress.of(original);
        progress.setRequest(request);
        progress.setConversationId("c");
        Exchange exchange = TestProgress.exchange(CAMEL, progress);
        CALL.build(exchange);
        return MAPPER.writeValueAsBytes(exchange.getMessage().getBody());
    }
}
