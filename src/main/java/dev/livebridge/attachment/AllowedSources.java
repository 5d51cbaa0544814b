package dev.livebridge.attachment;

import java.util.Arrays;
import java.util.List;

/**
 * {@code live.attachments.allowed-sources}: buckets, each whole or below a prefix ({@code scans/2026}). Without it any
 * object that the bridge can read would become a link for whoever may write to the queue.
 */
final class AllowedSources {
    private final List<String> entries;

    AllowedSources(List<String> entries) {
        this.entries = entries;
    }

    boolean allows(String bucket, String key) {
        boolean climbs = Arrays.stream(key.split("/", -1)).anyMatch(step -> step.equals("..") || step.equals("."));
        return !climbs && entries.stream().anyMatch(entry -> matches(entry, bucket, key));
    }

    private static boolean matches(String entry, String bucket, String key) {
        int slash = entry.indexOf('/');
        if (slash < 0) {
            return entry.equals(bucket);
        }
        String prefix = entry.substring(slash + 1);
        return entry.substring(0, slash).equals(bucket)
                && (key.equals(prefix)
                        || key.startsWith(prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/"));
    }
}
