package dev.livebridge.message;

import dev.livebridge.delivery.Original;
import dev.livebridge.delivery.Progress;
import dev.livebridge.delivery.RefusedException;
import jakarta.jms.JMSException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;

/** The user of a conversation request, as {@code direct:enrich-user} receives it. */
public final class RequestedUser {
    private RequestedUser() {}

    /** Makes the user of the request the body, and the request the variable {@code request}: what the enrichment works on. */
    public static void give(Exchange exchange) throws RefusedException, JMSException {
        Progress progress = Progress.of(exchange);
        exchange.setVariable("request", progress.request());
        exchange.getMessage().setBody(of(progress.request(), progress.original()));
    }

    /**
     * The user's fields as the caller gave them, and {@code extra}, a Map of the caller's extra fields (body before
     * JMS properties), empty where there are none. The Map is a fresh one, for the enrichment to change.
     */
    @SuppressWarnings("unchecked")
    static Map<String, Object> of(Map<String, Object> request, Original original)
            throws RefusedException, JMSException {
        Map<String, Object> user = new LinkedHashMap<>((Map<String, ?>) request.get("user"));
        user.put("extra", ExtraFields.requested(user.get("extra"), original.message()));
        return user;
    }
}
