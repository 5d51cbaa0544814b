package dev.livebridge.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;

import dev.livebridge.TcpProxy;
import dev.livebridge.TestBridge;
import dev.livebridge.broker.BrokerLock.Times;
import dev.livebridge.sandbox.Broker;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Session;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may consume, of several bridges on one broker. */
@Tag("slow")
class BrokerLockIT {
    private static final String QUEUE = "live.messages";
    private static final Times TIMES =
            new Times(Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofMillis(500));

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<String> lost = new CopyOnWriteArrayList<>();
    private int port;
    private Path journal;
    private Broker broker;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        port = TestBridge.freePort();
        journal = folder;
        startBroker();
    }

    private void startBroker() throws Exception {
        broker = new Broker("127.0.0.1", port, journal, QUEUE, QUEUE + ".grouped");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable lock : open) {
            lock.close();
        }
        broker.close();
    }

    @Test
    void anEmbeddedBridgeIsAlone() throws Exception {
        BrokerLock first = opened(embedded(port));
        assertThat(first.awaitOpen(0)).isTrue();

        assertThatExceptionOfType(NotAloneException.class)
                .isThrownBy(() -> opened(embedded(port)))
                .withMessage("another bridge reads live.messages from this broker, and does not share this one's store:"
                        + " give both the same PostgreSQL (live.store.url), or run one instance");
        assertThatExceptionOfType(NotAloneException.class).isThrownBy(() -> opened(shared(port)));
        // nor is it disturbed
        assertThat(first.awaitOpen(0)).isTrue();
        assertThat(lost).isEmpty();
    }

    @Test
    void anotherStartsAsSoonAsItHasStopped() throws Exception {
        BrokerLock first = opened(embedded(port));
        first.close();

        assertThat(opened(embedded(port)).awaitOpen(0)).isTrue();
    }

    @Test
    void waitsForOneThatIsAboutToEnd() throws Exception {
        BrokerLock first = opened(embedded(port));
        BoundedConnectionFactory counted = spy(factory(port));
        Thread ending = new Thread(() -> {
            try {
                // its second look: in the first one it found the lock held
                verify(counted, timeout(10_000).atLeast(2)).createConnection();
                first.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        });
        Times patient = new Times(TIMES.retry(), TIMES.check(), Duration.ofSeconds(20), TIMES.doubt());
        BrokerLock second = new BrokerLock(() -> counted, QUEUE, true, patient);
        ending.start();

        assertThat(opened(second).awaitOpen(0)).isTrue();
        ending.join();
    }

    @Test
    void bridgesOfOnePostgreSqlAreThereTogether() throws Exception {
        BrokerLock first = opened(shared(port));
        BrokerLock second = opened(shared(port));
        assertThat(first.awaitOpen(0)).isTrue();
        assertThat(second.awaitOpen(0)).isTrue();
        assertThatExceptionOfType(NotAloneException.class).isThrownBy(() -> opened(embedded(port)));

        // the other one takes over
        first.close();
        await().until(() -> !isFree("live-bridge:" + QUEUE));
        assertThatExceptionOfType(NotAloneException.class).isThrownBy(() -> opened(embedded(port)));

        second.close();
        assertThat(opened(embedded(port)).awaitOpen(0)).isTrue();
        assertThat(lost).isEmpty();
    }

    @Test
    void otherQueuesAreOthersBusiness() throws Exception {
        opened(embedded(port));

        BrokerLock other = new BrokerLock(() -> factory(port), "sales.messages", true, TIMES);
        assertThat(opened(other).awaitOpen(0)).isTrue();
    }

    @Test
    void waitsForABrokerThatIsAway() throws Exception {
        broker.close();
        BrokerLock lock = opened(embedded(port));
        assertThat(lock.awaitOpen(200)).isFalse();

        startBroker();
        assertThat(lock.awaitOpen(20_000)).isTrue();
        try (Connection connection = factory(port).createConnection()) {
            lock.admit(connection);
        }
    }

    @Test
    void holdsItAgainWhenTheBrokerIsBack() throws Exception {
        BrokerLock lock = opened(embedded(port));
        broker.close();
        await().until(() -> !lock.awaitOpen(0));

        startBroker();
        assertThat(lock.awaitOpen(20_000)).isTrue();
        assertThat(lost).isEmpty();
    }

    @Test
    void givesWayToABridgeThatTookOver() throws Exception {
        try (TcpProxy proxy = new TcpProxy(port)) {
            BrokerLock first = opened(embedded(proxy.port()));
            Connection consuming = factory(port).createConnection();
            first.admit(consuming);
            proxy.acceptAndClose();
            await().until(() -> !first.awaitOpen(0));
            // while it is not known, nothing is cut off
            consuming.createSession().close();
            BrokerLock second = opened(embedded(port));

            proxy.pass();

            await().until(() -> lost.size() == 1);
            assertThat(lost.get(0)).startsWith("another bridge reads live.messages from this broker");
            assertThat(first.awaitOpen(200)).isFalse();
            assertThatExceptionOfType(JMSException.class).isThrownBy(() -> first.admit(consuming));
            await().until(() -> isClosed(consuming));
            assertThat(second.awaitOpen(0)).isTrue();
        }
    }

    @Test
    void takesItsOwnLostConnectionForNobodyElse() throws Exception {
        try (TcpProxy proxy = new TcpProxy(port)) {
            BrokerLock lock = opened(new BrokerLock(
                    () -> {
                        BoundedConnectionFactory factory = factory(proxy.port());
                        factory.setCallTimeout(500);
                        return factory;
                    },
                    QUEUE,
                    true,
                    TIMES));
            // the broker goes on holding these connections
            proxy.fallSilent();
            await().until(() -> !lock.awaitOpen(0));
            proxy.strand();
            await().during(TIMES.doubt().multipliedBy(3)).until(lost::isEmpty);

            proxy.cut();
            assertThat(lock.awaitOpen(20_000)).isTrue();
            assertThat(lost).isEmpty();
        }
    }

    @Test
    void goesOnWhereItMaySetNoClientId() throws Exception {
        ConnectionFactory refusing = refusing(factory(port));
        BrokerLock lock = opened(new BrokerLock(() -> refusing, QUEUE, true, TIMES));

        assertThat(lock.awaitOpen(0)).isTrue();
        assertThat(lost).isEmpty();
    }

    private BrokerLock embedded(int at) {
        return new BrokerLock(() -> factory(at), QUEUE, true, TIMES);
    }

    private BrokerLock shared(int at) {
        return new BrokerLock(() -> factory(at), QUEUE, false, TIMES);
    }

    private BrokerLock opened(BrokerLock lock) throws Exception {
        open.add(lock);
        lock.open(lost::add);
        return lock;
    }

    private static BoundedConnectionFactory factory(int port) {
        try {
            BoundedConnectionFactory factory = new BoundedConnectionFactory();
            factory.setBrokerURL("tcp://127.0.0.1:" + port);
            factory.setReconnectAttempts(0);
            return factory;
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean isFree(String id) throws Exception {
        return ClientId.take(factory(port), id)
                .map(taken -> {
                    taken.close();
                    return true;
                })
                .orElse(false);
    }

    private static boolean isClosed(Connection connection) {
        try (Session session = connection.createSession()) {
            return false;
        } catch (JMSException e) {
            return true;
        }
    }

    /** A broker whose users may set no client id. */
    private static ConnectionFactory refusing(ConnectionFactory factory) {
        return (ConnectionFactory) Proxy.newProxyInstance(
                BrokerLockIT.class.getClassLoader(),
                new Class<?>[] {ConnectionFactory.class},
                (self, method, given) -> {
                    Connection connection = (Connection) method.invoke(factory, given);
                    return Proxy.newProxyInstance(
                            BrokerLockIT.class.getClassLoader(),
                            new Class<?>[] {Connection.class},
                            (made, call, with) -> {
                                if (call.getName().equals("setClientID")) {
                                    throw new JMSSecurityException("not for this user");
                                }
                                return call.invoke(connection, with);
                            });
                });
    }
}
