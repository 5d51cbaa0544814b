package dev.livebridge.message;

import dev.livebridge.delivery.Progress;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.jms.JmsProperties;
import dev.livebridge.jms.Original;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/** The user of a conversation request, as {@code direct:enrich-user} receives it. */
public final class RequestedUser {
    /** What Live knows of a user, beside {@code extra}: texts. */
    public static final List<String> FIELDS =
            List.of("hash", "firstname", "lastname", "email", "phone", "username", "picture");

    private static final String EXTRA_PROPERTY = "extra_";

    private RequestedUser() {}

    /** Makes the user of the request the body, and the request the variable {@code request}: what the enrichment works on. */
    public static void setBody(Exchange exchange) throws RefusedException, JMSException {
        Progress progress = Progress.of(exchange);
        exchange.setVariable("request", progress.request());
        exchange.getMessage().setBody(of(progress.request(), progress.original()));
    }

    /**
     * The user's fields as the caller gave them, and {@code extra}, a Map of the caller's extra fields, empty where there
     * are none. The Map is a fresh one, for the enrichment to change.
     */
    @SuppressWarnings("unchecked")
    static Map<String, Object> of(Map<String, Object> request, Original original)
            throws RefusedException, JMSException {
        Map<String, Object> user = new LinkedHashMap<>((Map<String, ?>) request.get("user"));
        user.put("extra", extra(user.get("extra"), original.message()));
        return user;
    }

    /** The fields of {@code user.extra}, a Map, a List of Maps, or null; then those of JMS properties. The body wins. */
    static Map<String, Object> extra(Object given, Message message) throws RefusedException, JMSException {
        Map<String, Object> extra = new LinkedHashMap<>();
        List<?> objects = given == null ? List.of() : given instanceof List<?> list ? list : List.of(given);
        for (int i = 0; i < objects.size(); i++) {
            for (Map.Entry<?, ?> field : ((Map<?, ?>) objects.get(i)).entrySet()) {
                String name = (String) field.getKey();
                if (extra.putIfAbsent(name, field.getValue()) != null) {
                    throw refused("/user/extra/" + i + "/" + RequestSchema.pointer(name), "is given twice");
                }
            }
        }
        for (Map.Entry<String, Object> property : JmsProperties.of(message).entrySet()) {
            if (property.getKey().startsWith(EXTRA_PROPERTY)) {
                String name = property.getKey().substring(EXTRA_PROPERTY.length());
                String mistake = mistake(name, property.getValue());
                if (mistake != null) {
                    throw refused("property:" + property.getKey(), mistake);
                }
                if (property.getValue() != null) {
                    extra.putIfAbsent(name, property.getValue());
                }
            }
        }
        return extra;
    }

    private static String mistake(String name, Object value) {
        if (name.isEmpty()) {
            return "names no extra field";
        }
        if (value != null && QueueCall.extraValue(value) == null) {
            return "must be a string, a number or a boolean";
        }
        return StrictJson.isUnicode(name + value) ? null : "contains a lone surrogate";
    }

    private static RefusedException refused(String path, String message) {
        return RefusedException.request(ErrorCode.INVALID_REQUEST, path, message);
    }
}
