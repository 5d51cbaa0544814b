package dev.livebridge.attachment;

import dev.livebridge.delivery.Progress;
import dev.livebridge.failure.ErrorCode;
import dev.livebridge.failure.RefusedException;
import dev.livebridge.spool.ContentStream;
import dev.livebridge.spool.TooLargeException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.camel.Variable;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Looks at an attachment that lies in S3 already: it stays where it is, and only its size and first bytes are read,
 * unless an inspection asks for more.
 *
 * <p>The SDK rather than Camel's component for it: that evaluates a key that holds <code>${…}</code> as an expression,
 * and these keys come from the sender.
 */
public final class ObjectSource {
    private final S3 s3;
    private final AllowedSources sources;
    private final long maxSize;

    /**
     * @param s3             reads the sources
     * @param allowedSources {@code live.attachments.allowed-sources}
     * @param maxSize        {@code live.attachments.max-size}, bytes
     */
    public ObjectSource(S3 s3, List<String> allowedSources, long maxSize) {
        this.s3 = s3;
        this.sources = new AllowedSources(allowedSources);
        this.maxSize = maxSize;
    }

    /**
     * Fills in what is found.
     *
     * @throws RefusedException {@code attachment-url-refused}; {@code attachment-unreachable} where S3 doesn't have it or
     *                          doesn't let us read it; {@code attachment-too-large}
     */
    public void look(@Variable("attachment") Attachment attachment) throws RefusedException {
        String bucket = attachment.sourceBucket();
        String key = attachment.sourceKey();
        if (!sources.allows(bucket, key)) {
            throw RefusedException.request(
                    ErrorCode.ATTACHMENT_URL_REFUSED,
                    attachment.at("bucket"),
                    "live.attachments.allowed-sources doesn't allow " + bucket + "/" + key);
        }
        try {
            long size =
                    s3.client().headObject(head -> head.bucket(bucket).key(key)).contentLength();
            if (size > maxSize) {
                throw ContentTypes.tooLarge(attachment, maxSize);
            }
            attachment.found(size, size == 0 ? new byte[0] : firstBytes(bucket, key));
        } catch (S3Exception e) {
            throw refused(attachment, e);
        }
    }

    /**
     * Fills in the content, for an inspection that wants to see it. It is read once, however often the message is tried; a later
     * change of the object is not seen.
     *
     * @throws RefusedException as {@link #look}
     * @throws IOException      where S3 breaks off, or the spool can't be written
     */
    public void fetch(@Variable("attachment") Attachment attachment, @Variable(Progress.VARIABLE) Progress progress)
            throws RefusedException, IOException {
        if (attachment.content() != null) {
            return;
        }
        ContentStream stream = progress.spool().create(maxSize);
        try (stream;
                InputStream object = s3.client()
                        .getObject(get -> get.bucket(attachment.sourceBucket()).key(attachment.sourceKey()))) {
            object.transferTo(stream);
            stream.close();
            attachment.fetched(stream.content());
        } catch (TooLargeException e) {
            throw ContentTypes.tooLarge(attachment, maxSize);
        } catch (S3Exception e) {
            throw refused(attachment, e);
        } finally {
            if (attachment.content() == null) {
                progress.spool().remove(stream.content());
            }
        }
    }

    /** What is the sender's fault. */
    private static RefusedException refused(Attachment attachment, S3Exception e) {
        if (e.statusCode() / 100 != 4 || e.isThrottlingException() || e.statusCode() == 408) {
            throw e;
        }
        return RefusedException.request(
                ErrorCode.ATTACHMENT_UNREACHABLE,
                attachment.at("key"),
                "S3 answered " + e.statusCode() + " for " + attachment.sourceBucket() + "/" + attachment.sourceKey());
    }

    private byte[] firstBytes(String bucket, String key) {
        return s3.client()
                .getObjectAsBytes(get -> get.bucket(bucket).key(key).range("bytes=0-" + (ContentTypes.HEAD - 1)))
                .asByteArrayUnsafe();
    }
}
