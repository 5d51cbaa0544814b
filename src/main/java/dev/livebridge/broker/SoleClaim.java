package dev.livebridge.broker;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** That of a bridge with an embedded store: no other bridge may be there. It holds both client ids. */
final class SoleClaim implements Claim {
    private final ConnectionFactory factory;
    private final String sole;
    private final String any;
    private final String own;
    private final List<ClientId> held = new ArrayList<>();

    /**
     * @param sole the client id of a bridge that must be alone
     * @param any  the client id that one of all bridges holds
     */
    SoleClaim(ConnectionFactory factory, String sole, String any) {
        this.factory = factory;
        this.sole = sole;
        this.any = any;
        this.own = sole + ":" + UUID.randomUUID();
    }

    @Override
    public boolean isGranted() throws JMSException, ClientIdsRefusedException {
        if (!held.isEmpty()) {
            if (held.stream().allMatch(ClientId::isHeld)) {
                return true;
            }
            close();
            // nothing is consumed until it is known who has it now
            throw new JMSException("the connection that keeps other bridges away is lost");
        }
        boolean granted = false;
        try {
            // where the network fails, the broker goes on holding what this bridge had, for a minute
            if (!take(own)) {
                throw new JMSException("the broker still holds the connection that this bridge has lost");
            }
            granted = take(sole) && take(any);
            return granted;
        } finally {
            if (!granted) {
                close();
            }
        }
    }

    private boolean take(String id) throws JMSException, ClientIdsRefusedException {
        Optional<ClientId> taken = ClientId.take(factory, id);
        taken.ifPresent(held::add);
        return taken.isPresent();
    }

    @Override
    public void close() {
        held.forEach(ClientId::close);
        held.clear();
    }
}
