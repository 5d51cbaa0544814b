package dev.livebridge.failure;

/** The route {@code direct:enrich-user}, as an integrator changed it, returned what can't be sent to Live. */
public class EnrichmentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EnrichmentException(String message) {
        super("direct:enrich-user " + message);
    }
}
