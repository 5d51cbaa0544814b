package dev.livebridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.camel.main.Main;
import org.apache.camel.util.FileUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the sandbox's configuration leaves to its start, as its other commands see it. */
class SandboxSecretsTest {
    private static final List<String> SECRETS =
            List.of("live.bot.token", "live.webhook.secret", "live.s3.access-key", "live.s3.secret-key");

    private final Path home = TestBridge.copyOfTheProject();

    @BeforeEach
    void keepDataThere() throws IOException {
        configure("live.data-directory = " + home.resolve("data"));
    }

    @AfterEach
    void removeTheCopy() {
        FileUtil.removeDir(home.toFile());
    }

    @Test
    void areOthersAtEachStart() throws Exception {
        start();
        List<String> before = secrets();
        start();

        assertThat(secrets())
                .doesNotContainAnyElementsOf(before)
                .doesNotHaveDuplicates()
                .allMatch(secret -> secret.length() == 32);
    }

    @Test
    void areForTheOwnerAlone() throws Exception {
        Path file = start();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void giveWayToWhatIsConfigured() throws Exception {
        configure("live.webhook.secret = mine");
        start();

        assertThat(secrets().get(1)).isEqualTo("mine");
    }

    @Test
    void areKnownToCommandsThatReachForServices() throws Exception {
        start();
        Main command = Bridge.configured(home, Bridge.SANDBOX);
        command.start();
        try {
            Settings settings = new Settings(command.getCamelContext().getPropertiesComponent());
            assertThat(SECRETS.stream().map(settings::text)).isEqualTo(secrets());
        } finally {
            command.stop();
        }
    }

    @Test
    void comeWithAnAddressThatCanBeOpened() throws Exception {
        configure("live.sandbox.host = 0.0.0.0");
        Settings settings = settings();

        for (String address :
                List.of("live.jms.url", "live.api.base-url", "live.s3.endpoint", "live.sandbox.webhook-url")) {
            assertThat(settings.text(address)).contains("//127.0.0.1:");
        }
        assertThat(settings.text("live.webhook.host")).isEqualTo("0.0.0.0");
    }

    @Test
    void comeWithTheAddressThatIsConfigured() throws Exception {
        configure("live.sandbox.host = 0.0.0.0\nlive.sandbox.address = desk.example.org");

        assertThat(settings().text("live.s3.endpoint")).isEqualTo("http://desk.example.org:9000");
    }

    /** As the sandbox does. */
    private Path start() throws IOException {
        return SandboxSecrets.renew(settings());
    }

    private Settings settings() {
        return Bridge.settings(home, Bridge.SANDBOX);
    }

    private List<String> secrets() {
        return SECRETS.stream().map(settings()::text).toList();
    }

    private void configure(String lines) throws IOException {
        Files.writeString(
                home.resolve("config/application-sandbox.properties"), "\n" + lines + "\n", StandardOpenOption.APPEND);
    }
}
