package dev.perdure.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void readsWhateverItIs() throws IOException {
        Json json = Json.open("{\"a\":[1,2.5,\"x\",true],\"b\":{\"c\":-7}}");
        assertThat(json.any()).isEqualTo(Map.of("a", List.of(1L, 2.5, "x", true), "b", Map.of("c", -7L)));
        json.end();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[",
                "[1,",
                "{\"a\":1,\"a\":2}",
                "null",
                "[null]",
                "[[[[[[[[[1]]]]]]]]]",
                "99999999999999999999",
                "NaN",
                "{\"a\"}"
            })
    void refusesWhatIsNoneOrMoreThanItCanHold(String text) {
        assertThatThrownBy(() -> {
                    Json json = Json.open(text);
                    json.any();
                    json.end();
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void refusesWhatFollowsTheEnd() throws IOException {
        Json json = Json.open("[] []");
        json.any();
        assertThatThrownBy(json::end).hasMessageContaining("something follows");
    }

    @Test
    void anyTextAndNumberSurvives() throws IOException {
        for (String text : List.of("", "\"\\\n\u0000", "käse 🧀", "\ud800")) {
            assertThat(Json.open(Json.quote(new StringBuilder(), text).toString())
                            .text())
                    .isEqualTo(text);
        }
        for (double number : new double[] {0.1, -0.0, Double.MIN_VALUE, Double.NaN, Double.NEGATIVE_INFINITY}) {
            assertThat(Json.open(Json.real(new StringBuilder(), number).toString())
                            .real())
                    .isEqualTo(Double.valueOf(number));
        }
    }
}
