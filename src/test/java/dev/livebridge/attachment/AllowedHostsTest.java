package dev.livebridge.attachment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedHostsTest {
    private final AllowedHosts hosts =
            new AllowedHosts(List.of("files.example.org", "*.cdn.example.org", "box:8443", "10.1.0.0/16", "fd00::5"));

    @ParameterizedTest
    @CsvSource({
        "files.example.org, 443, true",
        "FILES.example.org, 80, true",
        "files.example.org., 80, true",
        "a.cdn.example.org, 443, true",
        "a.b.cdn.example.org, 443, true",
        "box, 8443, true",
        "10.1.2.3, 80, true",
        "[fd00::5], 80, true",
        "box, 443, false",
        "cdn.example.org, 443, false",
        "evilcdn.example.org, 443, false",
        "files.example.org.evil.org, 443, false",
        "example.org, 443, false",
        "10.2.0.1, 80, false",
        "167837955, 80, false",
        "0x0a.1.2.3, 80, false",
        "localhost, 80, false",
        "127.0.0.1, 80, false"
    })
    void allowsTheNamesThatAreListed(String host, int port, boolean allowed) {
        assertThat(hosts.allowsName(host, port)).isEqualTo(allowed);
    }

    @Test
    void allowsNoneByDefault() {
        assertThat(new AllowedHosts(List.of()).allowsName("files.example.org", 443))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "10.1.2.3", "::ffff:10.1.2.3", "fd00::5"})
    void connectsToPublicAndToNamedAddresses(String address) throws Exception {
        assertThat(hosts.allowsAddress("files.example.org", InetAddress.getByName(address)))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.9.9.9",
                "::1",
                "0.0.0.0",
                "::",
                "10.2.0.1",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "fe80::1",
                "fd00::6",
                "fc00::1",
                "fd00:ec2::254",
                "::ffff:127.0.0.1",
                "::ffff:169.254.169.254",
                "::127.0.0.1",
                "64:ff9b::a9fe:a9fe",
                "2002:7f00:1::",
                "100.64.0.1",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "168.63.129.16",
                "ff02::1"
            })
    void connectsToNoOtherAddress(String address) throws Exception {
        assertThat(hosts.allowsAddress("files.example.org", InetAddress.getByName(address)))
                .isFalse();
    }

    @Test
    void takesLocalhostAtItsName() throws Exception {
        AllowedHosts local = new AllowedHosts(List.of("localhost:8080"));

        assertThat(local.allowsName("localhost", 8080)).isTrue();
        assertThat(local.allowsName("localhost", 80)).isFalse();
        assertThat(local.allowsAddress("localhost", InetAddress.getByName("127.0.0.1")))
                .isTrue();
        assertThat(local.allowsAddress("localhost", InetAddress.getByName("10.1.2.3")))
                .isFalse();
        assertThat(local.allowsAddress("files.example.org", InetAddress.getByName("127.0.0.1")))
                .isFalse();
    }

    @Test
    void takesAnAddressWithItsPort() throws Exception {
        AllowedHosts one = new AllowedHosts(List.of("10.1.2.3:8080", "2001:db8:1:2:3:4:5:6"));

        assertThat(one.allowsName("10.1.2.3", 8080)).isTrue();
        assertThat(one.allowsName("10.1.2.3", 80)).isFalse();
        assertThat(one.allowsAddress("10.1.2.3", InetAddress.getByName("10.1.2.3")))
                .isTrue();
        assertThat(one.allowsName("[2001:db8:1:2:3:4:5:6]", 443)).isTrue();
        assertThat(one.allowsName("999.1.1.1", 80)).isFalse();
        assertThat(one.allowsName("1:2:3", 80)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://files.example.org", "10.0.0.0/99", "a b", "*"})
    void refusesEntriesItDoesNotUnderstand(String entry) {
        assertThatThrownBy(() -> new AllowedHosts(List.of(entry))).isInstanceOf(IllegalArgumentException.class);
    }
}
