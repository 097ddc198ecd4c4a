package dev.perdure.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class StateTest {
    private static final State STATE = State.builder()
            .tensor("model/w", TensorData.of(Shape.of(2), 1f, 2f))
            .integer("run/step", 7)
            .real("run/loss", 0.5)
            .text("data/digest", "abc")
            .blob("data/consumed", new byte[] {1, 2})
            .build();

    @Test
    void keepsEntriesInTheOrderTheyWereAdded() {
        assertThat(STATE.entries().keySet())
                .containsExactly("model/w", "run/step", "run/loss", "data/digest", "data/consumed");
        assertThat(STATE.startingWith("run/").entries().keySet()).containsExactly("run/step", "run/loss");
        assertThat(STATE.tensorBytes()).isEqualTo(8);
    }

    @Test
    void tensorsAreViewsAndBlobsAreCopies() {
        float[] live = {1f};
        byte[] bytes = {1};
        State state = State.builder()
                .tensor("w", TensorData.of(Shape.of(1), live))
                .blob("b", bytes)
                .build();
        live[0] = 5f;
        bytes[0] = 5;

        assertThat(state.tensor("w").data().getAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, 0))
                .isEqualTo(5f);
        assertThat(state.blob("b")).containsExactly(1);
    }

    @Test
    void saysWhatIsThereInsteadAndWhatWasPerhapsMeant() {
        assertThatThrownBy(() -> STATE.integer("run/stpe"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("state entry run/stpe: absent (expected: Int). Did you mean 'run/step'?");
        assertThatThrownBy(() -> STATE.real("run/step"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("state entry run/step: Int (expected: Real)");
    }

    @Test
    void refusesNamesThatAreMalformedOrTaken() {
        var builder = State.builder().integer("a", 1);
        assertThatThrownBy(() -> builder.integer("a", 2)).hasMessageContaining("twice");
        for (String name : new String[] {"", "a b", "a\nb", "ü", "a\\b"}) {
            assertThatThrownBy(() -> builder.integer(name, 2)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void refusesTensorsWhoseMemoryHasAnotherSize() {
        MemorySegment memory = MemorySegment.ofArray(new byte[7]);
        assertThatThrownBy(() -> new TensorData(DType.F32, Shape.of(2), memory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensor F32 [2]: 7 bytes (expected: 8)");
        assertThatThrownBy(() -> Shape.of(1, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Shape.of(Long.MAX_VALUE, 3)).isInstanceOf(ArithmeticException.class);
    }
}
