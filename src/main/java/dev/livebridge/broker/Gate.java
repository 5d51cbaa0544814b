package dev.livebridge.broker;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;

/** Whether this bridge may consume. */
public interface Gate {
    /** For whoever is alone in any case. */
    Gate OPEN = new Gate() {
        @Override
        public void admit(Connection connection) {
            // whichever it is
        }

        @Override
        public boolean awaitOpen(long millis) {
            return true;
        }
    };

    /**
     * For a new connection, before it consumes. It is closed where the bridge may consume no longer.
     *
     * @throws JMSException where the bridge may not consume now
     */
    void admit(Connection connection) throws JMSException;

    /** Before a message is received: whether it may be, within this time. */
    boolean awaitOpen(long millis);
}
