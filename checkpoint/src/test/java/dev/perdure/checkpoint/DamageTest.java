package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.State;
import dev.perdure.store.MemoryObjectStore;
import dev.perdure.store.MirroredObjectStore;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every byte of a checkpoint is flipped and every length is cut, one at a time: each is noticed, and none loads. */
class DamageTest {
    private static final State OLD = States.random(11);
    private static final State NEW = States.random(12);
    private static final CheckpointName OLDER = new CheckpointName(1, 100);
    private static final CheckpointName NEWEST = new CheckpointName(2, 200);

    private static MemoryObjectStore disk = new MemoryObjectStore();
    private static List<String> namesOfNewest = List.of();

    @BeforeAll
    static void saveTwo() throws IOException {
        disk = new MemoryObjectStore();
        Tests.save(disk, 100, OLD);
        Set<String> before = new HashSet<>(disk.list(""));
        Tests.save(disk, 200, NEW);
        namesOfNewest = disk.list("").stream()
                .filter(name -> name.startsWith(Paths.OBJECTS) || name.startsWith(Paths.CHECKPOINTS))
                .filter(name -> !before.contains(name))
                .toList();
        assertThat(namesOfNewest).hasSizeGreaterThan(3);
    }

    @Test
    void everyFlippedByteIsNoticedAndTheOlderCheckpointRestored() throws IOException {
        for (String name : namesOfNewest) {
            byte[] whole = disk.readAll(name);
            for (int at = 0; at < whole.length; at++) {
                byte[] damaged = whole.clone();
                damaged[at] ^= (byte) (1 << (at % 8));
                checkNoticed(name, damaged, "byte %d of %s flipped".formatted(at, name));
            }
        }
    }

    @Test
    void everyCutIsNoticedAndTheOlderCheckpointRestored() throws IOException {
        for (String name : namesOfNewest) {
            byte[] whole = disk.readAll(name);
            for (int length = 0; length < whole.length; length++) {
                checkNoticed(name, Arrays.copyOf(whole, length), "%s cut at %d".formatted(name, length));
            }
            checkNoticed(name, Arrays.copyOf(whole, whole.length + 1), name + " with a byte too many");
        }
    }

    @Test
    void everyMissingObjectIsNoticedAndTheOlderCheckpointRestored() throws IOException {
        for (String name : namesOfNewest) {
            MemoryObjectStore damaged = Tests.copyOf(disk);
            damaged.delete(name);
            States.assertSame(Tests.restore(damaged).state(), OLD);
        }
    }

    private static void checkNoticed(String name, byte[] bytes, String what) throws IOException {
        MemoryObjectStore damaged = Tests.copyOf(disk);
        Tests.replace(damaged, name, bytes);
        var checkpoints = Checkpoints.open(damaged, Tests.timeless());

        assertThatThrownBy(() -> checkpoints.restore(NEWEST, States.zeros()))
                .as(what)
                .isInstanceOf(CorruptCheckpointException.class);
        assertThat(checkpoints.verify(NEWEST).isWhole()).as(what).isFalse();
        Restored restored = checkpoints.restoreLatest(States.zeros()).orElseThrow();
        assertThat(restored.name()).as(what).isEqualTo(OLDER);
        assertThat(restored.skipped()).as(what).isNotEmpty();
        assertThat(States.same(restored.state(), OLD)).as(what).isTrue();
    }

    @Test
    void aMirrorRepairsEveryObjectThatIsDamaged() throws IOException {
        for (String name : namesOfNewest) {
            MemoryObjectStore primary = Tests.copyOf(disk);
            MemoryObjectStore mirror = Tests.copyOf(disk);
            byte[] bytes = primary.readAll(name);
            bytes[bytes.length / 2] ^= 1;
            Tests.replace(primary, name, bytes);
            var mirrored = new MirroredObjectStore(primary, mirror, _ -> {});

            Restored restored = Tests.restore(mirrored);

            assertThat(restored.name()).isEqualTo(NEWEST);
            States.assertSame(restored.state(), NEW);
            assertThat(restored.repaired()).hasSizeLessThanOrEqualTo(1);
            assertThat(primary.readAll(name)).as(name).isEqualTo(mirror.readAll(name));
            Tests.assertAllWhole(primary);
        }
    }

