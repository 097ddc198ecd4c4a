package dev.perdure.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.Shape;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The digits of the worked example. */
class DigitsTest {
    /** Tests run in the folder of their module. */
    private static final Path FOLDER = Path.of("../examples/digits");

    private static Dataset digits() throws IOException {
        return Fixtures.open(FOLDER, "format: idx", "images: images.idx3-ubyte.gz", "labels: labels.idx1-ubyte.gz");
    }

    @Test
    void haveTheSameDigestOnEveryMachine() throws IOException {
        assertThat(digits().digest()).isEqualTo("36ada3e1fe833794892701bef324ef28f51217394b450d42a0199d7e941bf7a3");
    }

    @Test
    void areTenThousandOfTenClasses() throws IOException {
        Dataset digits = digits();
        assertThat(digits.sampleShape()).isEqualTo(Shape.of(1, 28, 28));
        assertThat(digits.classNames()).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        assertThat(digits.ids(Part.TRAIN)).hasSize(8000);
        assertThat(digits.ids(Part.VALIDATION)).hasSize(1000);
        assertThat(digits.ids(Part.TEST)).hasSize(1000);
        assertThat(digits.report().warnings()).isEmpty();
    }

    @Test
    void areCentredAndScaledByTheTrainingPart() throws IOException {
        Dataset digits = digits();
        double sum = 0;
        double squares = 0;
        float[] values = Fixtures.inputs(Fixtures.batch(digits, digits.ids(Part.TRAIN)));
        for (float value : values) {
            sum += value;
            squares += (double) value * value;
        }
        assertThat(sum / values.length).isBetween(-1e-6, 1e-6);
        assertThat(squares / values.length).isBetween(1 - 1e-6, 1 + 1e-6);
    }
}
