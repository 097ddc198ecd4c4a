package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.BadSettingException;
import dev.perdure.supervision.Adjustment;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdjustmentsTest {
    @Test
    void whatIsWrittenIsReadAgain() {
        var all = new Adjustments(List.of(new Adjustment.SkipBatch(9), new Adjustment.LowerRate(4, 0.5)));
        assertThat(all.texts()).containsExactly("skip-batch 9", "lower-rate 4 0.5");
        assertThat(Adjustments.parse(all.texts())).isEqualTo(all);
    }

    @Test
    void factorsCountFromTheirStepOnAndTogether() {
        var all = Adjustments.parse(List.of("lower-rate 4 0.5", "lower-rate 8 0.5", "skip-batch 5"));
        assertThat(all.factorAt(3)).isEqualTo(1);
        assertThat(all.factorAt(4)).isEqualTo(0.5);
        assertThat(all.factorAt(8)).isEqualTo(0.25);
        assertThat(all.skips(5)).isTrue();
        assertThat(all.skips(4)).isFalse();
    }

    @Test
    void whatIsNoAdjustmentIsRefusedWithWhatIsExpected() {
        for (String text : List.of("skip-batch 0", "lower-rate 4 2", "lower-rate 4 0.0", "skip", "skip-batch 7 8")) {
            assertThatThrownBy(() -> Adjustments.parse(List.of(text)))
                    .as(text)
                    .isInstanceOf(BadSettingException.class)
                    .hasMessageContaining("'%s'", text)
                    .hasMessageContaining("skip-batch STEP");
        }
    }
}
