package dev.livebridge.sandbox;

import java.lang.reflect.Field;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.shaded.org.eclipse.jetty.http.HttpFields;
import org.gaul.shaded.org.eclipse.jetty.io.Content;
import org.gaul.shaded.org.eclipse.jetty.server.Handler;
import org.gaul.shaded.org.eclipse.jetty.server.Request;
import org.gaul.shaded.org.eclipse.jetty.server.Response;
import org.gaul.shaded.org.eclipse.jetty.server.Server;
import org.gaul.shaded.org.eclipse.jetty.util.Callback;

/** An S3 server in this process that keeps objects as files, and checks signatures as AWS does. */
public final class ObjectStore implements AutoCloseable {
    private final S3Proxy server;
    private final BlobStore store;

    /**
     * Starts it.
     *
     * @param host      where it listens
     * @param port      where it listens
     * @param accessKey what requests must be signed with
     * @param secretKey what requests must be signed with
     * @param bucket    is there from the start
     * @param directory for the files: a folder a bucket
     * @param callers   whom it answers
     */
    public ObjectStore(
            String host,
            int port,
            String accessKey,
            String secretKey,
            String bucket,
            Path directory,
            LocalCallers callers)
            throws Exception {
        Files.createDirectories(directory.resolve(bucket));
        Properties properties = new Properties();
        properties.setProperty("jclouds.filesystem.basedir", directory.toString());
        store = BlobStores.create("filesystem-nio2", properties);
        server = S3Proxy.builder()
                .blobStore(store)
                .endpoint(URI.create("http://" + host + ":" + port))
                .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
                .ignoreUnknownHeaders(true)
                .stopTimeout(0)
                .build();
        keepTo(callers);
        server.start();
    }

    /** S3Proxy has no option for it, and keeps its Jetty to itself. */
    private void keepTo(LocalCallers callers) throws ReflectiveOperationException {
        Field jetty = S3Proxy.class.getDeclaredField("server");
        jetty.setAccessible(true);
        ((Server) jetty.get(server)).insertHandler(new Handler.Wrapper() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                HttpFields headers = request.getHeaders();
                if (callers.allow(headers.get("Host"), headers.get("Origin"))) {
                    return super.handle(request, response, callback);
                }
                response.setStatus(403);
                Content.Sink.write(response, true, LocalCallers.REFUSAL, callback);
                return true;
            }
        });
    }

    @Override
    public void close() throws Exception {
        server.stop();
        store.close();
    }
}
