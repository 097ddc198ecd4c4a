package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.training.Incident;
import dev.perdure.training.TrainingEvent;
import dev.perdure.training.TrainingEvent.EpochEnded;
import dev.perdure.training.TrainingEvent.Failed;
import dev.perdure.training.TrainingEvent.Finished;
import dev.perdure.training.TrainingEvent.Restored;
import dev.perdure.training.TrainingEvent.SaveFailed;
import dev.perdure.training.TrainingEvent.Saved;
import dev.perdure.training.TrainingEvent.Started;
import dev.perdure.training.TrainingEvent.StepApplied;
import dev.perdure.training.TrainingEvent.Warned;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalProgressTest {
    private static final long STEP_NANOS = 20_000_000L;
    private static final String SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    private static final Incident KILLED = new Incident(
            "2026-11-21T09:43:56Z",
            "trainer-killed",
            "process 48213 ended with signal 9 (SIGKILL)",
            "started again from the newest intact checkpoint",
            "1 of 20 restarts is used",
            212,
            Double.NaN);

    private long now = 5_000_000_000_000L;
    private final Screen screen = new Screen();
    private TerminalProgress progress = new TerminalProgress(screen.out, new Terminal(100, true, false), () -> now);

    @Test
    void drawsOneLineInPlaceWhileStepsAreApplied() {
        say(started(1000, 100));
        steps(1, 250);
        assertThat(screen.lines()).hasSize(4);
        assertThat(screen.live())
                .startsWith("█")
                .contains("25 %", "epoch 3/10", "step 250/1,000", "loss 0.5000", "3,200 samples/s", "0:15 left");
    }

    @Test
    void redrawsTenTimesASecondAtMost() {
        say(started(100_000, 100));
        int before = screen.redraws();
        for (int step = 1; step <= 10_000; step++) {
            now += 1_000_000;
            say(step(step));
            progress.tick();
        }
        assertThat(screen.redraws() - before).isBetween(90, 100);
    }

    @Test
    void tellsAKillAndTheRecoveryInLinesThatStay() {
        say(started(1000, 100));
        steps(1, 100);
        say(new Saved(50, 1000, 0, 1, 20));
        say(new Saved(100, 1000, 0, 1, 20));
        say(new EpochEnded(1, 100, 0.4123, 0.87, 0.3901, 0.885, 2.0, Double.NaN));
        steps(101, 123);
        progress.incident(KILLED);
        now += 1_200_000_000L;
        progress.tick();
        assertThat(screen.live()).contains("12 %", "recovering 1 s").doesNotContain("samples/s", "left");
        say(started(1000, 100));
        say(new Restored(100, 41, List.of()));
        steps(101, 102);
        progress.incident(recovered());
        progress.incident(recovered());
        steps(103, 200);
        say(new EpochEnded(2, 200, 0.3, 0.9, 0.29, 0.91, 2.1, Double.NaN));
        assertThat(screen.text()).isEqualTo("""
                        Training with libtorch 2.10.0 (CPU)
                          9,024 samples to train on, 976 held out · 431,080 parameters · 10 epochs of 100 steps
                          data sha256:4e0740
                        epoch  1/10  loss 0.4123  87.00 %  held-out 0.3901  88.50 %  3,200 samples/s  2.00 s  2 checkpoints
                        ✗ trainer killed: process 48213 ended with signal 9 (SIGKILL) (noticed within 212 ms)
                          → started again from the newest intact checkpoint, because 1 of 20 restarts is used
                        → goes on after step 100, whose checkpoint was read back in 41 ms
                        ✓ trainer killed: recovered in 1.84 s
                        epoch  2/10  loss 0.3000  90.00 %  held-out 0.2900  91.00 %  3,200 samples/s  2.10 s
                        """ + screen.live());
    }

    @Test
    void isNotFooledByStartingInTheMiddle() {
        say(started(10_000, 1000));
        now += 2_000_000_000L;
        say(new Restored(9000, 41, List.of()));
        now += STEP_NANOS;
        say(step(9001));
        assertThat(screen.live()).doesNotContain("samples/s", "left");
        steps(9002, 9050);
        assertThat(screen.live()).contains("3,200 samples/s", "0:19 left");
        steps(9051, 9500);
        assertThat(screen.live()).contains("95 %", "epoch 10/10", "3,200 samples/s", "0:10 left");
    }

    @Test
    void isNotFooledByTheTimeThatARestartTook() {
        say(started(1000, 100));
        steps(1, 200);
        progress.incident(KILLED);
        now += 2_000_000_000L;
        say(started(1000, 100));
        say(new Restored(150, 41, List.of()));
        steps(151, 200);
        assertThat(screen.live()).contains("3,200 samples/s", "0:16 left");
    }

    @Test
    void saysWhenNoStepComes() {
        say(started(1000, 100));
        steps(1, 50);
        now += 12_000_000_000L;
        progress.tick();
        assertThat(screen.live()).contains("no step for 12 s").doesNotContain("left");
    }

    @Test
    void fitsEveryWidth() {
        for (int width = 1; width <= 200; width++) {
            var narrow = new Screen();
            var told = new TerminalProgress(narrow.out, new Terminal(width, true, false), () -> now);
            told.said(started(123_456_789, 100_000));
            for (int step = 50_000_001; step < 50_000_101; step++) {
                now += STEP_NANOS;
                told.said(step(step));
            }
            assertThat(narrow.live().length()).as("width %d", width).isLessThan(Math.max(20, width));
            assertThat(narrow.live()).as("width %d", width).contains("40 %");
        }
    }

    @Test
    void leavesTheLeastImportantOutFirst() {
        progress = new TerminalProgress(screen.out, new Terminal(40, true, false), () -> now);
        say(started(1000, 100));
        steps(1, 250);
        assertThat(screen.live()).contains("█░", "25 %", "0:15 left").doesNotContain("step", "samples");
    }

    @Test
    void countsBeyondAThousandMillionSteps() {
        say(started(4_000_000_000_000L, 1_000_000));
        say(new Restored(1_000_000_000_000L, 1, List.of()));
        for (long step = 1_000_000_000_001L; step <= 1_000_000_000_100L; step++) {
            now += STEP_NANOS;
            say(step(step));
        }
        assertThat(screen.live())
                .contains("25 %", "epoch 1,000,001/4,000,000", "d ")
                .endsWith("left");
    }

    @Test
    void printsPlainLinesWhereNothingCanBeRewritten() {
        progress = new TerminalProgress(screen.out, new Terminal(100, false, false), () -> now);
        say(started(2000, 100));
        steps(1, 1200);
        progress.incident(KILLED);
        assertThat(screen.raw()).doesNotContain("\r", "\u001b");
        assertThat(screen.lines())
                .filteredOn(line -> line.contains("step "))
                .containsExactly(
                        "25 %  epoch 5/20  step 500/2,000  loss 0.5000  3,200 samples/s  0:30 left",
                        "50 %  epoch 10/20  step 1,000/2,000  loss 0.5000  3,200 samples/s  0:20 left");
        assertThat(screen.text())
                .contains("✗ trainer killed: process 48213 ended with signal 9 (SIGKILL) (noticed within 212 ms)\n");
    }

    @Test
    void breaksLongLinesBetweenWordsOnATerminalOnly() {
        String warning = "word ".repeat(50).strip();
        say(new Warned(warning));
        assertThat(screen.lines()).hasSize(4).allMatch(line -> line.length() < 100);
        var file = new Screen();
        new TerminalProgress(file.out, new Terminal(100, false, false), () -> now).said(new Warned(warning));
        assertThat(file.lines()).containsExactly("! " + warning, "");
    }

    @Test
    void coloursOnlyWhereColourIsWanted() {
        say(new Warned("few samples"));
        assertThat(screen.raw().replace("\r\u001b[K", "")).doesNotContain("\u001b");
        var coloured = new Screen();
        new TerminalProgress(coloured.out, new Terminal(100, true, true), () -> now).said(new Warned("few samples"));
        assertThat(coloured.raw()).contains("\u001b[33m! few samples\u001b[0m");
    }

    @Test
    void usesPlainLettersWhereTheTerminalHasNoOthers() {
        var ascii = new Screen(US_ASCII);
        progress = new TerminalProgress(ascii.out, new Terminal(100, true, false), () -> now);
        say(started(1000, 100));
        steps(1, 250);
        progress.incident(KILLED);
        say(new EpochEnded(3, 250, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 1, Double.NaN));
        assertThat(ascii.text()).contains("##...", "x trainer killed", "loss -").doesNotContain("?");
    }

    @Test
    void letsNothingFromOutsideSteerTheTerminal() {
        String hostile = "\u001b[2J\u001b]0;owned\u0007\r\nline\u009b31m\u202etxt";
        say(new Started(hostile, hostile, 1, 1, 1, 10, 1, Double.NaN));
        say(new Warned(hostile));
        say(new SaveFailed(1, hostile, false));
        say(new Restored(1, 1, List.of(hostile)));
        progress.incident(new Incident(hostile, hostile, hostile, hostile, hostile, 1, 1));
        say(new Failed(1, hostile, hostile, 3L));
        assertThat(screen.raw().replace("\r\u001b[K", "")).doesNotContain("\u001b", "\r", "\u0007", "\u009b", "\u202e");
    }

    @Test
    void saysAWarningOnce() {
        say(new Warned("few samples"));
        say(started(10, 10));
        say(new Warned("few samples"));
        assertThat(screen.lines())
                .filteredOn(line -> line.contains("few samples"))
                .hasSize(1);
    }

    @Test
    void saysAFailedSaveOnceAndWhatWasDone() {
        say(new SaveFailed(300, "No space left on device", true));
        progress.incident(
                new Incident("t", "save-failed", "No space left on device", "goes on", "2 of 3 are left", 0, 5));
        assertThat(screen.lines()).filteredOn(line -> line.contains("No space")).hasSize(1);
        assertThat(screen.text()).contains("checkpoint of step 300", "→ goes on, because 2 of 3 are left");
    }

    @Test
    void endsWithTheResultAndWithoutALiveLine() {
        say(started(1000, 100));
        steps(1, 1000);
        say(new Finished(1000, 10, 0.03, 0.0621, 0.9815, Double.NaN, Double.NaN, SHA, 64_000, 0, 0, null));
        progress.tick();
        progress.close();
        assertThat(screen.live()).isEmpty();
        assertThat(screen.text())
                .contains("✓ finished: 1,000 steps in 20.0 s · held-out loss 0.0621, accuracy 98.15 %")
                .contains("weights " + SHA)
                .doesNotContain("test accuracy", "100 %  epoch");
    }

    @Test
    void takesTheLiveLineAwayWhenTheRunIsGivenUp() {
        say(started(1000, 100));
        steps(1, 10);
        progress.close();
        progress.tick();
        assertThat(screen.live()).isEmpty();
    }

    private Incident recovered() {
        return new Incident(KILLED.at(), KILLED.kind(), KILLED.evidence(), KILLED.action(), KILLED.reason(), 212, 1840);
    }

    private void steps(int from, int to) {
        for (int step = from; step <= to; step++) {
            now += STEP_NANOS;
            say(step(step));
        }
        progress.tick();
    }

    private void say(TrainingEvent event) {
        progress.said(event);
    }

    private static Started started(long steps, long perEpoch) {
        return new Started("libtorch 2.10.0 (CPU)", "sha256:4e0740", 9024, 976, 431_080, steps, perEpoch, Double.NaN);
    }

    private static StepApplied step(long step) {
        return new StepApplied(step, step / 100 + 1, 0.5, 0.8, 0.05, 1, 64, 16);
    }
}
