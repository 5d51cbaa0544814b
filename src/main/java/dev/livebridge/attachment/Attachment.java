package dev.livebridge.attachment;

import dev.livebridge.spool.Content;
import java.io.File;
import java.util.Map;

/**
 * One attachment of a message on its way into S3: what the sender gave, and what the steps of
 * routes/upload-attachment.camel.yaml have found out and done so far. As it is kept while its message is retried, no
 * step that succeeded is done again.
 */
public final class Attachment {
    private final String path;
    private final String givenName;
    private final String name;
    private final String url;
    private final String sourceBucket;
    private final String sourceKey;
    private Content content;
    private byte[] head;
    private long size;
    private String contentType;
    private boolean image;
    private String bucket;
    private String key;
    private boolean ready;
    private String address;

    private Attachment(String path, Map<String, Object> given) {
        this.path = path;
        this.givenName = (String) given.get("name");
        this.name = FileName.clean(givenName);
        this.url = (String) given.get("url");
        this.sourceBucket = (String) given.get("bucket");
        this.sourceKey = (String) given.get("key");
        this.content = (Content) given.get("content");
        this.size = content == null ? -1 : content.size();
    }

    /**
     * @param path  where it stands in the request: {@code /attachments/0}, or {@code property:fileName}
     * @param given its fields in the request, {@code content} already as {@link Content}
     */
    public static Attachment of(String path, Map<String, Object> given) {
        return new Attachment(path, given);
    }

    /** The file name that the agent sees, cleaned. */
    public String name() {
        return name;
    }

    /** The file name as the sender gave it: for metadata only. */
    String givenName() {
        return givenName;
    }

    /** Where to fetch it from; null where it came otherwise. */
    public String url() {
        return url;
    }

    /** The bucket in which the sender has it already; null where it came otherwise. */
    public String sourceBucket() {
        return sourceBucket;
    }

    /** The key there. */
    public String sourceKey() {
        return sourceKey;
    }

    /** Its bytes; null while a {@code url} is not fetched, and always where it lies in S3 already. */
    public Content content() {
        return content;
    }

    /** Its bytes as a file; null as {@link #content()} is. */
    public File file() {
        return content == null ? null : content.file().toFile();
    }

    /** Bytes; -1 while that is not known. */
    public long size() {
        return size;
    }

    /** The MIME type that its bytes show. */
    public String contentType() {
        return contentType;
    }

    /** What it is to Live: {@code image} or {@code file}. */
    public String action() {
        return image ? "image" : "file";
    }

    /** The bucket in which it lies, or will lie. */
    public String bucket() {
        return bucket;
    }

    /** The key there. */
    public String key() {
        return key;
    }

    /** Whether it lies in S3, and nothing is left to do but to name its address. */
    public boolean ready() {
        return ready;
    }

    /** What the agent's browser opens; null until the call to Live is made. */
    public String address() {
        return address;
    }

    /** A place in the request, to name in an error: {@code /attachments/0/url}. */
    String at(String field) {
        return path.startsWith("/") ? path + "/" + field : path;
    }

    void fetched(Content fetched) {
        content = fetched;
        size = fetched.size();
    }

    void found(long foundSize, byte[] foundHead) {
        size = foundSize;
        head = foundHead;
        bucket = sourceBucket;
        key = sourceKey;
    }

    byte[] head() {
        return head;
    }

    void done() {
        ready = true;
    }

    void typed(String type, boolean isImage) {
        contentType = type;
        image = isImage;
    }

    void placed(String inBucket, String underKey) {
        bucket = inBucket;
        key = underKey;
    }

    void addressed(String with) {
        address = with;
    }
}
