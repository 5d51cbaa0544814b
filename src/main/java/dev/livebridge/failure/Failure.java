package dev.livebridge.failure;

import java.util.List;

/**
 * Why a message ended on the dead-letter queue: what its {@code live*} properties and the {@code failed} reply say.
 *
 * @param code       the error code
 * @param message    what was wrong, at most 2 KB
 * @param exception  class of the exception
 * @param httpStatus Live's last answer, null where there was none
 * @param httpBody   the first KB of it, null where there was none
 * @param attempts   how often it was tried, the first included
 * @param failedAt   ISO 8601, UTC
 * @param uncertain  whether Live may have carried out the call all the same
 * @param details    all that is wrong with the request, empty where it was not at fault
 */
public record Failure(
        ErrorCode code,
        String message,
        String exception,
        Integer httpStatus,
        String httpBody,
        int attempts,
        String failedAt,
        boolean uncertain,
        List<Violation> details) {}
