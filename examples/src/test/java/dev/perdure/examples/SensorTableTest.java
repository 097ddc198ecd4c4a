package dev.perdure.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SensorTableTest {
    @Test
    void theFileIsWhatTheFormulaGives() {
        assertThat(Path.of("sensors", "sensors.csv")).hasContent(SensorTable.csv());
    }
}
