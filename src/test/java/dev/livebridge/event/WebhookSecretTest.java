package dev.livebridge.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSecretTest {
    @Test
    void knowsTheCurrentAndThePreviousInEitherPlace() {
        WebhookSecret secret = new WebhookSecret("n3w", "0ld");

        assertThat(secret.isGiven("n3w", null)).isTrue();
        assertThat(secret.isGiven("0ld", null)).isTrue();
        assertThat(secret.isGiven(null, "n3w")).isTrue();
        assertThat(secret.isGiven(null, "0ld")).isTrue();
        assertThat(secret.isGiven("wrong", "n3w")).isTrue();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "n3", "n3w ", "N3W", "n3w0ld", "[n3w, n3w]"})
    void knowsNoOther(String given) {
        assertThat(new WebhookSecret("n3w", "0ld").isGiven(given, null)).isFalse();
        assertThat(new WebhookSecret("n3w", "0ld").isGiven(null, given)).isFalse();
        assertThat(new WebhookSecret("n3w", null).isGiven(given, given)).isFalse();
    }

    @Test
    void needsNoPreviousOne() {
        assertThat(new WebhookSecret("n3w", null).isGiven("n3w", null)).isTrue();
        assertThat(new WebhookSecret("n3w", null).isGiven("0ld", "0ld")).isFalse();
    }
}
