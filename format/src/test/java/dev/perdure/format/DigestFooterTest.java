package dev.perdure.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DigestFooterTest {
    private static final byte[] WHOLE = DigestFooter.append("{\n\"a\": 1,\n".getBytes(UTF_8));

    @Test
    void holdsForWhatWasWrittenAndEndsAJsonObject() throws Exception {
        assertThat(DigestFooter.holds(WHOLE)).isTrue();
        assertThat(Json.open(Json.decode(WHOLE)).any()).asString().contains("digest=");
        assertThat(DigestFooter.holds(DigestFooter.append(new byte[0]))).isTrue();
    }

    @Test
    void holdsForNothingThatWasChangedOrCut() {
        for (int at = 0; at < WHOLE.length; at++) {
            byte[] changed = WHOLE.clone();
            changed[at] ^= 1;
            assertThat(DigestFooter.holds(changed)).as("byte %d", at).isFalse();
            assertThat(DigestFooter.holds(Arrays.copyOf(WHOLE, at)))
                    .as("cut at %d", at)
                    .isFalse();
        }
    }
}
