package dev.livebridge.failure;

import java.time.Duration;

/**
 * What Live, or the source of an attachment, answered to a call; cleaned of the token.
 *
 * @param status     HTTP status code
 * @param body       response body, at most 1 MB, empty where there was none
 * @param retryAfter how long Live asks us to wait, {@code null} where it doesn't
 */
public record LiveResponse(int status, String body, Duration retryAfter) {
    public boolean ok() {
        return status / 100 == 2;
    }
}
