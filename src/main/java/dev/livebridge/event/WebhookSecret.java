package dev.livebridge.event;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.camel.CamelAuthorizationException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * What guards the webhook: a secret of ours, in a header or as the last segment of the path. During a rotation the previous
 * one is valid too. Each look takes the same time, whatever is given.
 */
public final class WebhookSecret {
    /** The header that may hold it. */
    public static final String HEADER = "X-Live-Secret";
    /** Vert.x's name for what follows the prefix of the path: one segment, and slashes after it. */
    private static final String REST_OF_PATH = "*";

    private final byte[] current;
    private final byte[] previous;

    /**
     * @param current  {@code live.webhook.secret}
     * @param previous {@code live.webhook.previous-secret}; null where there is none
     */
    public WebhookSecret(String current, String previous) {
        this.current = digest(current);
        this.previous = previous == null ? this.current : digest(previous);
    }

    /** @throws CamelAuthorizationException where a request doesn't know it */
    public void check(Exchange request) throws CamelAuthorizationException {
        Message message = request.getMessage();
        String segment = message.getHeader(REST_OF_PATH, "", String.class).replaceFirst("/+$", "");
        if (!isGiven(message.getHeader(HEADER, String.class), segment)) {
            throw new CamelAuthorizationException("the secret is missing or wrong", request);
        }
    }

    /** Whether the header or the last segment of the path is it; null where there is none. */
    boolean isGiven(String header, String segment) {
        return isOne(header) | isOne(segment);
    }

    private boolean isOne(String given) {
        byte[] digest = digest(given == null ? "" : given);
        // digests of one length, and no short cut between the two
        return MessageDigest.isEqual(digest, current) | MessageDigest.isEqual(digest, previous);
    }

    private static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
