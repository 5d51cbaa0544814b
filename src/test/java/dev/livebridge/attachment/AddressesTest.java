package dev.livebridge.attachment;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;

class AddressesTest {
    private static final AwsCredentialsProvider OWN = S3.credentials("own", "secret");

    @Test
    void presignsAtThePublicEndpointWithItsOwnCredentials() {
        S3 s3 = new S3(
                server("http://s3.internal:9000", "https://files.example.org", true),
                OWN,
                S3.credentials("reader", "other"));

        URI address = URI.create(address(Addresses.Form.PRESIGNED, s3, stored("bucket", "c/1/a.png")));

        assertThat(address).hasScheme("https").hasHost("files.example.org").hasPath("/bucket/c/1/a.png");
        assertThat(address.getQuery())
                .contains("X-Amz-Expires=604800", "X-Amz-Credential=reader/")
                .doesNotContain("secret", "other", "own");
        assertThat(s3.warning()).isEmpty();
    }

    @Test
    void presignsForAws() {
        S3 s3 = new S3(server(null, null, false), OWN, OWN);

        assertThat(address(Addresses.Form.PRESIGNED, s3, stored("bucket", "c/1/a.png")))
                .startsWith("https://bucket.s3.eu-central-1.amazonaws.com/c/1/a.png?");
    }

    @Test
    void warnsOfCredentialsThatEnd() {
        AwsCredentialsProvider session =
                StaticCredentialsProvider.create(AwsSessionCredentials.create("key", "secret", "token"));

        assertThat(new S3(server(null, null, false), OWN, session).warning())
                .hasValueSatisfying(warning -> assertThat(warning)
                        .contains("live.s3.presign.access-key")
                        .doesNotContain("token"));
    }

    @Test
    void showsInPublicOnlyWhatTheBridgeUploaded() {
        S3 s3 = new S3(server(null, null, false), OWN, OWN);

        assertThat(address(Addresses.Form.PUBLIC, s3, stored("public", "c/1/a b.png")))
                .isEqualTo("https://cdn.example.org/base/c/1/a%20b.png");
        assertThat(address(Addresses.Form.PUBLIC, s3, source("public", "a.png")))
                .startsWith("https://public.s3.eu-central-1.amazonaws.com/a.png?response-content-disposition=");
    }

    @Test
    void namesBucketAndKey() {
        assertThat(address(Addresses.Form.S3, null, stored("bucket", "c/1/a b.png")))
                .isEqualTo("s3://bucket/c/1/a b.png");
    }

    private static String address(Addresses.Form form, S3 s3, Attachment attachment) {
        new Addresses(form, s3, Duration.ofDays(7), "https://cdn.example.org/base/").sign(attachment);
        return attachment.address();
    }

    private static Attachment stored(String bucket, String key) {
        Attachment attachment = Attachment.of("/attachments/0", Map.of("name", "a.png"));
        attachment.placed(bucket, key);
        return attachment;
    }

    private static Attachment source(String bucket, String key) {
        Attachment attachment = Attachment.of("/attachments/0", Map.of("name", "a.png", "bucket", bucket, "key", key));
        attachment.found(1, new byte[1]);
        attachment.typed("image/svg+xml", false);
        return attachment;
    }

    private static S3Server server(String endpoint, String publicEndpoint, boolean pathStyle) {
        return new S3Server(
                endpoint == null ? null : URI.create(endpoint),
                publicEndpoint == null ? null : URI.create(publicEndpoint),
                endpoint == null ? Region.EU_CENTRAL_1 : null,
                pathStyle,
                true,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1));
    }
}
