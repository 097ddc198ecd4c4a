package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {

    @Test
    void showsADashForWhatIsNotThere() {
        assertThat(Figures.percent(Double.NaN)).isEqualTo("–");
        assertThat(Figures.number(Double.POSITIVE_INFINITY)).isEqualTo("–");
        assertThat(Figures.seconds(Double.NaN)).isEqualTo("–");
        assertThat(Figures.millis(Double.NaN)).isEqualTo("–");
    }

    @Test
    void keepsAboutFourDigits() {
        assertThat(Figures.number(0)).isEqualTo("0");
        assertThat(Figures.number(0.062149)).isEqualTo("0.0621");
        assertThat(Figures.number(-0.0008314)).isEqualTo("-0.000831");
        assertThat(Figures.number(12.3456)).isEqualTo("12.35");
        assertThat(Figures.number(1234.56)).isEqualTo("1,235");
        assertThat(Figures.number(3.14e-7)).isEqualTo("3.1e-7");
        assertThat(Figures.number(6.02e23)).isEqualTo("6.0e23");
    }

    @Test
    void choosesTheUnitThatFits() {
        assertThat(Figures.bytes(1)).isEqualTo("1 byte");
        assertThat(Figures.bytes(999)).isEqualTo("999 bytes");
        assertThat(Figures.bytes(999_600)).isEqualTo("1.0 MB");
        assertThat(Figures.bytes(5_180_000)).isEqualTo("5.2 MB");
        assertThat(Figures.bytes(Long.MAX_VALUE)).isEqualTo("9.2 EB");
        assertThat(Figures.millis(0.314)).isEqualTo("0.31 ms");
        assertThat(Figures.millis(1840)).isEqualTo("1.84 s");
        assertThat(Figures.seconds(59.96)).isEqualTo("1 min 00 s");
        assertThat(Figures.seconds(185)).isEqualTo("3 min 05 s");
        assertThat(Figures.seconds(3599.7)).isEqualTo("1 h 00 min");
        assertThat(Figures.seconds(7500)).isEqualTo("2 h 05 min");
        assertThat(Figures.seconds(273_600)).isEqualTo("3 d 04 h");
        assertThat(Figures.count(1, "step")).isEqualTo("1 step");
        assertThat(Figures.count(1410, "step")).isEqualTo("1,410 steps");
    }
}
