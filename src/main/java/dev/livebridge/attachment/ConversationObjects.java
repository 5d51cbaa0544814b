package dev.livebridge.attachment;

import java.util.List;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;

/** The attachments of a conversation in {@code live.s3.bucket}: all keys that {@link Upload} chose for it. */
public final class ConversationObjects {
    /** What follows the conversation: another's id may begin like this one's. */
    private static final Pattern DIGEST_AND_NAME = Pattern.compile("[0-9a-f]{64}/[^/]+");

    private final S3Client s3;
    private final String bucket;

    public ConversationObjects(S3Client s3, String bucket) {
        this.s3 = s3;
        this.bucket = bucket;
    }

    private interface OnPage {
        void with(List<ObjectIdentifier> keys);
    }

    /**
     * How many there are.
     *
     * @throws software.amazon.awssdk.core.exception.SdkException where S3 is away or refuses
     */
    public int count(String conversationId) {
        return each(conversationId, keys -> {});
    }

    /**
     * Removes them, and says how many. What is gone after a failure is gone; the rest goes with a repetition.
     *
     * @throws IllegalStateException                              where S3 keeps one
     * @throws software.amazon.awssdk.core.exception.SdkException where S3 is away or refuses
     */
    public int remove(String conversationId) {
        return each(conversationId, this::remove);
    }

    /** A page of S3's holds as many as may be removed at once, 1000. */
    private int each(String conversationId, OnPage work) {
        String prefix = conversationId + "/";
        int objects = 0;
        for (ListObjectsV2Response page :
                s3.listObjectsV2Paginator(list -> list.bucket(bucket).prefix(prefix))) {
            List<ObjectIdentifier> keys = page.contents().stream()
                    .map(object -> object.key())
                    .filter(key -> DIGEST_AND_NAME
                            .matcher(key.substring(prefix.length()))
                            .matches())
                    .map(key -> ObjectIdentifier.builder().key(key).build())
                    .toList();
            if (!keys.isEmpty()) {
                work.with(keys);
            }
            objects += keys.size();
        }
        return objects;
    }

    private void remove(List<ObjectIdentifier> keys) {
        DeleteObjectsResponse answer = s3.deleteObjects(delete -> delete.bucket(bucket)
                .delete(objects -> objects.objects(keys).quiet(true))
                // not all servers understand the newer checksums that this call would carry
                .overrideConfiguration(call -> call.addPlugin(LegacyMd5Plugin.create())));
        if (answer.hasErrors() && !answer.errors().isEmpty()) {
            S3Error error = answer.errors().get(0);
            throw new IllegalStateException(
                    "S3 keeps " + error.key() + ": " + error.code() + " (" + error.message() + ")");
        }
    }
}
