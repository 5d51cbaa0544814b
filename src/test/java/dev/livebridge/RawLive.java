package dev.livebridge;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Live whose answers are written byte for byte, to calls that name {@code fuzz-<number>}, one for each connection. */
final class RawLive implements AutoCloseable {
    private static final Pattern NUMBER = Pattern.compile("fuzz-(\\d{1,6})");
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "raw-live");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Answers answers;

    /** Answers the call of this number, 0 where it names none, which is one for a conversation or not. Then it hangs up. */
    interface Answers {
        void write(int number, boolean conversation, OutputStream out) throws IOException;
    }

    private RawLive() throws IOException {
        server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    static RawLive open() {
        try {
            return new RawLive();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    void answers(Answers given) {
        answers = given;
    }

    static byte[] json(int status, String body) {
        byte[] bytes = body.getBytes(UTF_8);
        String head =
                "HTTP/1.1 %d Said\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n";
        return join(head.formatted(status, bytes.length).getBytes(ISO_8859_1), bytes);
    }

    static byte[] join(byte[] one, byte[] other) {
        byte[] both = java.util.Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream()) {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    return;
                }
                head.append((char) next);
            }
            Matcher length = LENGTH.matcher(head);
            byte[] body = new byte[length.find() ? Integer.parseInt(length.group(1)) : 0];
            new DataInputStream(in).readFully(body);
            boolean conversation = head.indexOf("POST /queue/external ") == 0;
            Matcher number = NUMBER.matcher(conversation ? new String(body, UTF_8) : head);
            answers.write(number.find() ? Integer.parseInt(number.group(1)) : 0, conversation, out);
            out.flush();
        } catch (IOException e) {
            // the other side hung up
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }
}
