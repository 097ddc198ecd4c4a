package dev.perdure.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsAloneTest {
    private static final int KILLED = 137;

    @TempDir
    Path folder;

    /** A process that dies within a step, saves on their way and all: no finally, no shutdown hook. */
    static final class DiesHalfWay {
        private DiesHalfWay() {}

        public static void main(String[] arguments) throws IOException {
            long last = Long.parseLong(arguments[1]);
            try (var model = new LogisticRegression() {
                @Override
                void computeGradient(long step) {
                    if (step == last) {
                        Runtime.getRuntime().halt(KILLED);
                    }
                    super.computeGradient(step);
                }
            }) {
                CheckpointsAlone.train(model, Path.of(arguments[0]));
            }
        }
    }

    @Test
    void endsWithTheSameBitsAfterCrashes() throws Exception {
        try (var undisturbed = new LogisticRegression();
                var crashed = new LogisticRegression()) {
            double before = undisturbed.loss();
            CheckpointsAlone.train(undisturbed, folder.resolve("undisturbed"));
            assertThat(undisturbed.loss()).isLessThan(before / 2);

            for (long step : List.of(50L, 733L, 1_450L)) {
                assertThat(dieAt(step))
                        .as("exit code of the one that dies at step %d", step)
                        .isEqualTo(KILLED);
            }
            CheckpointsAlone.train(crashed, folder.resolve("crashed"));
            assertThat(bits(crashed)).isEqualTo(bits(undisturbed));
        }
    }

    @Test
    void goesOnFromTheNewestCheckpointInsteadOfBeginningAgain() throws Exception {
        dieAt(733);
        var steps = new ArrayList<Long>();
        try (var model = new LogisticRegression() {
            @Override
            void computeGradient(long step) {
                steps.add(step);
                super.computeGradient(step);
            }
        }) {
            CheckpointsAlone.train(model, folder.resolve("crashed"));
        }
        assertThat(steps.getFirst()).as("the last or the last but one").isIn(600L, 700L);
        assertThat(steps.getLast()).isEqualTo(1_999);
    }

    private int dieAt(long step) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        DiesHalfWay.class.getName(),
                        folder.resolve("crashed").toString(),
                        Long.toString(step))
                .redirectErrorStream(true)
                .redirectOutput(Files.createTempFile(folder, "output", ".txt").toFile())
                .start()
                .waitFor();
    }

    private static List<String> bits(LogisticRegression model) {
        return model.state().tensors().values().stream()
                .map(tensor -> HexFormat.of().formatHex(tensor.data().toArray(ValueLayout.JAVA_BYTE)))
                .toList();
    }
}
