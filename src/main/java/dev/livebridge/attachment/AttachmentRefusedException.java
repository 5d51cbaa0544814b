package dev.livebridge.attachment;

import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.failure.Violation;
import java.util.List;

/**
 * A malware scanner, or another inspection of an integrator's, refuses an attachment. What to throw in
 * {@code direct:inspect-attachment}; its message is shown to the sender.
 */
public class AttachmentRefusedException extends RefusedException {
    private static final long serialVersionUID = 1L;

    public AttachmentRefusedException(String message) {
        super(ErrorCode.ATTACHMENT_TYPE_REFUSED, message, List.of(new Violation("/attachments", message)));
    }
}
