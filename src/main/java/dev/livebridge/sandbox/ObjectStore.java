package dev.livebridge.sandbox;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;

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
     */
    public ObjectStore(String host, int port, String accessKey, String secretKey, String bucket, Path directory)
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
        server.start();
    }

    @Override
    public void close() throws Exception {
        server.stop();
        store.close();
    }
}
