package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.Digests;
import dev.perdure.format.DigestFooter;
import dev.perdure.store.MemoryObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ManifestTest {
    private static final CheckpointName NAME = new CheckpointName(1, 7);

    private static Manifest manifest() throws IOException {
        var store = new MemoryObjectStore();
        try (var checkpoints = Checkpointer.open(store, Tests.options(1))) {
            checkpoints.save(7, States.random(41), Map.of("loss", 0.1, "odd", Double.NaN));
        }
        return Checkpoints.open(store).manifest(NAME);
    }

    @Test
    void theDigestOfACheckpointIsThatOfItsManifestsBytes() throws IOException {
        var store = new MemoryObjectStore();
        try (var checkpoints = Checkpointer.open(store, Tests.options(1))) {
            checkpoints.save(7, States.random(41), Map.of("loss", 0.1, "odd", Double.NaN));
        }
        assertThat(Checkpoints.open(store).digest(NAME)).isEqualTo(Digests.sha256(store.readAll(Paths.manifest(NAME))));
    }

    @Test
    void readsBackWhatItWrites() throws IOException {
        Manifest manifest = manifest();

        assertThat(Manifest.parse(NAME, manifest.toBytes())).isEqualTo(manifest);
    }

    @Test
    void isReadableWithOneLinePerTensor() throws IOException {
        String text = new String(manifest().toBytes(), StandardCharsets.UTF_8);

        assertThat(text.lines().filter(line -> line.contains("\"tensor\":"))).hasSize(6);
        assertThat(text).contains("\n\"step\": 7,\n").endsWith("\"\n}\n");
    }

    @Test
    void refusesAManifestUnderAnotherName() throws IOException {
        byte[] bytes = manifest().toBytes();

        assertThatThrownBy(() -> Manifest.parse(new CheckpointName(2, 7), bytes))
                .isInstanceOf(CorruptCheckpointException.class)
                .hasMessageContaining("it is the manifest of term 1, step 7");
    }

    @Test
    void refusesAnotherVersionByName() throws IOException {
        String text = new String(manifest().toBytes(), StandardCharsets.UTF_8);

        assertThatThrownBy(() -> Manifest.parse(NAME, sealed(text.replace("checkpoint\": 1", "checkpoint\": 2"))))
                .hasMessageContaining("format 2 (expected: 1)");
    }

    @Test
    void refusesTensorsThatDoNotCoverTheirObjects() throws IOException {
        String text = new String(manifest().toBytes(), StandardCharsets.UTF_8);
        for (String wrong : new String[] {
            text.replaceFirst("\"offset\":[0-9]+", "\"offset\":0"),
            text.replaceFirst("\"bytes\":[0-9]+", "\"bytes\":99999"),
            text.replaceFirst("\"object\":0", "\"object\":77"),
            text.replaceFirst("\"shape\":\\[8", "\"shape\":[9"),
            text.replaceFirst("\"crc32c\":\"", "\"crc32c\":\"00000000"),
            text.replaceFirst("\\{\"name\":\"model/conv1.weight\".*\n", ""),
            text.replaceFirst("model/conv1.bias", "model/conv1.weight"),
        }) {
            assertThat(wrong).isNotEqualTo(text);
            assertThatThrownBy(() -> Manifest.parse(NAME, sealed(wrong)))
                    .isInstanceOf(CorruptCheckpointException.class);
        }
    }

    /** The digest is made to hold again after the damage, so that the parser behind it is reached. */
    @Test
    void onlyTheDeclaredExceptionComesOfDamagedManifests() throws IOException {
        byte[] whole = manifest().toBytes();
        int parsed = 0;
        for (long seed = 0; seed < 5000; seed++) {
            byte[] damaged = Fuzz.damage(whole, whole.length, new Random(seed));
            byte[] bytes = seed % 10 == 0 ? damaged : sealed(new String(damaged, StandardCharsets.UTF_8));
            try {
                Manifest.parse(NAME, bytes);
                parsed++;
            } catch (CorruptCheckpointException e) {
                assertThat(e.damages()).as("seed %d", seed).hasSize(1);
            }
        }
        assertThat(parsed).as("some damage is harmless, such as in a metric").isBetween(1, 2500);
    }

    /** Puts the right digest behind a body that may be anything. */
    private static byte[] sealed(String text) {
        int end = text.lastIndexOf("\"digest\": \"");
        return DigestFooter.append(
                text.substring(0, end < 0 ? text.length() : end).getBytes(StandardCharsets.UTF_8));
    }
}
