package dev.livebridge.attachment;

import dev.livebridge.delivery.Progress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.apache.camel.util.ObjectHelper;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Where in S3 an attachment goes, and what is said of it there. */
public final class Upload {
    /** S3 allows 2 KB of metadata in all, names included. */
    private static final int MAX_NAME = 1200;

    private static final int MAX_USER_HASH = 600;

    private final String bucket;

    /** @param bucket {@code live.s3.bucket}, null where there is none */
    public Upload(String bucket) {
        this.bucket = bucket;
    }

    /**
     * Chooses the key: conversation, digest of the content, name. The same attachment has the same key whenever and
     * however often it comes.
     */
    public void place(@Variable("attachment") Attachment attachment, @Variable(Progress.VARIABLE) Progress progress) {
        if (bucket == null) {
            throw new IllegalStateException("live.s3.bucket is not configured: there is nowhere to put attachments");
        }
        attachment.placed(
                bucket,
                progress.conversationId() + "/" + attachment.content().sha256() + "/"
                        + FileName.ascii(attachment.name()));
    }

    /**
     * Takes it for done where S3 refused it for being there already: 412 Precondition Failed.
     *
     * @throws Exception any other failure, as it was
     */
    public void checkThere(Exchange exchange) throws Exception {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        S3Exception refused = ObjectHelper.getException(S3Exception.class, failure);
        if (refused.statusCode() != 412) {
            throw failure;
        }
    }

    /** All is done that can be done once. */
    public void finish(@Variable("attachment") Attachment attachment) {
        attachment.done();
    }

    /** Content-Disposition: browsers show images, and save all else under its name. */
    public String disposition(@Variable("attachment") Attachment attachment) {
        return disposed(attachment);
    }

    static String disposed(Attachment attachment) {
        return FileName.disposition(attachment.name(), attachment.action().equals("image"));
    }

    /** User-defined metadata, percent-encoded: the conversation, the user where it is known, the name as it was given. */
    public Map<String, String> metadata(
            @Variable("attachment") Attachment attachment, @Variable(Progress.VARIABLE) Progress progress) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("conversation", progress.conversationId());
        if (progress.userHash() != null) {
            metadata.put("user-hash", encoded(progress.userHash(), MAX_USER_HASH));
        }
        metadata.put("original-name", encoded(attachment.givenName(), MAX_NAME));
        return metadata;
    }

    private static String encoded(String text, int max) {
        StringBuilder encoded = new StringBuilder();
        int end = 0;
        while (end < text.length()) {
            int next = text.offsetByCodePoints(end, 1);
            String character = FileName.percentEncoded(text.substring(end, next));
            if (encoded.length() + character.length() > max) {
                break;
            }
            encoded.append(character);
            end = next;
        }
        return encoded.toString();
    }
}
