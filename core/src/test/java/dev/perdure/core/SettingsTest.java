package dev.perdure.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SettingsTest {

    @Test
    void reportsEverythingThatIsWrongTogetherWithFileAndLine() {
        Settings root = Settings.parse("run.yaml", """
                seed: -1
                trainign: {}
                training:
                  epochs: many
                  batchsize: 64
                  rate: NaN
                """);
        root.whole("seed", 42, 0, Long.MAX_VALUE);
        Settings training = root.section("training");
        training.integer("epochs", 5, 1, 100);
        training.integer("batch", 64, 1, 1024);
        training.real("rate", 0.1, 0, 1);
        training.text("device");

        assertThatThrownBy(root::finish)
                .isInstanceOf(BadSettingException.class)
                .extracting(e -> ((BadSettingException) e).problems())
                .isEqualTo(List.of(
                        "run.yaml:1: seed: -1 (expected: a whole number >= 0)",
                        "run.yaml:4: training.epochs: many (expected: a whole number >= 1 and <= 100)",
                        "run.yaml:6: training.rate: NaN (expected: a number >= 0 and <= 1)",
                        "run.yaml:4: training.device: is missing (expected: a text). Add 'device: …'.",
                        "run.yaml:2: trainign: is not a setting. Did you mean 'training'?",
                        "run.yaml:5: training.batchsize: is not a setting. Known here: epochs, batch, rate, device."));
    }

    @Test
    void refusesWhatIsNotYamlWithItsLine() {
        assertThatThrownBy(() -> Settings.parse("run.yaml", "a: 1\nb: [1, 2\nc: 3\n"))
                .isInstanceOf(BadSettingException.class)
                .hasMessageStartingWith("run.yaml:3: not YAML: ");
    }

    @Test
    void refusesAKeyGivenTwice() {
        assertThatThrownBy(() -> {
                    Settings root = Settings.parse("run.yaml", "seed: 1\nseed: 2\n");
                    root.whole("seed", 0, 0, 9);
                    root.finish();
                })
                .isInstanceOf(BadSettingException.class)
                .hasMessageContaining("seed");
    }

    @Test
    void readsNamesWithAndWithoutSettings() {
        Settings root = Settings.parse("run.yaml", """
                layers:
                  - relu
                  - conv: {out: 32}
                optimizer: {adam: {beta1: 0.8}}
                """);
        var layers = root.namedList("layers");
        var optimizer = root.named("optimizer").orElseThrow();

        assertThat(layers).extracting(Settings.Named::name).containsExactly("relu", "conv");
        assertThat(layers.get(1).settings().integer("out", 0, 1, 100)).isEqualTo(32);
        assertThat(optimizer.settings().real("beta1", 0.9, 0, 1)).isEqualTo(0.8);
        root.finish();
    }

    @Test
    void resolvedSettingsReadBackTheSame() {
        String yaml = "name: '007'\nlayers: [relu, {conv: {out: 32}}]\nsizes: [1, 2]\n";
        Settings first = Settings.parse("a", yaml);
        readAll(first);
        String resolved = ResolvedSettings.toYaml(first.resolved());
        Settings second = Settings.parse("b", resolved);
        readAll(second);

        assertThat(second.resolved()).isEqualTo(first.resolved());
        assertThat(resolved).contains("epochs: 5").contains("007").contains("kernel: 3");
        assertThat(ResolvedSettings.differences(first.resolved(), second.resolved()))
                .isEmpty();
    }

    @Test
    void resolvedSettingsAreReadableWhereTheSameListStandsTwice() {
        List<String> list = List.of("a", "b");

        assertThat(ResolvedSettings.toYaml(
                        new java.util.LinkedHashMap<>(java.util.Map.of("first", list, "second", list))))
                .doesNotContain("&", "*");
    }

    private static void readAll(Settings root) {
        root.text("name", "run");
        root.section("training").integer("epochs", 5, 1, 100);
        root.wholes("sizes", List.of(), 0, 9);
        for (var layer : root.namedList("layers")) {
            if (layer.name().equals("conv")) {
                layer.settings().integer("out", 1, 1, 100);
                layer.settings().integer("kernel", 3, 1, 9);
            }
        }
        root.finish();
    }

    @Test
    void overridesReachNestedSettingsAndKeepTheRest() {
        String yaml = Settings.override(
                "run.yaml", "training: {epochs: 5, batch: 64}\n", List.of("training.epochs=2", "model.loss=mse"));
        Settings root = Settings.parse("run.yaml", yaml);

        assertThat(root.section("training").integer("epochs", 0, 0, 9)).isEqualTo(2);
        assertThat(root.section("training").integer("batch", 0, 0, 99)).isEqualTo(64);
        assertThat(root.section("model").text("loss", "")).isEqualTo("mse");
    }

    @Test
    void refusesOverridesThatAreNotKeyAndValue() {
        assertThatThrownBy(() -> Settings.override("run.yaml", "", List.of("epochs")))
                .isInstanceOf(BadSettingException.class)
                .hasMessage("--set epochs (expected: key=value, such as training.epochs=3)");
        assertThatThrownBy(() -> Settings.override("run.yaml", "seed: 1\n", List.of("seed.x=1")))
                .isInstanceOf(BadSettingException.class)
                .hasMessageContaining("'seed' is not a section");
    }
}
