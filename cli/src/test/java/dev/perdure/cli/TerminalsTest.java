package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalsTest {

    @Test
    void believesColumnsBeforeItAsks() {
        assertThat(Terminals.detect(true, Map.of("COLUMNS", "132"), () -> {
                    throw new AssertionError("asked");
                }))
                .isEqualTo(new Terminal(132, true, true));
    }

    @Test
    void asksTheTerminalAndFallsBackToEightyColumns() {
        assertThat(Terminals.detect(true, Map.of(), () -> "50 117\n").width()).isEqualTo(117);
        for (String answer : new String[] {"", "0 0", "what", "50", "50 x", "50 -3"}) {
            assertThat(Terminals.detect(true, Map.of("COLUMNS", "many"), () -> answer)
                            .width())
                    .as("answer '%s'", answer)
                    .isEqualTo(80);
        }
    }

    @Test
    void coloursNothingWhenNoColourIsSet() {
        assertThat(Terminals.detect(true, Map.of("NO_COLOR", "1", "COLUMNS", "80"), () -> "")
                        .colour())
                .isFalse();
        assertThat(Terminals.detect(true, Map.of("NO_COLOR", "", "COLUMNS", "80"), () -> "")
                        .colour())
                .isTrue();
    }

    @Test
    void rewritesNothingInAFileOrOnADumbTerminal() {
        assertThat(Terminals.detect(false, Map.of("COLUMNS", "132"), () -> "50 117"))
                .isEqualTo(new Terminal(80, false, false));
        assertThat(Terminals.detect(true, Map.of("TERM", "dumb"), () -> "50 117")
                        .interactive())
                .isFalse();
    }
}
