package dev.livebridge.broker;

import jakarta.jms.JMSException;

/** What a bridge holds at the broker so that others see it. */
interface Claim extends AutoCloseable {
    /**
     * Looks, and takes what it needs and does not hold. This is asked again and again.
     *
     * @return false where another bridge holds what excludes this one
     * @throws ClientIdsRefusedException where it can never be known
     * @throws JMSException              where it can't be known now, as the broker is away
     */
    boolean isGranted() throws JMSException, ClientIdsRefusedException;

    @Override
    void close();
}
