package dev.livebridge.attachment;

import dev.livebridge.failure.HttpMeaning;
import dev.livebridge.outage.Probe;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Looks whether S3 answers when it is asked for the bucket; that the bridge may not ask so is an answer, too. */
public final class S3Probe implements Probe {
    private final S3 s3;
    private final String bucket;

    /** @param bucket {@code live.s3.bucket} */
    public S3Probe(S3 s3, String bucket) {
        this.s3 = s3;
        this.bucket = bucket;
    }

    @Override
    public void look() {
        try {
            s3.client().headBucket(request -> request.bucket(bucket));
        } catch (S3Exception e) {
            if (e.statusCode() >= 500 || HttpMeaning.isOfTheService(e.statusCode())) {
                throw e;
            }
        }
    }
}
