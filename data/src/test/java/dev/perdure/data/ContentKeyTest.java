package dev.perdure.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ContentKeyTest {

    @Test
    void isSharedByEqualContentAlone() {
        var random = new SplitMix(1);
        for (int length = 0; length < 40; length++) {
            byte[] content = new byte[length];
            for (int i = 0; i < length; i++) {
                content[i] = (byte) random.next();
            }
            Set<ContentKey> keys = new HashSet<>(Set.of(ContentKey.of(content)));
            assertThat(ContentKey.of(content.clone())).isIn(keys);
            for (int bit = 0; bit < 8 * length; bit++) {
                content[bit / 8] ^= (byte) (1 << bit % 8);
                assertThat(keys.add(ContentKey.of(content)))
                        .as("length %d, bit %d", length, bit)
                        .isTrue();
                content[bit / 8] ^= (byte) (1 << bit % 8);
            }
            assertThat(keys.add(ContentKey.of(java.util.Arrays.copyOf(content, length + 1))))
                    .isTrue();
        }
    }
}
