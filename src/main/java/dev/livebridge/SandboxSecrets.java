package dev.livebridge;

import dev.livebridge.spool.OwnerOnly;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/**
 * What config/application-sandbox.properties leaves to the start of the sandbox: each secret whose value there is "random". They
 * stand in a file in {@code live.data-directory} for the commands of the same user, and nowhere else.
 */
public final class SandboxSecrets {
    private static final List<String> NAMES =
            List.of("live.bot.token", "live.webhook.secret", "live.s3.access-key", "live.s3.secret-key");
    private static final String RANDOM = "random";
    private static final int BYTES = 16;
    private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::", "[::]");

    private SandboxSecrets() {}

    /** Makes new secrets for a start, and uses them; answers where they stand. */
    public static Path renew(Settings settings) throws IOException {
        Properties made = new Properties();
        for (String name : NAMES) {
            byte[] secret = new byte[BYTES];
            new SecureRandom().nextBytes(secret);
            made.setProperty(name, HexFormat.of().formatHex(secret));
        }
        Path file = file(settings);
        OwnerOnly.createFolder(file.getParent());
        Files.deleteIfExists(file);
        OwnerOnly.restrict(Files.createFile(file));
        try (Writer writer = Files.newBufferedWriter(file)) {
            made.store(writer, "The secrets of the sandbox since its last start");
        }
        use(settings);
        return file;
    }

    /** Uses those of the last start, and an address in place of one that means any. */
    static void use(Settings settings) {
        Properties made = new Properties();
        Path file = file(settings);
        try {
            if (Files.exists(file)) {
                try (Reader reader = Files.newBufferedReader(file)) {
                    made.load(reader);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (ANY_ADDRESS.contains(settings.text("live.sandbox.address"))) {
            settings.override("live.sandbox.address", "127.0.0.1");
        }
        for (String name : made.stringPropertyNames()) {
            if (settings.find(name).filter(RANDOM::equals).isPresent()) {
                settings.override(name, made.getProperty(name));
            }
        }
    }

    private static Path file(Settings settings) {
        return settings.path("live.data-directory").resolve("sandbox.properties");
    }
}
