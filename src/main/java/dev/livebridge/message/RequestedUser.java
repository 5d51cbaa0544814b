package dev.livebridge.message;

import dev.livebridge.delivery.Original;
import dev.livebridge.delivery.RefusedException;
import jakarta.jms.JMSException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Variable;

/** The user of a conversation request, as {@code direct:enrich-user} receives it. */
public final class RequestedUser {
    /**
     * The user's fields as the caller gave them, and {@code extra}, a Map of the caller's extra fields (body before
     * JMS properties), empty where there are none. The Map is a fresh one, for the enrichment to change.
     */
    @SuppressWarnings("unchecked")
    public Map<String, Object> of(
            @Variable("request") Map<String, Object> request, @Variable("original") Original original)
            throws RefusedException, JMSException {
        Map<String, Object> user = new LinkedHashMap<>((Map<String, ?>) request.get("user"));
        user.put("extra", ExtraFields.requested(user.get("extra"), original.message()));
        return user;
    }
}
