package dev.perdure.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What processes tell a campaign is understood by it. */
class ToldTest {
    private static final Instant AT = Instant.parse("2026-11-30T12:00:00.123456Z");

    @Test
    void aLineSaysTheSameWhenItIsRead() {
        var told = new Told(AT, "digits", "golden-wrong", true, false, "out: of 3 values\n\t1 differs");
        assertThat(Told.parse(told.format()))
                .contains(new Told(AT, "digits", "golden-wrong", true, false, "out: of 3 values 1 differs"));
        assertThat(Told.parse("half a line")).isEmpty();
        assertThat(Told.parse("when\tdigits\t\ttrue\tfalse\t")).isEmpty();
    }

    @Test
    void parentsSayWhenGatewaysAreGoneAndWhenTheyAreTakenOver() {
        assertThat(Told.ofParent(AT, "11:22:33.444  gateway 2 (process 71) was killed by SIGKILL"))
                .hasValueSatisfying(told -> {
                    assertThat(told.kind()).isEqualTo(Told.GATEWAY_GONE);
                    assertThat(told.isOut()).isTrue();
                });
        assertThat(Told.ofParent(AT, "11:22:33.444  gateway 1 (process 71) is taken over"))
                .hasValueSatisfying(told -> {
                    assertThat(told.kind()).isEqualTo(Told.TAKEN_OVER);
                    assertThat(told.isIn()).isTrue();
                });
        assertThat(Told.ofParent(AT, "gateway 1 (process 71) is ended: it showed no sign of life for 5001 ms"))
                .isEmpty();
        assertThat(Told.ofParent(AT, "gateway 1  11:22:33.444  replica 3 of linear/1 answers requests"))
                .isEmpty();
    }
}
