package dev.livebridge.command;

import dev.livebridge.Bridge;
import dev.livebridge.Settings;
import dev.livebridge.StartException;
import dev.livebridge.deadletter.DeadLetters;
import dev.livebridge.spool.Spool;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Session;
import java.util.Map;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;

/** What a command reaches the broker with: that of {@code live.jms.url}, or the sandbox's where it names none. */
final class Client implements AutoCloseable {
    private final Main main;
    private final boolean configured;

    Client() throws Exception {
        this(
                Bridge.settings(LiveBridge.home(), null).find("live.jms.url").isPresent() ? null : Bridge.SANDBOX,
                Map.of());
    }

    private Client(String profile, Map<String, String> differently) throws Exception {
        configured = profile == null;
        main = Bridge.configured(LiveBridge.home(), profile);
        differently.forEach(main::addOverrideProperty);
        try {
            main.start();
        } catch (Exception e) {
            main.stop();
            throw e;
        }
    }

    /** For what needs none, configured or not. */
    static Client withoutBroker(String profile) throws Exception {
        return new Client(profile, Map.of("live.jms.url", "tcp://localhost"));
    }

    CamelContext context() {
        return main.getCamelContext();
    }

    Settings settings() {
        return new Settings(context().getPropertiesComponent());
    }

    /** A connection that is started, without what the bridge's own do to large messages. */
    Connection connect() throws JMSException {
        String broker = settings().hosts("live.jms.url");
        try {
            Connection connection = factory("replyBrokerConnectionFactory").createConnection();
            connection.start();
            return connection;
        } catch (JMSSecurityException e) {
            throw new StartException(
                    "the broker at " + broker + " refuses the user: look at live.jms.username and live.jms.password",
                    e);
        } catch (JMSException e) {
            throw new StartException(
                    "no connection to " + (configured ? "the broker" : "the sandbox's broker") + " at " + broker + ": "
                            + (configured
                                    ? "look whether it runs, and at live.jms.url (LIVE_JMS_URL)"
                                    : "start the sandbox (bin/live-bridge sandbox), or set live.jms.url (LIVE_JMS_URL)"
                                            + " to the address of your broker"),
                    e);
        }
    }

    private ConnectionFactory factory(String name) {
        return context().getRegistry().lookupByNameAndType(name, ConnectionFactory.class);
    }

    /**
     * How many messages are on a queue: a command makes none.
     *
     * @return -1 where there is no such queue; Long.MAX_VALUE where the broker does not tell
     */
    static long count(Session session, String queue) throws JMSException {
        if (!(session instanceof ActiveMQSession artemis)) {
            return Long.MAX_VALUE;
        }
        try {
            ClientSession.QueueQuery query = artemis.getCoreSession().queueQuery(SimpleString.of(queue));
            return query.isExists() ? query.getMessageCount() : -1;
        } catch (ActiveMQException e) {
            throw new JMSException("cannot ask for the queue " + queue + ": " + e.getMessage());
        }
    }

    /** @throws StartException where there is none */
    void requireQueue(Session session, String queue) throws JMSException {
        if (count(session, queue) < 0) {
            throw new StartException("there is no queue " + StartException.oneLine(queue) + " at the broker "
                    + settings().hosts("live.jms.url")
                    + ", and none was made: the bridge makes its own when it starts");
        }
    }

    /** The messages of a queue, to look at. */
    DeadLetters browse(String queue) {
        return letters(queue, new Spool(settings().path("live.attachments.spool-directory")));
    }

    /** The same, to move them. */
    DeadLetters letters(String queue, Spool spool) {
        return new DeadLetters(
                factory("brokerConnectionFactory"), queue, settings().inQueues(), spool);
    }

    /** Whether it has ended already, as at Ctrl-C. */
    boolean isEnded() {
        return !context().isStarted();
    }

    @Override
    public void close() {
        if (!isEnded()) {
            main.stop();
        }
    }
}
