package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FloatSumsTest {

    @Test
    void addsEveryFloatWhateverLengthAndAlignment() {
        try (Arena arena = Arena.ofConfined()) {
            for (int seed = 0; seed < 200; seed++) {
                var random = new Random(seed);
                int length = random.nextInt(5000);
                MemorySegment left = segment(arena, length, random);
                MemorySegment right = segment(arena, length, random);
                float[] expected = left.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
                float[] more = right.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
                for (int i = 0; i < length; i++) {
                    expected[i] += more[i];
                }
                assertThat(FloatSums.addInto(left, right)).isSameAs(left);
                assertThat(left.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED))
                        .as("seed %d", seed)
                        .isEqualTo(expected);
                assertThat(right.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)).isEqualTo(more);
            }
        }
    }

    private static MemorySegment segment(Arena arena, int length, Random random) {
        int offset = random.nextInt(9);
        MemorySegment segment = arena.allocate(length * 4L + 16, 64).asSlice(offset, length * 4L);
        for (int i = 0; i < length; i++) {
            segment.set(
                    ValueLayout.JAVA_FLOAT_UNALIGNED,
                    i * 4L,
                    random.nextInt(9) == 0 ? -0.0f : (float) random.nextGaussian());
        }
        return segment;
    }
}
