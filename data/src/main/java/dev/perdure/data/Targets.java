package dev.perdure.data;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/** What the model is to say for each sample. */
sealed interface Targets {

    int outputs();

    TensorData allocate(int samples, Arena arena);

    /** Writes a sample's target to its place in a batch. */
    void write(int sample, TensorData into, int position);

    /** Returns the sample's class, or 0 where there are no classes: the stratum for the split. */
    int stratum(int sample);

    /** One class for each sample, as its index among the names. */
    record Classes(int[] labels, List<String> names) implements Targets {
        @Override
        public int outputs() {
            return names.size();
        }

        @Override
        public TensorData allocate(int samples, Arena arena) {
            return TensorData.allocate(arena, DType.I64, Shape.of(samples));
        }

        @Override
        public void write(int sample, TensorData into, int position) {
            into.data().setAtIndex(ValueLayout.JAVA_LONG, position, labels[sample]);
        }

        @Override
        public int stratum(int sample) {
            return labels[sample];
        }

        Classes join(Classes other) {
            int[] all = Arrays.copyOf(labels, labels.length + other.labels.length);
            System.arraycopy(other.labels, 0, all, labels.length, other.labels.length);
            return new Classes(all, names);
        }
    }

    /** {@code outputs} numbers for each sample, sample by sample. */
    record Numbers(float[] values, int outputs) implements Targets {
        @Override
        public TensorData allocate(int samples, Arena arena) {
            return TensorData.allocate(arena, DType.F32, Shape.of(samples, outputs));
        }

        @Override
        public void write(int sample, TensorData into, int position) {
            MemorySegment.copy(
                    values,
                    sample * outputs,
                    into.data(),
                    ValueLayout.JAVA_FLOAT,
                    (long) position * outputs * Float.BYTES,
                    outputs);
        }

        @Override
        public int stratum(int sample) {
            return 0;
        }
    }
}