    @Test
    void aMirrorThatIsDamagedItselfRepairsNothing() throws IOException {
        String object = namesOfNewest.stream()
                .filter(name -> name.startsWith(Paths.OBJECTS))
                .findFirst()
                .orElseThrow();
        MemoryObjectStore primary = Tests.copyOf(disk);
        MemoryObjectStore mirror = Tests.copyOf(disk);
        for (MemoryObjectStore copy : List.of(primary, mirror)) {
            byte[] bytes = copy.readAll(object);
            bytes[bytes.length - (copy == primary ? 1 : 2)] ^= 1;
            Tests.replace(copy, object, bytes);
        }
        var mirrored = new MirroredObjectStore(primary, mirror, _ -> {});

        assertThat(Tests.restore(mirrored).name()).isEqualTo(OLDER);
        assertThat(Checkpoints.open(mirrored).repair(NEWEST).beyondRepair()).isNotEmpty();
    }

    @Test
    void saysWhichBytesOfWhichTensorAreDamaged() throws IOException {
        MemoryObjectStore damaged = Tests.copyOf(disk);
        Manifest manifest = Checkpoints.open(damaged).manifest(NEWEST);
        Manifest.Entry.Tensor tensor = manifest.tensors().stream()
                .filter(t -> t.name().equals("model/fc1.weight"))
                .findFirst()
                .orElseThrow();
        String path = manifest.objects().get(tensor.object()).path();
        byte[] bytes = damaged.readAll(path);
        bytes[(int) tensor.offset() + 5] ^= 4;
        Tests.replace(damaged, path, bytes);

        List<Damage> damages = Checkpoints.open(damaged).verify(NEWEST).damages();

        assertThat(damages).singleElement().satisfies(damage -> {
            assertThat(damage.tensor()).contains("model/fc1.weight");
            assertThat(damage.from()).isZero();
            assertThat(damage.to()).isEqualTo(800);
            assertThat(damage.toString())
                    .startsWith("checkpoint 2-200: model/fc1.weight bytes 0-799 (" + path + "): CRC32C");
        });
    }

    @Test
    void theSecondFailedRestoreLeadsToQuarantineAndVerifyingLiftsIt() throws IOException {
        MemoryObjectStore damaged = Tests.copyOf(disk);
        String object = namesOfNewest.getLast();
        byte[] whole = damaged.readAll(object);
        Tests.replace(damaged, object, new byte[] {1, 2, 3});
        Tests.restore(damaged);
        assertThat(damaged.list(Paths.SUSPECT)).hasSize(1);
        assertThat(damaged.list(Paths.QUARANTINE)).isEmpty();
        Tests.restore(damaged);
        assertThat(damaged.list(Paths.QUARANTINE)).hasSize(1);
        assertThat(Checkpoints.open(damaged).latest().orElseThrow().name()).isEqualTo(OLDER);
        Tests.replace(damaged, object, whole);
        assertThat(Tests.restore(damaged).name()).as("still in quarantine").isEqualTo(OLDER);

        assertThat(Checkpoints.open(damaged).verify(NEWEST).isWhole()).isTrue();

        assertThat(Tests.restore(damaged).name()).isEqualTo(NEWEST);
        assertThat(damaged.list(Paths.QUARANTINE)).isEmpty();
        assertThat(damaged.list(Paths.SUSPECT)).isEmpty();
    }

    @Test
    void refusesToRestoreWhenNothingIsIntactAndNamesTheDamage() throws IOException {
        MemoryObjectStore damaged = Tests.copyOf(disk);
        for (String object : damaged.list(Paths.OBJECTS)) {
            Tests.replace(damaged, object, new byte[] {1});
        }

        assertThatThrownBy(() -> Tests.restore(damaged))
                .isInstanceOf(CorruptCheckpointException.class)
                .hasMessageContaining("none of 2 checkpoints is intact")
                .hasMessageContaining("1 bytes (expected:");
    }
}
