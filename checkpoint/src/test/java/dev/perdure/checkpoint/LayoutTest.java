package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.format.SafetensorsException;
import dev.perdure.format.SafetensorsHeader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LayoutTest {
    private static State random(Random random) {
        State.Builder state = State.builder();
        int layers = random.nextInt(6);
        for (int layer = 0; layer < layers; layer++) {
            for (int part = 0; part <= random.nextInt(4); part++) {
                int size = random.nextInt(5) == 0 ? 0 : random.nextInt(400);
                state.tensor("model/l%d.p%d".formatted(layer, part), TensorData.of(Shape.of(size), new float[size]));
            }
        }
        return state.build();
    }

    @Test
    void everyTensorIsInOneObjectInOrderAndNoObjectPassesTheCapButForASingleTensor() throws IOException {
        for (long seed = 0; seed < 2000; seed++) {
            var random = new Random(seed);
            State state = random(random);
            long cap = random.nextLong(1, 4000);

            Layout layout = Layout.of(state.tensors(), cap);

            List<String> names = new ArrayList<>();
            for (Layout.Group group : layout.groups()) {
                long bytes =
                        group.slots().stream().mapToLong(Layout.Slot::bytes).sum();
                assertThat(bytes <= cap
                                || group.slots().stream()
                                                .filter(s -> s.bytes() > 0)
                                                .count()
                                        == 1)
                        .as("seed %d", seed)
                        .isTrue();
                assertThat(group.bytes()).as("seed %d", seed).isEqualTo(bytes + group.header().length);
                checkHeader(group);
                group.slots().forEach(slot -> names.add(slot.name()));
            }
            assertThat(names)
                    .as("seed %d", seed)
                    .containsExactlyElementsOf(state.tensors().keySet());
            assertThat(layout.fits(state.tensors())).isTrue();
            checkPure(state, layout, cap);
        }
    }

    private static void checkHeader(Layout.Group group) throws SafetensorsException {
        byte[] json = Arrays.copyOfRange(group.header(), 8, group.header().length);
        SafetensorsHeader header = SafetensorsHeader.decode("test", json, group.bytes());
        assertThat(header.dataStart()).isEqualTo(group.header().length);
        assertThat(header.tensors()).hasSameSizeAs(group.slots());
        assertThat(group.header().length % 64).isZero();
    }

    /** Other bytes, same layout: nothing but names, types, shapes and order counts. */
    private static void checkPure(State state, Layout layout, long cap) {
        State other = States.copyOf(state);
        States.fill(other, (byte) 1);
        Layout again = Layout.of(other.tensors(), cap);
        assertThat(layout.fits(other.tensors())).isTrue();
        assertThat(again.groups().stream().map(group -> List.of(group.bytes(), Arrays.hashCode(group.header()))))
                .isEqualTo(layout.groups().stream()
                        .map(group -> List.of(group.bytes(), Arrays.hashCode(group.header())))
                        .toList());
    }

    @Test
    void layersOfAnEighthOfTheCapHaveObjectsOfTheirOwn() {
        State.Builder state = State.builder();
        for (String name :
                List.of("model/a.weight", "model/a.bias", "model/b.weight", "model/b.bias", "model/c.weight")) {
            state.tensor(name, TensorData.of(Shape.of(100), new float[100]));
        }

        assertThat(Layout.of(state.build().tensors(), 6400).groups())
                .extracting(group -> group.slots().size())
                .containsExactly(2, 2, 1);
    }

    @Test
    void noticesAStateOfAnotherLayout() {
        State one =
                State.builder().tensor("a", TensorData.of(Shape.of(2), 1f, 2f)).build();
        for (State other : List.of(
                State.builder().build(),
                State.builder().tensor("b", TensorData.of(Shape.of(2), 1f, 2f)).build(),
                State.builder()
                        .tensor("a", TensorData.of(Shape.of(1, 2), 1f, 2f))
                        .build(),
                State.builder().tensor("a", TensorData.of(Shape.of(1), 1L)).build(),
                State.builder()
                        .addAll(one)
                        .tensor("b", TensorData.of(Shape.of(2), 1f, 2f))
                        .build())) {
            assertThat(Layout.of(one.tensors(), 100).fits(other.tensors())).isFalse();
        }
    }
}
