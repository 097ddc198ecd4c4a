package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.Bundle;
import dev.perdure.model.Bundles;
import dev.perdure.model.KeyFiles;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.Program;
import dev.perdure.model.Provenance;
import dev.perdure.model.TensorSpec;
import dev.perdure.store.LocalObjectStore;
import dev.perdure.training.ExitCode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person does with keys and bundles, and what each mistake is told. */
class BundleCommandTest {
    @TempDir
    Path folder;

    private Path bundle = Path.of("");
    private Path key = Path.of("");
    private Path publicKey = Path.of("");

    @BeforeEach
    void writeUnsigned() throws IOException {
        bundle = folder.resolve("bundle");
        key = folder.resolve("release");
        publicKey = KeyFiles.publicFileOf(key);
        Bundles.at(new LocalObjectStore(bundle)).write(small(), null);
    }

    private static Bundle small() {
        var weights = new LinkedHashMap<String, TensorData>();
        weights.put("fc.weight", TensorData.of(Shape.of(3, 2), 1f, 2f, 3f, 4f, 5f, 6f));
        return new Bundle(
                "digits",
                "7",
                Instant.parse("2026-11-21T10:00:00Z"),
                new ModelSignature(
                        List.of(TensorSpec.of("image", DType.F32, 2)), List.of(TensorSpec.of("logits", DType.F32, 3))),
                List.of("a", "b", "c"),
                Optional.empty(),
                new Program(Program.Format.LAYERS, MemorySegment.ofArray("layers: []\n".getBytes(UTF_8))),
                Optional.empty(),
                weights,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new Provenance(
                        "run",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        new LinkedHashMap<>()));
    }

    @Test
    void aBundleIsSignedAndThenTrustedByWhoeverHasThePublicHalf() {
        assertThat(perdure("key", "create", key).fine()).contains(key + " (keep it secret", publicKey.toString());
        String shown = perdure("key", "show", publicKey).fine();
        String id = shown.lines().findFirst().orElseThrow().substring("key ".length());
        assertThat(id).matches("[0-9a-f]{64}");
        assertThat(perdure("key", "show", key).fine())
                .contains(id, "private half")
                .doesNotContain("BEGIN");

        assertThat(perdure("bundle", "verify", bundle, "--trust", publicKey).refusedOnce(ExitCode.BAD_SETTING))
                .contains("not signed", "perdure bundle sign");
        assertThat(perdure("bundle", "sign", bundle, "--key", key).fine()).contains("signed by key " + id);
        assertThat(perdure("bundle", "verify", bundle, "--trust", publicKey).fine())
                .contains("whole", "signed by key " + id);
        assertThat(perdure("bundle", "verify", bundle, "--trust", folder).fine())
                .as("a folder of keys")
                .contains("signed by key " + id);
    }

    @Test
    void showsWhatIsThereWhatIsNotAndWhoVouchesForIt() {
        assertThat(perdure("bundle", "show", bundle).fine())
                .contains("digits, version 7", "NOT SIGNED", "1 tensors, 6 elements")
                .contains("golden set    absent: nothing made it");
        perdure("key", "create", key).fine();
        perdure("bundle", "sign", bundle, "--key", key).fine();
        assertThat(perdure("bundle", "show", bundle).fine()).contains("NOT CHECKED");
        assertThat(perdure("bundle", "show", bundle, "--trust", publicKey).fine())
                .contains("standing      signed by key")
                .doesNotContain("NOT");
    }

    @Test
    void unsignedBundlesAndStrangersAreAcceptedOnlyWhenThatIsSaid() {
        assertThat(perdure("bundle", "verify", bundle).refusedOnce(ExitCode.BAD_SETTING))
                .contains("not signed");
        assertThat(perdure("bundle", "verify", bundle, "--allow-unsigned").fine())
                .contains("whole", "NOT SIGNED");
        perdure("key", "create", key).fine();
        perdure("key", "create", folder.resolve("other")).fine();
        perdure("bundle", "sign", bundle, "--key", key).fine();
        assertThat(perdure("bundle", "verify", bundle, "--trust", folder.resolve("other.pub"))
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("signed by key", "expected: one of");
        assertThat(perdure("bundle", "verify", bundle, "--allow-unsigned").fine())
                .contains("NOT CHECKED");
    }

    @Test
    void whateverIsDamagedHasTheExitCodeOfDamageAndIsNamed() throws IOException {
        perdure("key", "create", key).fine();
        perdure("bundle", "sign", bundle, "--key", key).fine();
        List<Path> files;
        try (Stream<Path> all = Files.walk(bundle)) {
            files = all.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains(".tmp"))
                    .toList();
        }
        assertThat(files).hasSize(4);
        for (Path file : files) {
            byte[] whole = Files.readAllBytes(file);
            byte[] damaged = whole.clone();
            damaged[damaged.length / 2] ^= 1;
            Files.write(file, damaged);
            for (String command : List.of("verify", "show")) {
                assertThat(perdure("bundle", command, bundle, "--trust", publicKey)
                                .refusedOnce(ExitCode.DAMAGED))
                        .contains(beginningOf(file.getFileName().toString()));
            }
            assertThat(perdure("bundle", "sign", bundle, "--key", key).exitCode())
                    .as("%s", file)
                    .isEqualTo(file.toString().contains("signatures") ? ExitCode.OK.code() : ExitCode.DAMAGED.code());
            Files.write(file, whole);
        }
        Files.writeString(bundle.resolve("readme.txt"), "hello");
        assertThat(perdure("bundle", "verify", bundle, "--trust", publicKey).refusedOnce(ExitCode.DAMAGED))
                .contains("readme.txt: does not belong");
    }

    /** Keys are named by their beginning. */
    private static String beginningOf(String name) {
        return name.substring(0, Math.min(16, name.length()));
    }

    @Test
    void saysWhatIsWrongWithWhatItIsGiven() throws IOException {
        assertThat(perdure("bundle", "show", folder.resolve("nothing")).refusedOnce(ExitCode.BAD_SETTING))
                .contains("no bundle.json (expected: a bundle). Is the place right?");
        assertThat(perdure("bundle", "verify", bundle, "--trust", folder.resolve("none.pub"))
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("none.pub: no such file (expected: a key)");
        assertThat(perdure("bundle", "sign", bundle).refusedOnce(ExitCode.BAD_SETTING))
                .contains("--key");
        perdure("key", "create", key).fine();
        assertThat(perdure("key", "create", key).refusedOnce(ExitCode.BAD_SETTING))
                .contains("exists (expected: nothing)");
        assertThat(perdure("key", "show", folder.resolve("none")).refusedOnce(ExitCode.BAD_SETTING))
                .contains("perdure key create FILE");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(perdure("bundle", "sign", bundle, "--key", key).refusedOnce(ExitCode.BAD_SETTING))
                .contains("chmod 600 " + key);
    }

    @Test
    void explainsItself() {
        for (String[] command : new String[][] {
            {"bundle", "--help"},
            {"bundle", "show", "--help"},
            {"bundle", "verify", "--help"},
            {"bundle", "sign", "--help"},
            {"key", "--help"},
            {"key", "create", "--help"},
            {"key", "show", "--help"}
        }) {
            assertThat(perdure((Object[]) command).fine()).contains("Usage: perdure " + command[0]);
        }
        assertThat(perdure("--help").fine()).contains("bundle", "key");
    }
}
