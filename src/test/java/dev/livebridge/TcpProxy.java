package dev.livebridge;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stands before a server on 127.0.0.1, as a load balancer or a network does, and can fail as they do. */
public final class TcpProxy implements AutoCloseable {
    private static final int BACKLOG = 50;

    private enum Mode {
        PASS,
        CLOSE,
        SILENT
    }

    private final ServerSocket server;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Set<Socket> stranded = ConcurrentHashMap.newKeySet();
    private final Object change = new Object();
    private Mode mode = Mode.PASS;
    /** How much it still passes before it falls silent. */
    private long left = Long.MAX_VALUE;

    /** Passes everything on to a port, which need not listen yet. */
    public TcpProxy(int target) throws IOException {
        this.target = target;
        server = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Passes on, from now on and for connections that were silent. */
    public void pass() {
        become(Mode.PASS);
    }

    /** Closes the connections that are there; new ones pass. */
    public void cut() {
        open.forEach(TcpProxy::close);
        synchronized (change) {
            change.notifyAll();
        }
    }

    /** Closes the connections that are there, and each new one as soon as it is accepted. */
    public void acceptAndClose() {
        become(Mode.CLOSE);
        cut();
    }

    /** Keeps connections open, and passes nothing on: as a network that has lost its way. */
    public void fallSilent() {
        become(Mode.SILENT);
    }

    /** Passes new connections on, while those that are there stay open and silent: a network that was away for a while. */
    public void strand() {
        synchronized (change) {
            stranded.addAll(open);
        }
        become(Mode.PASS);
    }

    /** Falls silent after so many more bytes in both directions together: in the middle of a large message. */
    public void fallSilentAfter(long bytes) {
        synchronized (change) {
            left = bytes;
        }
    }

    public boolean isSilent() {
        synchronized (change) {
            return mode == Mode.SILENT;
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        become(Mode.CLOSE);
        cut();
    }

    private void become(Mode next) {
        synchronized (change) {
            mode = next;
            left = Long.MAX_VALUE;
            change.notifyAll();
        }
    }

    private void accept() throws IOException, InterruptedException {
        while (true) {
            Socket client = server.accept();
            boolean closes;
            synchronized (change) {
                closes = mode == Mode.CLOSE;
            }
            if (closes) {
                client.close();
            } else {
                open.add(client);
                start(() -> connect(client));
            }
        }
    }

    private void connect(Socket client) throws IOException, InterruptedException {
        try (client) {
            awaitPassing(client);
            try (Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
                open.add(server);
                start(() -> copy(server, client));
                copy(client, server);
                open.remove(server);
            }
        } finally {
            open.remove(client);
        }
    }

    private void copy(Socket from, Socket to) throws IOException, InterruptedException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[65_536];
            for (int read; (read = in.read(buffer)) >= 0; ) {
                awaitPassing(from);
                out.write(buffer, 0, read);
                passed(read);
            }
        }
    }

    private void awaitPassing(Socket from) throws InterruptedException {
        synchronized (change) {
            while (mode == Mode.SILENT || stranded.contains(from) && !from.isClosed()) {
                change.wait();
            }
        }
    }

    private void passed(int bytes) {
        synchronized (change) {
            left -= bytes;
            if (left <= 0) {
                become(Mode.SILENT);
            }
        }
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // one of the two has closed it
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is closed then
        }
    }
}
