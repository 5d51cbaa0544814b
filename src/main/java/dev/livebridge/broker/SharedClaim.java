package dev.livebridge.broker;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.util.Optional;

/**
 * That of a bridge on a PostgreSQL: others on it may be there, but none with an embedded store. One of them all holds the second
 * client id; the first one is taken for a moment, to see that no bridge with an embedded store has it.
 */
final class SharedClaim implements Claim {
    private final ConnectionFactory factory;
    private final String sole;
    private final String any;
    private Optional<ClientId> held = Optional.empty();

    /**
     * @param sole the client id of a bridge that must be alone
     * @param any  the client id that one of all bridges holds
     */
    SharedClaim(ConnectionFactory factory, String sole, String any) {
        this.factory = factory;
        this.sole = sole;
        this.any = any;
    }

    @Override
    public boolean isGranted() throws JMSException, ClientIdsRefusedException {
        if (held.isPresent() && held.get().isHeld()) {
            return true;
        }
        close();
        Optional<ClientId> alone = ClientId.take(factory, sole);
        if (alone.isEmpty()) {
            return false;
        }
        try (ClientId looking = alone.get()) {
            // while it is looking no bridge with an embedded store can start
            held = ClientId.take(factory, any);
        }
        return true;
    }

    @Override
    public void close() {
        held.ifPresent(ClientId::close);
        held = Optional.empty();
    }
}
