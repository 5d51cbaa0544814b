package dev.livebridge.attachment;

import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * The S3 server: AWS's own, or one that speaks its protocol.
 *
 * @param endpoint        {@code live.s3.endpoint}; null: AWS's, of the region
 * @param publicEndpoint  {@code live.s3.public-endpoint}, by which browsers reach it; null: the same
 * @param region          {@code live.s3.region}; null: as the SDK finds it, and us-east-1 for a server of one's own
 * @param pathStyle       whether the bucket stands in the path rather than in the host name
 * @param checksums       whether uploads carry a checksum that not all servers understand
 * @param connectTimeout  how long to wait for a connection
 * @param responseTimeout how long to wait for an answer
 */
public record S3Server(
        URI endpoint,
        URI publicEndpoint,
        Region region,
        boolean pathStyle,
        boolean checksums,
        Duration connectTimeout,
        Duration responseTimeout) {

    /** A client that leaves retries to the bridge's own policy. */
    S3Client client(AwsCredentialsProvider credentials) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .region(signedRegion())
                .credentialsProvider(credentials)
                .forcePathStyle(pathStyle)
                .requestChecksumCalculation(
                        checksums
                                ? RequestChecksumCalculation.WHEN_SUPPORTED
                                : RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(
                        checksums
                                ? ResponseChecksumValidation.WHEN_SUPPORTED
                                : ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .httpClientBuilder(ApacheHttpClient.builder()
                        .maxConnections(200)
                        .connectionTimeout(connectTimeout)
                        .socketTimeout(responseTimeout))
                .build();
    }

    /** A presigner for the address by which browsers reach the server. */
    S3Presigner presigner(AwsCredentialsProvider credentials) {
        return S3Presigner.builder()
                .endpointOverride(publicEndpoint == null ? endpoint : publicEndpoint)
                .region(signedRegion())
                .credentialsProvider(credentials)
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(pathStyle)
                        .build())
                .build();
    }

    private Region signedRegion() {
        return region == null && endpoint != null ? Region.US_EAST_1 : region;
    }
}
