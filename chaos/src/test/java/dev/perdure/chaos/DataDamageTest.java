package dev.perdure.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.BadSettingException;
import dev.perdure.data.Dataset;
import dev.perdure.training.RunConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDamageTest {
    private static final String TABLE = """
            data:
              format: csv
              file: table.csv
              columns: {a: numeric, b: numeric}
              target: c
              bad-records-max: 0.5
            model:
              layers: [dense: {name: out, out: 2}]
              loss: cross-entropy
            training: {batch: 4}
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws Exception {
        var rows = new StringBuilder("a,b,c\n");
        for (int i = 0; i < 40; i++) {
            rows.append("%d,%d,%s%n".formatted(i, 3 * i % 17, i % 2 == 0 ? "even" : "odd"));
        }
        Files.writeString(folder.resolve("table.csv"), rows.toString());
    }

    @Test
    void aRecordOfACopyIsDamagedAndFoundBadAndTheOriginalIsAsItWas() throws Exception {
        for (String kind : List.of("corrupt-record", "nan-record")) {
            RunConfig whole = RunConfig.parse("table.yaml", TABLE, folder);
            byte[] before = Files.readAllBytes(folder.resolve("table.csv"));
            List<String> overrides = DataDamage.apply(whole.data(), agenda(kind), folder.resolve(kind));
            assertThat(Files.readAllBytes(folder.resolve("table.csv"))).isEqualTo(before);
            Path yaml = folder.resolve("table.yaml");
            Files.writeString(yaml, TABLE);
            RunConfig damaged = RunConfig.read(yaml, overrides);
            assertThat(Dataset.open(damaged.data(), 1).report().badRecords())
                    .as(kind)
                    .isEqualTo(1);
            assertThat(Dataset.open(whole.data(), 1).report().badRecords()).isZero();
        }
    }

    @Test
    void whereThereIsNothingToDamageNothingIsCopied() throws Exception {
        RunConfig whole = RunConfig.parse("table.yaml", TABLE, folder);
        Path copy = folder.resolve("none");
        assertThat(DataDamage.apply(whole.data(), agenda("kill"), copy)).isEmpty();
        assertThat(copy).doesNotExist();
    }

    @Test
    void pixelsCannotBecomeNan() {
        String idx = """
                data: {format: idx, images: i, labels: l}
                model: {layers: [dense: {name: out, out: 2}], loss: cross-entropy}
                """;
        RunConfig config = RunConfig.parse("idx.yaml", idx, folder);
        assertThatThrownBy(() -> DataDamage.apply(config.data(), agenda("nan-record"), folder.resolve("idx")))
                .isInstanceOf(BadSettingException.class)
                .hasMessageContaining("Use corrupt-record, or nan-in-batch");
    }

    private static Agenda agenda(String kind) {
        String settings = kind.endsWith("-record") ? "{}" : "{step: 1}";
        return Agenda.of(FaultPlan.parse("plan.yaml", "faults: [%s: %s]".formatted(kind, settings)), 1, 2);
    }
}
