package dev.livebridge.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.livebridge.failure.Violation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestSchemaTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            conversation | {"user": {"hash": "u", "firstname": "A"}, "#x": 1}                              | /#x
            conversation | {"user": {"hash": "u", "firstname": "A", "#x": 1}}                              | /user/#x
            message      | {"userHash": "u", "text": "t", "#x": 1}                                         | /#x
            message      | {"userHash": "u", "attachments": [{"name": "n", "content": "", "#x": 1}]}       | /attachments/0/#x
            """)
    void knowsNoFieldWhoseNameBeginsLikeAComment(String format, String json, String path) throws Exception {
        assertThat(RequestSchema.of(format + "-request.schema.json").violations(StrictJson.object(json)))
                .containsExactly(new Violation(path, "is not a field of this format"));
    }

    @ParameterizedTest
    @CsvSource({"Plan", "#Plan"})
    void takesNoObjectForAnExtraField(String name) throws Exception {
        String json = "{\"user\": {\"hash\": \"u\", \"firstname\": \"A\", \"extra\": {\"" + name + "\": {}}}}";

        assertThat(RequestSchema.of("conversation-request.schema.json").violations(StrictJson.object(json)))
                .extracting(Violation::path)
                .containsExactly("/user/extra/" + name);
    }
}
