package dev.perdure.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.checkpoint.CheckpointSettings;
import dev.perdure.core.BadSettingException;
import dev.perdure.core.Digests;
import dev.perdure.core.ResolvedSettings;
import dev.perdure.core.Settings;
import dev.perdure.data.DataSettings;
import dev.perdure.data.Dataset;
import dev.perdure.engine.LearningRate;
import dev.perdure.engine.LearningRateSettings;
import dev.perdure.engine.ModelSettings;
import dev.perdure.engine.OptimizerSettings;
import dev.perdure.engine.OptimizerSpec;
import dev.perdure.engine.TrainingPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The configuration of a run, read from YAML.
 *
 * @param base the folder that relative paths start from
 * @param supervision who trains, and what is done when one fails; does not reach the weights
 * @param folds into how many folds the data are cut for cross-validation; such a run consists of that many others
 * @param checks how wrong numbers are looked for
 * @param vigilance when workers are given up; does not reach the weights
 * @param resolved every setting with its value, defaults included: what {@code config.yaml} in a run's folder holds
 */
public record RunConfig(
        String name,
        long seed,
        Path base,
        DataSettings data,
        ModelSettings model,
        int epochs,
        int batch,
        int microbatches,
        int threads,
        OptimizerSpec optimizer,
        LearningRate learningRate,
        CheckpointSettings checkpoint,
        SupervisionSettings supervision,
        Optional<EarlyStopping> earlyStopping,
        OptionalInt folds,
        NumberChecks checks,
        Vigilance vigilance,
        Map<String, Object> resolved) {

    /** Sections and keys that may change when a run is resumed: they do not reach the weights. */
    private static final List<String> CHANGEABLE = List.of("name", "base", "checkpoint", "supervision");

    /**
     * Reads a configuration file with overrides from the command line.
     *
     * @param overrides {@code key=value} with dotted keys
     * @throws BadSettingException with every problem found, if there is any
     */
    public static RunConfig read(Path file, List<String> overrides) {
        String yaml;
        try {
            yaml = Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new BadSettingException(
                    "%s: no such file (expected: a configuration such as examples/digits.yaml)".formatted(file));
        } catch (IOException e) {
            throw new BadSettingException(
                    "%s: cannot be read: %s. Is it a text file you may read?".formatted(file, e.getMessage()));
        }
        Path folder = file.toAbsolutePath().normalize().getParent();
        return parse(
                file.toString(),
                Settings.override(file.toString(), yaml, overrides),
                folder == null ? Path.of("") : folder);
    }

    /**
     * Reads a configuration from text.
     *
     * @param name what to call the text in messages
     * @param folder what relative paths start from, unless the text says otherwise with {@code base}
     */
    public static RunConfig parse(String name, String yaml, Path folder) {
        Settings root = Settings.parse(name, yaml);
        Path base = folder.resolve(root.text("base", folder.toString()));
        String runName = root.text("name", "run");
        long seed = root.whole("seed", 42, 0, Long.MAX_VALUE);
        DataSettings data = DataSettings.read(root.section("data"), base);
        ModelSettings model = ModelSettings.read(root.section("model"), base);
        Settings training = root.section("training");
        int epochs = training.integer("epochs", 5, 1, 1_000_000);
        int batch = training.integer("batch", 64, 1, 1 << 20);
        int microbatches = training.integer("microbatches", 4, 1, 1 << 16);
        int threads = training.integer("threads", 1, 1, 1024);
        OptimizerSpec optimizer = OptimizerSettings.read(training);
        LearningRate learningRate = LearningRateSettings.read(training);
        DataSettings.Split split = data.preparation().split();
        int folds = training.integer("folds", 0, 2, DataSettings.Fold.FOLDS_MAX);
        if (folds > 0 && split.fold().isPresent()) {
            training.reject("folds", "%d, but data.split.fold is given. Keep one of the two.".formatted(folds));
        }
        boolean heldOut = folds > 0 || split.fold().isPresent() || split.validation() > 0;
        Optional<EarlyStopping> earlyStopping =
                EarlyStopping.read(training, heldOut, model.loss().classifies());
        if (microbatches > batch) {
            training.reject("microbatches", "%d (expected: <= batch, which is %d)".formatted(microbatches, batch));
        }
        CheckpointSettings checkpoint = CheckpointSettings.read(root.section("checkpoint"));
        Settings supervising = root.section("supervision");
        SupervisionSettings supervision = SupervisionSettings.read(supervising, microbatches);
        NumberChecks checks = NumberChecks.read(training, supervising);
        Vigilance vigilance = Vigilance.read(supervising);
        root.finish();
        return new RunConfig(
                runName,
                seed,
                base,
                data,
                model,
                epochs,
                batch,
                microbatches,
                threads,
                optimizer,
                learningRate,
                checkpoint,
                supervision,
                earlyStopping,
                folds == 0 ? OptionalInt.empty() : OptionalInt.of(folds),
                checks,
                vigilance,
                root.resolved());
    }

    /** Returns how many processes train together. */
    public int workers() {
        return supervision.workers();
    }

    /** Returns how many more keep their state fresh. */
    public int spares() {
        return supervision.spares();
    }

    /** Returns what an engine needs to know to train, or to predict, with these data. */
    public TrainingPlan planFor(Dataset data) {
        return new TrainingPlan(
                model.model(), data.sampleShape(), data.outputs(), model.loss(), optimizer, seed, threads);
    }

    /** Returns the resolved configuration as YAML that reads the same from anywhere. */
    public String toYaml() {
        return ResolvedSettings.toYaml(resolved);
    }

    /** Returns the differences to another configuration that would change the weights, as messages. */
    public List<String> differencesThatMatter(RunConfig other) {
        return ResolvedSettings.differences(whatMatters(resolved), whatMatters(other.resolved));
    }

    /** Returns a digest of everything that the weights depend on, the content of the data aside. */
    public String digest() {
        return Digests.sha256(ResolvedSettings.toYaml(whatMatters(resolved)).getBytes(UTF_8));
    }

    private static Map<String, Object> whatMatters(Map<String, Object> resolved) {
        var matters = new TreeMap<>(resolved);
        CHANGEABLE.forEach(matters::remove);
        if (matters.get("training") instanceof Map<?, ?> training) {
            var kept = new TreeMap<Object, Object>(training);
            kept.remove(NumberChecks.ON_DIVERGENCE);
            matters.put("training", kept);
        }
        return matters;
    }
}
