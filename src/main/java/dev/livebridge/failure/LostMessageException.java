package dev.livebridge.failure;

import dev.livebridge.jms.Identity;

/**
 * Another consumer has taken the message up: this one's connection to the broker broke, or it slept for too long. It makes no
 * further call for it, and rolls back.
 */
public class LostMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    public LostMessageException(Identity identity) {
        super(identity.messageId() + " was taken up by another consumer");
    }
}
