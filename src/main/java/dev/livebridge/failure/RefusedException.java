package dev.livebridge.failure;

import java.util.List;

/** The message itself is at fault: trying again would change nothing. */
public class RefusedException extends DeliveryException {
    private static final long serialVersionUID = 1L;

    private final transient List<Violation> details;
    private final boolean uncertain;

    protected RefusedException(ErrorCode code, String message, List<Violation> details) {
        this(code, message, details, null, false);
    }

    private RefusedException(
            ErrorCode code, String message, List<Violation> details, LiveResponse response, boolean uncertain) {
        super(code, message, response, null);
        this.details = details;
        this.uncertain = uncertain;
    }

    /** The body or the properties of the request are wrong. */
    public static RefusedException request(ErrorCode code, List<Violation> details) {
        Violation first = details.get(0);
        String more = details.size() == 1 ? "" : " (and " + (details.size() - 1) + " more)";
        return new RefusedException(code, first + more, details, null, false);
    }

    public static RefusedException request(ErrorCode code, String path, String message) {
        return request(code, List.of(new Violation(path, message)));
    }

    /** Live refused the call for good. */
    public static RefusedException byLive(ErrorCode code, String message, LiveResponse response) {
        return new RefusedException(code, message, List.of(), response, false);
    }

    /** Live took the call, but its answer lacks what it must hold: it may have been carried out. */
    public static RefusedException answer(String message, LiveResponse response) {
        return new RefusedException(ErrorCode.INVALID_RESPONSE, message, List.of(), response, true);
    }

    /** What became of a call for it is not known, and it is not to be sent again. */
    public static RefusedException uncertain(String why) {
        return new RefusedException(ErrorCode.UNCERTAIN, "Live may have taken it: " + why, List.of(), null, true);
    }

    /** Each process that took it up came to its end, or lost the broker, before it was done with it. */
    public static RefusedException cutOff(int deliveries) {
        return new RefusedException(
                ErrorCode.INTERNAL_ERROR,
                deliveries + " deliveries of it were cut off, as if it ended the process",
                List.of(),
                null,
                false);
    }

    @Override
    public List<Violation> details() {
        return details;
    }

    /** Whether Live may have carried out the call all the same. */
    public boolean uncertain() {
        return uncertain;
    }
}
