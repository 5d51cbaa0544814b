package dev.livebridge;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files of routes of a home folder: the bridge's in {@code routes}, the integrator's own in {@code routes/custom}. A file
 * there takes the place of the bridge's file of the same name.
 */
record RouteFiles(Path home) {
    private static final List<String> FOLDERS = List.of("routes", "routes/custom");

    /** By their names. */
    SortedMap<String, Path> byName() throws IOException {
        SortedMap<String, Path> files = new TreeMap<>();
        for (String name : FOLDERS) {
            Path folder = home.resolve(name);
            if (Files.isDirectory(folder)) {
                try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.camel.yaml")) {
                    found.forEach(file -> files.put(file.getFileName().toString(), file));
                }
            }
        }
        return files;
    }

    /** Its text; what is no UTF-8 is replaced, as Camel does it. */
    static String text(Path file) throws IOException {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IOException(file + " can't be read: " + e.getMessage(), e);
        }
    }
}
