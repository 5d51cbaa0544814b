package dev.livebridge.failure;

import java.util.Locale;

/** Why a message could not be delivered, as it stands in replies, events and dead letters ({@code invalid-json}). */
public enum ErrorCode {
    /** The body is no JSON object, or JSON that two readers could understand differently. */
    INVALID_JSON,
    /** A field or a JMS property is missing, unknown, wrong or not supported. */
    INVALID_REQUEST,
    /** Live doesn't know the conversation (404, 410), or the user has none. */
    UNKNOWN_CONVERSATION,
    /** Live said before that the conversation is gone. */
    CONVERSATION_CLOSED,
    /** The request names a group that no {@code live.groups.<name>} maps. */
    UNKNOWN_GROUP,
    /** Live refused the call (any other 4xx): it would refuse it again. */
    REJECTED,
    /** Live failed (500 and kin) on every attempt of {@code live.retry.max-attempts}. */
    SERVER_ERROR,
    /** Live answered 2xx without what the answer must hold; the call may have been carried out. */
    INVALID_RESPONSE,
    /** An attachment, or its base64, is larger than {@code live.attachments.max-size} or {@code .max-inline-size}. */
    ATTACHMENT_TOO_LARGE,
    /** {@code live.attachments.refused-types}, {@code .allowed-types}, or an inspection of the integrator's, refuses an attachment. */
    ATTACHMENT_TYPE_REFUSED,
    /** The source of an attachment doesn't have it, or fails on every attempt of {@code live.retry.max-attempts}. */
    ATTACHMENT_UNREACHABLE,
    /** {@code live.attachments.allowed-hosts} or {@code .allowed-sources} doesn't allow where an attachment lies. */
    ATTACHMENT_URL_REFUSED,
    /** The message's own JMSExpiration, {@code live.retry.give-up-after} or {@code live.hold.timeout} passed before. */
    EXPIRED,
    /** Live may have taken it, nobody knows, and {@code live.uncertain.*} says not to send it again. */
    UNCERTAIN,
    /** The bridge itself, or a route that an integrator changed, is at fault. */
    INTERNAL_ERROR;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
