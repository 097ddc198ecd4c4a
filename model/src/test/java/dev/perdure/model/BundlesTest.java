package dev.perdure.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Digests;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.store.LocalObjectStore;
import dev.perdure.store.MemoryObjectStore;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundlesTest {
    @TempDir
    Path folder;

    @Test
    void whatWasWrittenIsWhatIsOpened() throws IOException {
        for (ObjectStore store : List.of(new MemoryObjectStore(), new LocalObjectStore(folder.resolve("bundle")))) {
            for (String prefix : List.of("full/1/", "bare/1/")) {
                Bundle bundle = prefix.startsWith("full") ? Samples.full() : Samples.bare();
                String digest = Bundles.at(store, prefix).write(bundle, Samples.KEY);
                try (Arena arena = Arena.ofConfined()) {
                    OpenedBundle opened = Bundles.at(store, prefix).open(Samples.TRUST, arena);
                    assertSame(opened.bundle(), bundle);
                    assertThat(opened.digest())
                            .isEqualTo(digest)
                            .isEqualTo(Digests.sha256(store.readAll(prefix + "bundle.json")));
                    assertThat(opened.standing())
                            .isEqualTo(new Standing.Signed(
                                    List.of(Samples.KEY.publicHalf().id())));
                }
            }
        }
    }

    /** Records of tensors are compared by their bytes; everything else as it is. */
    static void assertSame(Bundle actual, Bundle expected) {
        assertThat(withoutTensors(actual)).isEqualTo(withoutTensors(expected));
        assertTensors(actual.weights(), expected.weights());
        assertThat(actual.program().bytes().mismatch(expected.program().bytes()))
                .isEqualTo(-1);
        assertThat(actual.onnx().isPresent()).isEqualTo(expected.onnx().isPresent());
        expected.onnx()
                .ifPresent(file ->
                        assertThat(actual.onnx().orElseThrow().mismatch(file)).isEqualTo(-1));
        assertThat(actual.golden().map(GoldenSet::tolerance))
                .isEqualTo(expected.golden().map(GoldenSet::tolerance));
        expected.golden().ifPresent(golden -> {
            assertTensors(actual.golden().orElseThrow().inputs(), golden.inputs());
            assertTensors(actual.golden().orElseThrow().outputs(), golden.outputs());
        });
        expected.guard().flatMap(GuardProfile::inner).ifPresent(inner -> {
            GuardProfile.Inner read = actual.guard().orElseThrow().inner().orElseThrow();
            assertTensors(matrices(read), matrices(inner));
            assertThat(List.of(read.layer(), read.output(), read.threshold(), read.rate(), read.heldOut()))
                    .isEqualTo(
                            List.of(inner.layer(), inner.output(), inner.threshold(), inner.rate(), inner.heldOut()));
        });
        expected.drift().ifPresent(drift -> {
            assertThat(actual.drift().orElseThrow().features()).isEqualTo(drift.features());
            assertTensors(actual.drift().orElseThrow().embeddings(), drift.embeddings());
        });
    }

    private static SequencedMap<String, TensorData> matrices(GuardProfile.Inner inner) {
        var matrices = new LinkedHashMap<String, TensorData>();
        matrices.put("whitening", inner.whitening());
        matrices.put("centres", inner.centres());
        return matrices;
    }

    private static Bundle withoutTensors(Bundle bundle) {
        return new Bundle(
                bundle.name(),
                bundle.version(),
                bundle.created(),
                bundle.signature(),
                bundle.labels(),
                bundle.preprocessing(),
                new Program(bundle.program().format(), java.lang.foreign.MemorySegment.NULL),
                Optional.empty(),
                new LinkedHashMap<>(),
                Optional.empty(),
                bundle.guard().map(guard -> new GuardProfile(guard.samples(), guard.features(), guard.image())),
                Optional.empty(),
                bundle.performance(),
                bundle.fallback(),
                bundle.evaluation(),
                bundle.provenance());
    }

    private static void assertTensors(
            SequencedMap<String, TensorData> actual, SequencedMap<String, TensorData> expected) {
        assertThat(actual.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        expected.forEach((name, tensor) -> {
            TensorData other = java.util.Objects.requireNonNull(actual.get(name));
            assertThat(other.dtype()).isEqualTo(tensor.dtype());
            assertThat(other.shape()).isEqualTo(tensor.shape());
            assertThat(other.data().mismatch(tensor.data())).as(name).isEqualTo(-1);
        });
    }

    @Test
    void theSameBundleHasTheSameBytesWhereverItIsWritten() throws IOException {
        Bundle bundle = Samples.full();
        var one = new MemoryObjectStore();
        var other = new MemoryObjectStore();
        Bundles.at(one).write(bundle, Samples.KEY);
        Bundles.at(other).write(bundle, Samples.KEY);
        assertThat(one.list("")).isEqualTo(other.list(""));
        assertThat(one.readAll("bundle.json")).isEqualTo(other.readAll("bundle.json"));
    }

    @Test
    void nothingThatIsOpenedCanBeWrittenTo() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Bundle bundle =
                    Bundles.at(Samples.stored()).open(Samples.TRUST, arena).bundle();
            TensorData weights = bundle.weights().firstEntry().getValue();
            assertThatThrownBy(() -> weights.data().set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whatIsOpenedStaysWhenTheStoreChanges() throws IOException {
        MemoryObjectStore store = Samples.stored();
        try (Arena arena = Arena.ofConfined()) {
            Bundle bundle = Bundles.at(store).open(Samples.TRUST, arena).bundle();
            for (String name : store.list("")) {
                Samples.replace(store, name, new byte[] {1});
            }
            assertSame(bundle, Samples.full());
        }
    }

    @Test
    void writingTheSameAgainDoesNoHarmAndAnotherIsRefused() throws IOException {
        var store = new MemoryObjectStore();
        Bundle bundle = Samples.full();
        String digest = Bundles.at(store).write(bundle, Samples.KEY);
        assertThat(Bundles.at(store).write(bundle, Samples.KEY)).isEqualTo(digest);

        assertThatThrownBy(() -> Bundles.at(store).write(Samples.bare(), Samples.KEY))
                .isInstanceOf(BadSettingException.class)
                .hasMessageContaining("another bundle is here");
        assertThat(Bundles.at(store).verify(Samples.TRUST).digest()).isEqualTo(digest);
    }

    @Test
    void writingTheSameAgainMendsWhatBecameDamaged() throws IOException {
        MemoryObjectStore store = Samples.stored();
        for (String name : store.list("")) {
            if (!name.equals("bundle.json")) {
                Samples.replace(store, name, new byte[] {1});
            }
        }
        Bundles.at(store).write(Samples.full(), Samples.KEY);
        assertThat(Bundles.at(store).verify(Samples.TRUST).standing()).isInstanceOf(Standing.Signed.class);
    }

    @Test
    void writesNothingWhereSomethingElseLies() throws IOException {
        var store = new MemoryObjectStore();
        store.putIfAbsent("diary.txt", new byte[] {1, 2});
        assertThatThrownBy(() -> Bundles.at(store).write(Samples.full(), Samples.KEY))
                .isInstanceOf(RefusedBundleException.class)
                .hasMessageContaining("diary.txt");
        assertThat(store.list("")).containsExactly("diary.txt");
    }

    /** Whoever can write to the folder must not make a reader read elsewhere. */
    @Test
    void aSymbolicLinkIsNoPartOfABundle() throws IOException {
        Path bundle = folder.resolve("linked");
        Bundles.at(new LocalObjectStore(bundle)).write(Samples.full(), Samples.KEY);
        Path elsewhere = folder.resolve("elsewhere");
        for (String name : new LocalObjectStore(bundle).list("objects/")) {
            Path file = bundle.resolve(name);
            Files.move(file, elsewhere);
            Files.createSymbolicLink(file, elsewhere);
            assertThatThrownBy(() -> Bundles.at(new LocalObjectStore(bundle)).verify(Samples.TRUST))
                    .isInstanceOfSatisfying(
                            RefusedBundleException.class,
                            refused -> assertThat(refused.refusal()).isEqualTo(new Refusal.Missing(name)));
            Files.delete(file);
            Files.move(elsewhere, file);
        }
        Files.move(bundle.resolve("objects"), elsewhere);
        Files.createSymbolicLink(bundle.resolve("objects"), elsewhere);
        assertThatThrownBy(() -> Bundles.at(new LocalObjectStore(bundle)).verify(Samples.TRUST))
                .isInstanceOf(RefusedBundleException.class);
    }

    @Test
    void severalKeysMaySignOneAfterTheOther() throws IOException {
        var store = new MemoryObjectStore();
        Bundles.at(store).write(Samples.full(), null);
        assertThat(Bundles.at(store).verify(Trust.anybody()).standing()).isEqualTo(new Standing.Unsigned());
        Bundles.at(store).sign(Samples.KEY);
        Bundles.at(store).sign(Samples.OTHER_KEY);
        Bundles.at(store).sign(Samples.KEY);
        var both = Trust.only(List.of(Samples.KEY.publicHalf(), Samples.OTHER_KEY.publicHalf()));
        assertThat(Bundles.at(store).verify(both).standing())
                .isInstanceOfSatisfying(
                        Standing.Signed.class,
                        signed -> assertThat(signed.keys()).hasSize(2));
        assertThat(Bundles.at(store).verify(Samples.TRUST).standing()).isInstanceOf(Standing.Signed.class);
    }

    @Test
    void signsNothingThatIsDamaged() throws IOException {
        MemoryObjectStore store = Samples.stored();
        String object = store.list("objects/").getFirst();
        Samples.replace(store, object, new byte[] {1});
        assertThatThrownBy(() -> Bundles.at(store).sign(Samples.OTHER_KEY)).hasMessageContaining(object);
        assertThat(store.list("signatures/")).hasSize(1);
    }

    @Test
    void recordsRefuseWhatContradictsItself() {
        assertThatThrownBy(() -> TensorSpec.of("a\u001b[2J", dev.perdure.core.DType.F32, 1))
                .hasMessageContaining("printable");
        TensorSpec spec = TensorSpec.of("x", dev.perdure.core.DType.F32, 1);
        assertThatThrownBy(() -> new ModelSignature(List.of(spec), List.of(spec)))
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> new Range(1, Double.NaN)).hasMessageContaining("range: 1.0 to NaN");
        assertThatThrownBy(() -> Samples.withGolden(new GoldenSet(
                        Samples.map("other", Samples.INPUT), Samples.map("logits", Samples.INPUT), Tolerance.EXACT)))
                .hasMessageContaining("golden set: inputs: [other] (expected: those of the signature, [image])");
        assertThatThrownBy(() -> Samples.withGolden(new GoldenSet(
                        Samples.map("image", Samples.INPUT), Samples.map("logits", Samples.INPUT), Tolerance.EXACT)))
                .hasMessageContaining("golden set: output 'logits' is F32 [1, 1, 2] (expected: F32 [1, 3])");
        TensorData two = TensorData.of(Shape.of(2, 2), 1, 0, 0, 1f);
        assertThatThrownBy(() -> inner(TensorData.of(Shape.of(1, 2), 1, 0f), two, 1))
                .hasMessageContaining("inner layer: whitening [1, 2] (expected: as many rows as columns)");
        assertThatThrownBy(() -> inner(two, TensorData.of(Shape.of(2, 3), 1, 0, 0, 1, 1, 1f), 1))
                .hasMessageContaining("inner layer: centres F32 [2, 3] (expected: F32, 2 numbers in each row)");
        assertThatThrownBy(() -> inner(two, TensorData.of(Shape.of(1, 2), 1, Float.NaN), 1))
                .hasMessageContaining("all finite");
        assertThatThrownBy(() -> inner(two, two, Double.NaN)).hasMessageContaining("threshold NaN");
    }

    private static GuardProfile.Inner inner(TensorData whitening, TensorData centres, double threshold) {
        return new GuardProfile.Inner("fc", "inner", whitening, centres, threshold, 0.01, 100);
    }
}
