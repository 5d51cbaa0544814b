package dev.livebridge.lookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServiceTest {
    private final HttpService service =
            new HttpService("https://crm.example.org/a/{hash}?id={hash}", Duration.ofSeconds(1), Map.of());

    @Test
    void keepsAHashInItsPlace() throws LookupException {
        assertThat(service.address(Map.of("hash", "../b?c=d&e f+ñ")))
                .isEqualTo("https://crm.example.org/a/..%2Fb%3Fc%3Dd%26e%20f%2B%C3%B1"
                        + "?id=..%2Fb%3Fc%3Dd%26e%20f%2B%C3%B1");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", ".."})
    void asksForNoHashThatIsAStepInAPath(String hash) {
        assertThatThrownBy(() -> service.address(Map.of("hash", hash))).isInstanceOf(LookupException.class);
    }
}
