package dev.livebridge.sandbox;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.client.WireMock;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sandbox's agent: what it does on demand, and the events that tell of it. */
class AgentTest extends LiveStandInCalls {
    @Test
    void playsTheAgent() throws Exception {
        String id = queued(queueBody());

        JsonNode attended = done(send("POST", agent(id, "attend"), null));
        assertThat(attended).isEqualTo(view(id));
        assertThat(attended.get("status").textValue()).isEqualTo("attended");

        JsonNode replied = done(post(agent(id, "reply"), json("{'text': 'How can I help?'}")));
        assertThat(replied).isEqualTo(view(id));
        assertThat(replied.at("/messages/0/action").textValue()).isEqualTo("text");
        assertThat(replied.at("/messages/0/value").textValue()).isEqualTo("How can I help?");
        assertThat(replied.at("/messages/0/source").textValue()).isEqualTo("agent");
        assertThat(Instant.parse(replied.at("/messages/0/receivedAt").textValue()))
                .isBeforeOrEqualTo(Instant.now());

        JsonNode transferred = done(post(agent(id, "transfer"), json("{'target': 9000000000}")));
        assertThat(transferred).isEqualTo(view(id));
        assertThat(transferred.get("groupsId")).isEqualTo(json("[9000000000]"));
        assertThat(transferred.get("status").textValue()).isEqualTo("queued");

        JsonNode closed = done(send("POST", agent(id, "close"), null));
        assertThat(closed).isEqualTo(view(id));
        assertThat(closed.get("status").textValue()).isEqualTo("closed");
        assertThat(closed.get("messages")).isEqualTo(replied.get("messages"));
    }

    @Test
    void tellsTheWebhookWhatTheAgentDoes() throws Exception {
        String id = queued(queueBody());

        done(send("POST", agent(id, "attend"), null));
        done(post(agent(id, "reply"), json("{'text': 'How can I help?'}")));
        done(post(agent(id, "transfer"), json("{'target': 7}")));
        done(send("POST", agent(id, "close"), null));

        List<JsonNode> events = events(id, 4);
        assertThat(events)
                .extracting(event -> event.get("name").textValue())
                .containsExactly("attended", "message", "transfer", "close");
        assertThat(events).allSatisfy(event -> {
            assertThat(event.get("roomId").textValue()).isEqualTo(id);
            assertThat(event.get("botId").intValue()).isEqualTo(1000);
            assertThat(event.get("timestamp").longValue() / 1_000_000_000L)
                    .isEqualTo(event.get("eventTime").longValue());
        });
        assertThat(events)
                .extracting(event -> event.get("timestamp").longValue())
                .isSorted()
                .doesNotHaveDuplicates();
        String agent = "'agent': {'name': 'Eva Gil', 'nickname': 'eva', 'groupId': %d}";
        assertThat(events.get(0).get("data")).isEqualTo(json(("{" + agent + "}").formatted(2179)));
        assertThat(events.get(1).get("data"))
                .isEqualTo(json(("{'text': 'How can I help?', " + agent + "}").formatted(2179)));
        assertThat(events.get(2).get("data"))
                .isEqualTo(
                        json(("{'value': '7', 'hash': '7f3c9a1e55d0_secret-token', 'originGroup': 2179, 'target': 7, "
                                        + agent + "}")
                                .formatted(2179)));
        assertThat(events.get(3).get("data")).isEqualTo(json(("{" + agent + "}").formatted(7)));
    }

    @Test
    void tellsAgainWhatTheWebhookDidNotTake() throws Exception {
        bridge.stubFor(WireMock.any(anyUrl())
                .inScenario("away")
                .whenScenarioStateIs(STARTED)
                .willReturn(status(503))
                .willSetStateTo("back"));
        String id = queued(queueBody());

        done(send("POST", agent(id, "attend"), null));
        done(send("POST", agent(id, "close"), null));

        List<JsonNode> events = events(id, 3);
        assertThat(events.get(1)).isEqualTo(events.get(0));
        assertThat(events.get(2).get("name").textValue()).isEqualTo("close");
    }

    /** What came to the webhook of this conversation, in its order. Of others' an earlier test may have left some to come. */
    private static List<JsonNode> events(String id, int number) {
        await().until(() -> events(id).size() == number);
        return events(id);
    }

    private static List<JsonNode> events(String id) {
        return bridge
                .findAll(postRequestedFor(urlEqualTo("/live/events"))
                        .withHeader("X-Live-Secret", equalTo("webhook-secret"))
                        .withHeader("Content-Type", equalTo("application/json")))
                .stream()
                .map(request -> json(request.getBodyAsString()))
                .filter(event -> event.path("roomId").asText().equals(id))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"attend", "reply", "transfer", "close"})
    void refusesToActInUnknownAndClosedConversations(String act) throws Exception {
        String id = queued(queueBody());
        JsonNode closed = done(send("POST", agent(id, "close"), null));
        JsonNode body = json(act.equals("reply") ? "{'text': 'Hi'}" : act.equals("transfer") ? "{'target': 1}" : "{}");

        for (String conversation : List.of(id, "no-such-id")) {
            HttpResponse<String> response = post(agent(conversation, act), body);
            assertThat(response.statusCode()).isEqualTo(404);
            assertThat(error(response)).isEqualTo("unknown or closed conversation");
        }
        assertThat(view(id)).isEqualTo(closed);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            reply    | {}                           | /text
            reply    | {"text": null}               | /text
            reply    | {"text": ""}                 | /text
            reply    | {"text": 7}                  | /text
            reply    | {"text": "Hi", "to": "Ana"}  | /to
            transfer | {}                           | /target
            transfer | {"target": null}             | /target
            transfer | {"target": "2179"}           | /target
            transfer | {"target": 2179.0}           | /target
            transfer | {"target": [2179]}           | /target
            transfer | {"target": 1, "group": "a"}  | /group
            """)
    void refusesAnAgentsCallWith(String act, String body, String path) throws Exception {
        String id = queued(queueBody());
        JsonNode before = view(id);

        HttpResponse<String> response = post(agent(id, act), json(body));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response)).startsWith(path + ": ");
        assertThat(view(id)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"attend, attended", "close, closed"})
    void needsNoBodyToAttendAndClose(String act, String status) throws Exception {
        // as curl -X POST, curl -d '' and any JSON client send it
        for (String head : List.of(
                "",
                "Content-Length: 0\n",
                "Content-Length: 0\nContent-Type: application/x-www-form-urlencoded\n",
                "Content-Length: 0\nContent-Type: application/json\n",
                "Content-Length: 2\nContent-Type: application/json\n")) {
            String id = queued(queueBody());
            String answer = raw(
                    port,
                    "POST " + agent(id, act) + " HTTP/1.1\nHost: localhost\nConnection: close\n" + head + "\n"
                            + (head.contains("2") ? "{}" : ""));
            assertThat(answer).startsWith("HTTP/1.1 200 ");
            assertThat(view(id).get("status").textValue()).isEqualTo(status);
        }
    }
}
