package dev.perdure.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.data.Dataset;
import dev.perdure.engine.TrainableModel;
import dev.perdure.supervision.WorkerId;
import dev.perdure.torch.TorchEngine;
import dev.perdure.training.ExitCode;
import dev.perdure.training.Probe;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.TrainingEvent;
import dev.perdure.training.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExamplesTest {
    @TempDir
    Path folder;

    static List<Path> configurations() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(""))) {
            return files.filter(file -> file.toString().endsWith(".yaml")
                            && !file.toString().endsWith("faults.yaml"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void areTheseConfigurations() throws IOException {
        assertThat(configurations().stream().map(Path::toString))
                .containsExactly("digits.yaml", "program.yaml", "regression.yaml", "sensors.yaml");
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void readsItsDataWholeAndMakesItsModel(Path file) throws IOException {
        RunConfig config = RunConfig.read(file, List.of());
        Dataset data = Dataset.open(config.data(), config.seed());
        assertThat(data.report().warnings()).isEmpty();
        try (TrainableModel model = new TorchEngine().open(config.planFor(data))) {
            assertThat(model.parameters()).isPositive();
        }
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void readsTheSameFromItsResolvedForm(Path file) {
        RunConfig config = RunConfig.read(file, List.of());
        RunConfig again = RunConfig.parse("config.yaml", config.toYaml(), folder);
        assertThat(again.data()).isEqualTo(config.data());
        assertThat(again.model()).isEqualTo(config.model());
        assertThat(again.differencesThatMatter(config)).isEmpty();
    }

    @Test
    void trainsTheProgramWrittenInJava() throws Exception {
        List<TrainingEvent> events = train("program.yaml", "training.epochs=1", "training.batch=256");
        List<Double> losses = losses(events);
        assertThat(losses.getFirst()).isGreaterThan(2);
        assertThat(losses.getLast()).isLessThan(losses.getFirst() * 0.6);
        assertThat(finished(events).heldOutAccuracy()).isGreaterThan(0.7);
    }

    @Test
    void learnsClassesFromTheTable() throws Exception {
        assertThat(finished(train("sensors.yaml")).testAccuracy()).isGreaterThan(0.8);
    }

    @Test
    void learnsANumberFromTheTable() throws Exception {
        TrainingEvent.Finished finished = finished(train("regression.yaml"));
        assertThat(finished.testLoss()).as("mean squared error, in weeks²").isLessThan(1);
    }

    private List<TrainingEvent> train(String file, String... overrides) throws Exception {
        RunConfig config = RunConfig.read(Path.of(file), List.of(overrides));
        var run = new RunFolder(folder.resolve("run"));
        run.create(config);
        List<TrainingEvent> events = Collections.synchronizedList(new ArrayList<>());
        ExitCode ended = Worker.run(
                new WorkerId("alone"),
                run,
                new TorchEngine(),
                (_, _, _, _, _) -> {
                    throw new AssertionError("one that is alone meets nobody");
                },
                side -> new LoneLink(side, config.microbatches(), events::add),
                Probe.NONE,
                () -> 0L,
                false);
        assertThat(ended).as("%s", events).isEqualTo(ExitCode.OK);
        return events;
    }

    private static List<Double> losses(List<TrainingEvent> events) {
        return events.stream()
                .filter(TrainingEvent.StepApplied.class::isInstance)
                .map(event -> ((TrainingEvent.StepApplied) event).loss())
                .toList();
    }

    private static TrainingEvent.Finished finished(List<TrainingEvent> events) {
        return (TrainingEvent.Finished) events.getLast();
    }
}
