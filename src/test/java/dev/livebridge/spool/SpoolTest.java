package dev.livebridge.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.UnitOfWorkHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final CamelContext CONTEXT = new DefaultCamelContext();

    @TempDir
    private Path directory;

    @Test
    void keepsWhatIsWrittenUntilTheMessageIsDone() throws Exception {
        try (Spool spool = new Spool(directory)) {
            spool.open();
            Exchange exchange = new DefaultExchange(CONTEXT);
            SpoolFolder folder = spool.folder(exchange);
            Content content = write(folder, "Hello");

            assertThat(content.size()).isEqualTo(5);
            assertThat(content.sha256()).isEqualTo("185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969");
            assertThat(content.file()).hasContent("Hello");
            assertThat(content.head(2)).asString().isEqualTo("He");

            UnitOfWorkHelper.doneSynchronizations(
                    exchange, exchange.getExchangeExtension().handoverCompletions());
            assertThat(content.file()).doesNotExist();
            assertThat(content.file().getParent()).doesNotExist();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void isForItsOwnerOnly() throws Exception {
        Path there = Files.createDirectory(
                directory.resolve("spool"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        try (Spool spool = new Spool(there)) {
            spool.open();
            write(spool.folder(new DefaultExchange(CONTEXT)), "Hello");

            try (Stream<Path> all = Files.walk(there)) {
                assertThat(all).hasSize(5).allSatisfy(path -> assertThat(
                                PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------"));
            }
        }
    }

    @Test
    void leavesAFolderAsItIsThatOthersUseAsWell() throws Exception {
        Files.createFile(directory.resolve("of somebody else"));
        Set<PosixFilePermission> before = PosixFilePermissions.fromString("rwxr-xr-x");
        Files.setPosixFilePermissions(directory, before);
        try (Spool spool = new Spool(directory)) {
            spool.open();

            assertThat(Files.getPosixFilePermissions(directory)).isEqualTo(before);
        }
    }

    @Test
    void doesWithoutUsersWhereTheFileSystemKnowsNone() throws Exception {
        try (FileSystem zip = FileSystems.newFileSystem(directory.resolve("a.zip"), Map.of("create", "true"))) {
            Path folder = zip.getPath("a", "b");
            OwnerOnly.createFolder(folder);
            OwnerOnly.restrict(folder);

            assertThat(folder).isDirectory();
        }
    }

    @Test
    void takesExactlyTheLimit() throws Exception {
        try (Spool spool = new Spool(directory)) {
            spool.open();
            SpoolFolder folder = spool.folder(new DefaultExchange(CONTEXT));
            try (ContentStream stream = folder.create(3)) {
                stream.write(new byte[3]);
                assertThatThrownBy(() -> stream.write(0)).isInstanceOf(TooLargeException.class);
            }
        }
    }

    @Test
    void removesWhatAKilledProcessLeft() throws Exception {
        Path left = Files.createDirectories(directory.resolve("killed/message"));
        Files.writeString(directory.resolve("killed/lock"), "");
        Files.writeString(left.resolve("0"), "left");
        Path other = Files.createDirectories(directory.resolve("not-a-spool"));

        try (Spool living = new Spool(directory)) {
            living.open();
            Content content = write(living.folder(new DefaultExchange(CONTEXT)), "living");
            try (Spool spool = new Spool(directory)) {
                spool.open();

                assertThat(directory.resolve("killed")).doesNotExist();
                assertThat(content.file()).exists();
                assertThat(other).exists();
            }
        }
    }

    private static Content write(SpoolFolder folder, String text) throws Exception {
        try (ContentStream stream = folder.create(100)) {
            stream.write(text.getBytes(StandardCharsets.UTF_8));
            stream.close();
            return stream.content();
        }
    }
}
