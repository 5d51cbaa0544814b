package dev.livebridge;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** An HTTP server that breaks the rules as no library would: what it answers is written byte for byte. */
final class RawSource implements AutoCloseable {
    private final ServerSocket server;
    private final String answer;
    private final boolean stalls;

    /** @param stalls whether it keeps the connection when it has answered */
    RawSource(String answer, boolean stalls) throws IOException {
        this(0, answer, stalls);
    }

    RawSource(int port, String answer, boolean stalls) throws IOException {
        this.server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        this.answer = answer;
        this.stalls = stalls;
        Thread thread = new Thread(this::serve, "raw-source");
        thread.setDaemon(true);
        thread.start();
    }

    String url() {
        return "http://localhost:" + server.getLocalPort() + "/file";
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept();
                    BufferedReader request =
                            new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
                    OutputStream out = socket.getOutputStream()) {
                while (!request.readLine().isEmpty()) {}
                out.write(answer.getBytes(ISO_8859_1));
                out.flush();
                if (stalls) {
                    // until the other side gives up
                    request.read();
                }
            } catch (IOException | NullPointerException e) {
                // the next one
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
