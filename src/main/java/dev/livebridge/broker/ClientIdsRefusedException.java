package dev.livebridge.broker;

/** The broker, or its address, lets this user set no client id. */
final class ClientIdsRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    ClientIdsRefusedException(String reason) {
        super(reason);
    }
}
