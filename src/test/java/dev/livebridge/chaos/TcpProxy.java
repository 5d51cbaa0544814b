package dev.livebridge.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A port of 127.0.0.1 that leads to another one, and cuts its connections when told to. No process dies of it. */
final class TcpProxy implements AutoCloseable {
    private static final InetAddress LOCAL = InetAddress.getLoopbackAddress();

    private final ServerSocket server = new ServerSocket(0, 100, LOCAL);
    private final int target;
    private final Set<Socket> sockets = new HashSet<>();
    private boolean refusing;

    /** @param target the port to which it leads */
    TcpProxy(int target) throws IOException {
        this.target = target;
        start("proxy to " + target, this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Resets all connections; new ones are let through. */
    void cut() {
        List<Socket> cut;
        synchronized (this) {
            cut = List.copyOf(sockets);
        }
        cut.forEach(this::reset);
    }

    /** Resets all connections, and from now on accepts new ones only to close them. */
    void refuse() {
        synchronized (this) {
            refusing = true;
        }
        cut();
    }

    /** New connections are let through again. */
    synchronized void pass() {
        refusing = false;
    }

    @Override
    public void close() throws IOException {
        server.close();
        refuse();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                start("proxy to " + target, () -> connect(near));
            } catch (IOException e) {
                // closed; or a connection that ended as it began
            }
        }
    }

    private void connect(Socket near) {
        Socket far = new Socket();
        try {
            if (open(near) && open(far)) {
                far.connect(new InetSocketAddress(LOCAL, target));
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                start("proxy from " + target, () -> pump(far, near));
                pump(near, far);
            }
        } catch (IOException e) {
            // nobody listens there: the near end sees a reset
        } finally {
            end(near);
            end(far);
        }
    }

    /** From here on a cut reaches it. */
    private synchronized boolean open(Socket socket) {
        return !refusing && sockets.add(socket);
    }

    /** Until one of them ends; then both do. */
    private void pump(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // cut
        } finally {
            end(from);
            end(to);
        }
    }

    private void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // closed already
        }
        end(socket);
    }

    private void end(Socket socket) {
        synchronized (this) {
            sockets.remove(socket);
        }
        try {
            socket.close();
        } catch (IOException e) {
            // it is of no use any more
        }
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
