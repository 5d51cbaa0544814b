package dev.livebridge.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files and folders that only the user of this process may read, as far as their file system knows users. */
public final class OwnerOnly {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerOnly.class);
    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

    private OwnerOnly() {}

    /** Makes a folder, and those above it, where they aren't there. */
    public static void createFolder(Path folder) throws IOException {
        boolean hasUsers = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
        Files.createDirectories(
                folder,
                hasUsers
                        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(FOLDER)}
                        : new FileAttribute<?>[0]);
    }

    /** Takes what others may do with a file or folder from them. */
    public static void restrict(Path path) {
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        try {
            if (view != null) {
                view.setPermissions(Files.isDirectory(path) ? FOLDER : FILE);
            }
        } catch (IOException e) {
            // a network drive, or another's folder
            LOG.debug("{} keeps its permissions", path, e);
        }
    }
}
