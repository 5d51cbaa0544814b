package dev.livebridge.attachment;

import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.util.function.Suppliers;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Access to S3, made when it is first used: S3 being away, or not configured, keeps no bridge from starting. */
public final class S3 implements AutoCloseable {
    private final AwsCredentialsProvider presigning;
    private final Supplier<S3Client> client;
    private final Supplier<S3Presigner> presigner;
    private volatile boolean used;

    /**
     * @param server     where
     * @param own        who uploads
     * @param presigning who signs addresses: their holders may do what this one may
     */
    public S3(S3Server server, AwsCredentialsProvider own, AwsCredentialsProvider presigning) {
        this.presigning = presigning;
        this.client = Suppliers.memorize(() -> {
            used = true;
            return server.client(own);
        });
        this.presigner = Suppliers.memorize(() -> server.presigner(presigning));
    }

    /** Credentials as given; without, the SDK's default chain: environment, profile, role. */
    public static AwsCredentialsProvider credentials(String accessKey, String secretKey) {
        return accessKey == null
                ? DefaultCredentialsProvider.builder().build()
                : StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey));
    }

    public S3Client client() {
        return client.get();
    }

    public S3Presigner presigner() {
        return presigner.get();
    }

    /** What an operator should know of presigned addresses. May ask the network for credentials. */
    public Optional<String> warning() {
        return presigning.resolveCredentials() instanceof AwsSessionCredentials
                ? Optional.of("presigned addresses are signed with the credentials of a session or role, and end with"
                        + " them, whatever live.attachments.presigned-ttl says: set live.s3.presign.access-key")
                : Optional.empty();
    }

    /** Cuts off what is under way. */
    @Override
    public void close() {
        if (used) {
            client().close();
        }
    }
}
