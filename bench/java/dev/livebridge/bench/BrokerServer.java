package dev.livebridge.bench;

import dev.livebridge.sandbox.Broker;
import java.nio.file.Path;

/** The sandbox's broker in a process of its own, until its standard input ends. */
final class BrokerServer {
    private BrokerServer() {}

    /** @param args its port, and the folder for its journal */
    public static void main(String[] args) throws Exception {
        Broker broker = new Broker("127.0.0.1", Integer.parseInt(args[0]), Path.of(args[1]), null, Queues.GROUPED);
        System.out.println("Up: the broker");
        while (System.in.read() >= 0) {}
        broker.close();
        System.exit(0);
    }
}
