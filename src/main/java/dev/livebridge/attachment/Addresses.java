package dev.livebridge.attachment;

import java.time.Duration;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/** The address of an attachment that lies in S3: what Live is told, and the agent's browser opens. */
public final class Addresses {
    /** The forms of {@code live.attachments.address}. */
    public enum Form {
        /** Signed, for a time: whoever has it can read the object, and nothing else. */
        PRESIGNED,
        /** Below {@code live.attachments.public-url}, from where all may read. */
        PUBLIC,
        /** {@code s3://bucket/key}, for a desk that reads S3 itself. */
        S3
    }

    private final Form form;
    private final S3 s3;
    private final Duration ttl;
    private final String publicUrl;

    /**
     * @param form         {@code live.attachments.address}
     * @param s3           signs, at {@code live.s3.public-endpoint}
     * @param ttl          {@code live.attachments.presigned-ttl}
     * @param publicUrl {@code live.attachments.public-url}, for what the bridge uploaded; what lay in S3 before is
     *                  presigned, as its type and disposition are its owner's
     */
    public Addresses(Form form, S3 s3, Duration ttl, String publicUrl) {
        this.form = form;
        this.s3 = s3;
        this.ttl = ttl;
        this.publicUrl = publicUrl;
    }

    /** Gives an attachment its address, a presigned one from now on. */
    public void sign(Attachment attachment) {
        attachment.addressed(
                switch (form) {
                    case S3 -> "s3://" + attachment.bucket() + "/" + attachment.key();
                    case PUBLIC ->
                        attachment.sourceBucket() == null
                                ? publicUrl.replaceAll("/+$", "") + "/"
                                        + SdkHttpUtils.urlEncodeIgnoreSlashes(attachment.key())
                                : presigned(attachment);
                    case PRESIGNED -> presigned(attachment);
                });
    }

    private String presigned(Attachment attachment) {
        return s3.presigner()
                .presignGetObject(presign -> presign.signatureDuration(ttl).getObjectRequest(get -> {
                    get.bucket(attachment.bucket()).key(attachment.key());
                    if (attachment.sourceBucket() != null) {
                        // what its owner says of it may not hold, and would run in the agent's browser
                        get.responseContentType(attachment.contentType())
                                .responseContentDisposition(Upload.disposed(attachment));
                    }
                }))
                .url()
                .toString();
    }
}
