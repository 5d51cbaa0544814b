package dev.livebridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.message.AddToExtra;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.BindToRegistry;
import org.apache.camel.Produce;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.test.main.junit5.CamelMainTest;
import org.junit.jupiter.api.Test;

/** routes/enrich-user.camel.yaml by itself: the way to test an enrichment of one's own, without broker and Live. */
@CamelMainTest(properties = "camel.main.routesIncludePattern=file:routes/enrich-user.camel.yaml")
class EnrichUserTest {
    @BindToRegistry
    private final AddToExtra addToExtra = new AddToExtra();

    @Produce("direct:enrich-user")
    private ProducerTemplate enrichUser;

    @Test
    void leavesTheUserAsItIsUntilAnIntegratorAddsToIt() {
        Map<String, Object> user =
                Map.of("hash", "7f3c9a1e55d0", "firstname", "Ana", "extra", new HashMap<>(Map.of("Plan", "gold")));

        assertThat(enrichUser.requestBody(user)).isEqualTo(user);
    }
}
