package dev.perdure.torch;

import dev.perdure.core.DType;
import dev.perdure.core.TensorData;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Function;

/**
 * What a forward pass learns beside the gradient: numbers that do not add up, but change buffers in microbatch order when
 * the step is applied. They depend on the microbatch (and the state before the step) alone, never on one another.
 */
sealed interface Statistics {

    /** Returns how many numbers a microbatch has. */
    int values();

    /**
     * Changes the buffers.
     *
     * @param buffer gives a buffer by its name
     * @param microbatches each one's numbers, F32, in microbatch order
     */
    void combine(Function<String, TensorData> buffer, List<MemorySegment> microbatches);

    /**
     * A batch normalisation: each channel's mean, then each one's unbiased variance. The running statistics take a share
     * of every microbatch's in turn, as PyTorch's would if it were given the microbatches one by one.
     */
    record Running(String name, int channels, double momentum) implements Statistics {
        @Override
        public int values() {
            return 2 * channels;
        }

        @Override
        public void combine(Function<String, TensorData> buffer, List<MemorySegment> microbatches) {
            MemorySegment mean = buffer.apply(name + ".running_mean").data();
            MemorySegment variance = buffer.apply(name + ".running_var").data();
            for (MemorySegment microbatch : microbatches) {
                follow(mean, microbatch, 0);
                follow(variance, microbatch, channels);
            }
            MemorySegment count = buffer.apply(name + ".num_batches_tracked").data();
            count.set(ValueLayout.JAVA_LONG, 0, count.get(ValueLayout.JAVA_LONG, 0) + microbatches.size());
        }

        private void follow(MemorySegment running, MemorySegment microbatch, int from) {
            for (int i = 0; i < channels; i++) {
                double old = running.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                double own = microbatch.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, from + i);
                running.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (momentum * own + (1 - momentum) * old));
            }
        }
    }

    /**
     * What a TorchScript file changed in its buffers: new minus old, element by element. The buffers take the mean of the
     * microbatches' changes: with the usual running statistics, that is what one batch with the mean of their statistics
     * would have done.
     */
    record Changes(List<String> buffers, int values) implements Statistics {
        public Changes {
            buffers = List.copyOf(buffers);
        }

        @Override
        public void combine(Function<String, TensorData> buffer, List<MemorySegment> microbatches) {
            int at = 0;
            for (String name : buffers) {
                TensorData data = buffer.apply(name);
                int elements = Math.toIntExact(data.shape().elements());
                for (int i = 0; i < elements; i++) {
                    add(data, i, mean(microbatches, at + i));
                }
                at += elements;
            }
        }

        private static double mean(List<MemorySegment> microbatches, int index) {
            double sum = 0;
            for (MemorySegment microbatch : microbatches) {
                sum += microbatch.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, index);
            }
            return sum / microbatches.size();
        }

        private static void add(TensorData data, int index, double change) {
            if (data.dtype() == DType.I64) {
                long old = data.data().getAtIndex(ValueLayout.JAVA_LONG, index);
                data.data().setAtIndex(ValueLayout.JAVA_LONG, index, old + Math.round(change));
            } else {
                float old = data.data().getAtIndex(ValueLayout.JAVA_FLOAT, index);
                data.data().setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) (old + change));
            }
        }
    }
}
