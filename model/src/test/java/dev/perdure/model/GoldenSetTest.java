package dev.perdure.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GoldenSetTest {
    private static TensorData logits(float... values) {
        return TensorData.of(Shape.of(values.length / 3, 3), values);
    }

    @Test
    void theExpectedAnswersAreRightAndEachOtherOneIsNamed() {
        GoldenSet golden = Samples.golden(Tolerance.EXACT, 1, 2, 3, 4, 5, 6);
        assertThat(golden.compare(Map.of("logits", logits(1, 2, 3, 4, 5, 6)))).isEmpty();
        assertThat(golden.compare(Map.of("logits", logits(1, 2.5f, 3, 4, 5, Math.nextUp(6f)))))
                .extracting(GoldenSet.Mismatch::toString)
                .containsExactly("logits[1]: 2.5 (expected: 2.0)", "logits[5]: 6.0000005 (expected: 6.0)");
    }

    @Test
    void anAnswerOfAnotherKindIsWrongAsAWhole() {
        GoldenSet golden = Samples.golden(Tolerance.EXACT, 1, 2, 3);
        assertThat(golden.compare(Map.of())).singleElement().hasToString("logits: nothing (expected: F32 [1, 3])");
        assertThat(golden.compare(Map.of("logits", logits(1, 2, 3, 4, 5, 6))))
                .singleElement()
                .hasToString("logits: F32 [2, 3] (expected: F32 [1, 3])");
        assertThat(golden.compare(Map.of("logits", TensorData.of(Shape.of(1, 3), 1L, 2L, 3L))))
                .singleElement()
                .hasToString("logits: I64 [1, 3] (expected: F32 [1, 3])");
    }

    @Test
    void aThousandWrongAnswersAreToldInAHundred() {
        var zeros = new float[3000];
        var ones = new float[3000];
        java.util.Arrays.fill(ones, 1);
        assertThat(Samples.golden(Tolerance.EXACT, zeros).compare(Map.of("logits", logits(ones))))
                .hasSize(100);
    }

    @ParameterizedTest
    @CsvSource({
        // absolute, relative, expected, actual, right
        "0, 0, 1, 1, true",
        "0, 0, 0, -0.0, true",
        "0, 0, 1, 1.0000001, false",
        "0.1, 0, 10, 10.05, true",
        "0.1, 0, 10, 9.89, false",
        "0, 0.1, 10, 10.9, true",
        "0, 0.1, 10, 11.1, false",
        "0, 0.1, -10, -10.9, true",
        "0, 0.1, 0, 0.0001, false",
        "0.5, 0.1, 10, 11.4, true",
        "1e300, 1e300, 1, NaN, false",
        "1e300, 1e300, NaN, 1, false",
        "0, 0, NaN, NaN, true",
        "1e300, 1e300, 1, Infinity, false",
        "1e300, 1e300, Infinity, 1, false",
        "1e300, 1e300, Infinity, -Infinity, false",
        "1e300, 1e300, Infinity, NaN, false",
        "1e300, 1e300, NaN, Infinity, false",
        "0, 0, Infinity, Infinity, true",
        "0, 0, -Infinity, -Infinity, true"
    })
    void nearEnoughIsWhatTheToleranceSays(
            double absolute, double relative, double expected, double actual, boolean right) {
        assertThat(new Tolerance(absolute, relative).accepts(expected, actual)).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1152921504606846976, 1152921504606846977, false",
        "1, 1152921504606846976, 1152921504606846977, true",
        "0, 9223372036854775807, -9223372036854775808, false",
        "1e18, 9223372036854775807, -9223372036854775808, false",
        "1e20, 9223372036854775807, -9223372036854775808, true",
        "0, -5, -5, true",
        "2, -5, -7, true",
        "1, -5, -7, false"
    })
    void wholeNumbersAreComparedAsSuch(double absolute, long expected, long actual, boolean right) {
        assertThat(new Tolerance(absolute, 0).accepts(expected, actual)).isEqualTo(right);
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "0, -1", "NaN, 0", "0, NaN", "Infinity, 0", "0, Infinity"})
    void aToleranceThatAcceptsEverythingOrNothingIsNone(double absolute, double relative) {
        assertThatThrownBy(() -> new Tolerance(absolute, relative)).hasMessageContaining("expected: >= 0, finite");
    }

    /** One element is 2 (or true) and the other is not, in the bytes of each type. */
    @ParameterizedTest
    @EnumSource
    void everyTypeIsReadElementByElement(DType dtype) {
        byte[] two = switch (dtype) {
            case BOOL, U8, I8 -> new byte[] {2};
            case I16 -> new byte[] {2, 0};
            case I32 -> new byte[] {2, 0, 0, 0};
            case I64 -> new byte[] {2, 0, 0, 0, 0, 0, 0, 0};
            case F16, BF16 -> new byte[] {0, 0x40};
            case F32 -> new byte[] {0, 0, 0, 0x40};
            case F64 -> new byte[] {0, 0, 0, 0, 0, 0, 0, 0x40};
        };
        byte[] elements = new byte[2 * two.length];
        System.arraycopy(two, 0, elements, two.length, two.length);
        var tensor = new TensorData(dtype, Shape.of(2), MemorySegment.ofArray(elements));
        assertThat(Elements.real(tensor, 0)).isZero();
        assertThat(Elements.real(tensor, 1)).isEqualTo(2);
        assertThat(Elements.text(tensor, 1)).isEqualTo(Elements.isWhole(dtype) ? "2" : "2.0");

        byte[] others = elements.clone();
        others[0] = 1;
        var golden = new GoldenSet(Samples.map("x", tensor), Samples.map("y", tensor), Tolerance.EXACT);
        var other = new TensorData(dtype, Shape.of(2), MemorySegment.ofArray(others));
        assertThat(golden.compare(Map.of("y", tensor))).isEmpty();
        assertThat(golden.compare(Map.of("y", other)))
                .singleElement()
                .satisfies(mismatch -> assertThat(mismatch.index()).isZero());
    }

    @Test
    void refusesSamplesThatDoNotBelongTogether() {
        TensorData one = TensorData.of(Shape.of(1, 1), 1f);
        TensorData two = TensorData.of(Shape.of(2, 1), 1f, 2f);
        assertThatThrownBy(() -> new GoldenSet(Samples.map("x", one), Samples.map("y", two), Tolerance.EXACT))
                .hasMessageContaining("'y' has 2 samples (expected: 1");
        TensorData scalar = TensorData.of(Shape.of(), 1f);
        assertThatThrownBy(() -> new GoldenSet(Samples.map("x", scalar), Samples.map("y", one), Tolerance.EXACT))
                .hasMessageContaining("'x' is a scalar");
        TensorData none = TensorData.of(Shape.of(0, 1), new float[0]);
        assertThatThrownBy(() -> new GoldenSet(Samples.map("x", none), Samples.map("y", none), Tolerance.EXACT))
                .hasMessageContaining("at least one");
    }
}
