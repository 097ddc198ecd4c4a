package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.core.BadSettingException;
import dev.perdure.gateway.AnswerTier;
import dev.perdure.gateway.Safeguards;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.model.Trust;
import dev.perdure.recall.MemoryRecall;
import dev.perdure.recall.Recall;
import dev.perdure.recall.SqliteRecall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What stands around models, as a person asks for it. */
class SafeguardOptionsTest {
    @TempDir
    Path models;

    @BeforeEach
    void write() throws Exception {
        new LinearModel("linear", "1", 0.5f).write(models, Optional.empty());
    }

    private Safeguards read(String... arguments) throws IOException {
        List<ServedVersion> versions = ModelFolder.read(models, Trust.anybody());
        return CommandLine.populateCommand(new SafeguardOptions(), arguments)
                .safeguards(models, versions, InstantSource.system(), _ -> {});
    }

    @Test
    void unlessSaidOtherwiseEverythingIsOnAndAnswersAreKeptBesideTheModels() throws IOException {
        Safeguards usual = read();
        try (Recall recall = usual.recall()) {
            assertThat(recall).isInstanceOf(SqliteRecall.class);
        }
        assertThat(models.resolve(".perdure/known-good.db")).isRegularFile();
        assertThat(usual.guard()).isPresent();
        assertThat(usual.drift()).isPresent();
        assertThat(usual.fallbacks()).isEqualTo(Safeguards.USUAL_FALLBACKS);
    }

    @Test
    void eachCanBeSwitchedOffAndTheOrderChanged() throws IOException {
        Safeguards off = read("--guard", "off", "--drift", "off", "--known-good", "off", "--fallback", "none");
        assertThat(off).isEqualTo(new Safeguards(Optional.empty(), Optional.empty(), List.of(), Recall.NOTHING));
        assertThat(read("--known-good-max-age", "off").recall()).isSameAs(Recall.NOTHING);
        assertThat(read("--fallback", "previous, rule").recall())
                .as("nobody would be answered from there")
                .isSameAs(Recall.NOTHING);
        Safeguards other = read("--fallback", "rule,known-good", "--known-good", "memory");
        assertThat(other.fallbacks()).containsExactly(AnswerTier.RULE, AnswerTier.KNOWN_GOOD);
        assertThat(other.recall()).isInstanceOf(MemoryRecall.class);
        assertThat(models.resolve(".perdure")).doesNotExist();
    }

    @Test
    void aFilesPolicyIsTheModels() throws IOException {
        Path file = Files.writeString(models.resolve("guard.yaml"), "models: {linear: {outside: reject}}");
        Safeguards with = read("--guard", file.toString(), "--known-good", "off");
        assertThat(with.guard().orElseThrow().of("linear").actions().toString()).contains("OUTSIDE=REJECT");
        assertThat(with.guard().orElseThrow().of("another").actions().toString())
                .contains("OUTSIDE=CLIP");
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() throws IOException {
        Path file = Files.writeString(models.resolve("guard.yaml"), "margn: 1\nmodels: {liner: {}}");
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> read(
                        "--guard=" + file,
                        "--drift=maybe",
                        "--fallback=previus,rule,rule",
                        "--known-good-max-age=soon"))
                .satisfies(e -> assertThat(String.join("\n", e.problems()))
                        .contains("margn: is not a setting. Did you mean 'margin'?")
                        .contains("liner: is no model that is served (expected: one of linear). Did you mean 'linear'?")
                        .contains("--drift: maybe (expected: on or off)")
                        .contains(
                                "--fallback: 'previus' (expected: some of previous,known-good,rule",
                                "Did you mean 'previous'?")
                        .contains("--fallback: 'rule'")
                        .contains("--known-good-max-age: soon (expected: a whole number and s, m, h or d"));
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> read("--guard=nowhere.yaml", "--drift-window=7", "--known-good-mib=0"))
                .satisfies(e -> assertThat(String.join("\n", e.problems()))
                        .contains("--guard: nowhere.yaml (expected: a YAML file that is there, or off)")
                        .contains("drift: window 7 (expected: 50 to 5000)")
                        .contains("--known-good-mib: 0"));
    }
}
