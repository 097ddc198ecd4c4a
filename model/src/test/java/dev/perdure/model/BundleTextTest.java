package dev.perdure.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.store.MemoryObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BundleTextTest {
    private static String text(Bundle bundle, @Nullable SigningKey key) throws IOException {
        var store = new MemoryObjectStore();
        Bundles.at(store).write(bundle, key);
        try (Arena arena = Arena.ofConfined()) {
            return String.join("\n", BundleText.of(Bundles.at(store).open(Samples.TRUST.orUnsigned(), arena)));
        }
    }

    @Test
    void saysWhatIsThere() throws IOException {
        assertThat(text(Samples.full(), Samples.KEY))
                .contains("digits, version 1")
                .contains("signed by key " + Samples.KEY.publicHalf().id())
                .contains("image F32 [batch, 1, 2], 0.0 to 255.0 grey", "logits F32 [batch, 3]")
                .contains("zero, one, größer")
                .contains("divide by 255.0", "subtract [0.13], divide by [0.3]", "columns age, colour (2 categories)")
                .contains("onnx          17 bytes")
                .contains("2 tensors, 9 elements, 36 bytes")
                .contains("2 samples, right to within 1.0E-5 + 1.0E-4 of the value")
                .contains("learned from 60000 samples", "age: -1.5 to 99.0, 1.00 % missing, median")
                .contains("colour: red, 50.00 % missing", "images of 28.0 to 28.0")
                .contains(
                        "inner layer fc2: 2 numbers, a distance over 3.25 is abnormal (at most 1.00 % of inputs like the 120")
                .contains("1 features watched; rows of fc")
                .contains("batch 1: p50 0.120 ms, p95 1.000 ms, p99 2.000 ms", "1048576 bytes of memory")
                .contains("most frequent label")
                .contains("test: 10000 samples, accuracy 0.9000", "zero: 980 samples, recall NaN")
                .contains("runs/digits", "a".repeat(64), "b".repeat(64), "c".repeat(64), "2 lines", "perdure 0.1.0")
                .doesNotContain("absent", "unknown", "NOT");
    }

    @Test
    void saysThatThereIsNoInnerLayer() throws IOException {
        GuardProfile without = new GuardProfile(10, List.of(), Optional.empty());
        assertThat(text(Samples.bareWith(Optional.of(without)), null))
                .contains("no inner layer: inputs are judged by their values alone")
                .doesNotContain("abnormal");
    }

    @Test
    void saysWhatIsNot() throws IOException {
        assertThat(text(Samples.bare(), null).lines())
                .filteredOn(line -> line.endsWith("absent: nothing made it"))
                .hasSize(8);
        assertThat(text(Samples.bare(), null)).contains("NOT SIGNED: nobody vouches for it", "within the program");
        assertThat(text(Samples.bare(), Samples.OTHER_KEY))
                .contains("NOT CHECKED: signed in the name of key "
                        + Samples.OTHER_KEY.publicHalf().id());
    }
}
