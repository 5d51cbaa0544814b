package dev.livebridge.failure;

import java.util.List;

/** The user has no open conversation yet: one may just be queued, so the message waits for it. */
public class NoConversationException extends DeliveryException {
    private static final long serialVersionUID = 1L;

    private final transient Violation violation;

    /** @param code what it means once {@code live.messages.wait-for-conversation} has passed */
    public NoConversationException(ErrorCode code, String message) {
        this(code, new Violation("/userHash", message));
    }

    private NoConversationException(ErrorCode code, Violation violation) {
        super(code, violation.toString(), null, null);
        this.violation = violation;
    }

    @Override
    public List<Violation> details() {
        return List.of(violation);
    }
}
