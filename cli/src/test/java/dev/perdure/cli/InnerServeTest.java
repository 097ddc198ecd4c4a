package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.core.Shape;
import dev.perdure.gateway.DriftLook;
import dev.perdure.gateway.Gateway;
import dev.perdure.gateway.GatewaySettings;
import dev.perdure.gateway.Safeguards;
import dev.perdure.guard.DriftReport;
import dev.perdure.guard.DriftSettings;
import dev.perdure.guard.GuardPolicies;
import dev.perdure.guard.GuardPolicy;
import dev.perdure.model.Bundle;
import dev.perdure.model.Bundles;
import dev.perdure.model.GuardProfile;
import dev.perdure.model.Preprocessing.Step;
import dev.perdure.model.Trust;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.Tensor;
import dev.perdure.recall.Recall;
import dev.perdure.store.LocalObjectStore;
import dev.perdure.testkit.ToClose;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run's bundle, served by real processes: what looks like no digit is called abnormal, digits never seen before are not. */
class InnerServeTest {
    private static final ModelId MODEL = ModelId.of("small");
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final int PIXELS = 784;
    /** The run has the first 500. */
    private static final int FIRST_UNSEEN = 500;

    private static final int COUNT = 400;

    @TempDir
    static Path folder;

    @AutoClose
    private final ToClose toClose = new ToClose();

    private static byte[] images = {};
    private static List<Step> steps = List.of();

    @BeforeAll
    static void trainAndBundle() throws Exception {
        Path config = SmallRun.in(folder).config();
        perdure("train", config, "--run", folder.resolve("run")).fine();
        perdure("bundle", folder.resolve("run"), "--out", folder.resolve("models/small/1"))
                .fine();
        Path digits = Path.of("").toAbsolutePath().resolveSibling("examples/digits/images.idx3-ubyte.gz");
        try (InputStream in = new GZIPInputStream(Files.newInputStream(digits))) {
            in.skipNBytes(16 + (long) FIRST_UNSEEN * PIXELS);
            images = in.readNBytes(COUNT * PIXELS);
        }
        try (Arena arena = Arena.ofConfined()) {
            steps = bundle(arena).preprocessing().orElseThrow().steps();
        }
    }

    private Gateway serve(String engine, Consumer<OipAddress> at) throws IOException {
        GatewaySettings settings = Served.by(1)
                .with(new Safeguards(
                        Optional.of(GuardPolicies.all(GuardPolicy.standard())),
                        Optional.of(new DriftSettings(200, 0.001, false, 1)),
                        Safeguards.USUAL_FALLBACKS,
                        Recall.NOTHING));
        ServeSession session = toClose.add(new ServeSession(
                ModelFolder.read(folder.resolve("models"), Trust.anybody()),
                settings,
                Served.programWith(engine),
                new ServeTelling(new PrintStream(java.io.OutputStream.nullOutputStream()))));
        at.accept(session.listen(Served.anywhere(1), OipServerSettings.DEFAULT).getFirst());
        await().atMost(LONG).until(() -> session.gateway().inUse(MODEL) == 1);
        return session.gateway();
    }

    /** Returns a picture as the model takes it, by the steps that the bundle states. */
    private static Tensor taken(int[] raw) {
        double by = ((Step.Divide) steps.get(0)).by();
        var standardise = (Step.Standardise) steps.get(1);
        float[] values = new float[PIXELS];
        for (int i = 0; i < PIXELS; i++) {
            values[i] = (float) ((raw[i] / by - standardise.mean().getFirst())
                    / standardise.deviation().getFirst());
        }
        return Tensor.of("input", Shape.of(1, 1, 28, 28), values);
    }

    private static Bundle bundle(Arena arena) throws IOException {
        return Bundles.at(new LocalObjectStore(folder.resolve("models/small/1")))
                .open(Trust.anybody(), arena)
                .bundle();
    }

    private static int[] digit(int number) {
        int[] raw = new int[PIXELS];
        for (int i = 0; i < PIXELS; i++) {
            raw[i] = images[number * PIXELS + i] & 0xFF;
        }
        return raw;
    }

    /** The same pixels elsewhere, in blocks of four by four: no value that a guard looks at is unusual. */
    private static int[] shuffled(int[] raw, long seed) {
        int[] places = new int[49];
        for (int i = 0; i < 49; i++) {
            places[i] = i;
        }
        var chance = new SplittableRandom(seed);
        for (int i = 48; i > 0; i--) {
            int other = chance.nextInt(i + 1);
            int swapped = places[i];
            places[i] = places[other];
            places[other] = swapped;
        }
        int[] moved = new int[PIXELS];
        for (int i = 0; i < PIXELS; i++) {
            int block = places[i / 28 / 4 * 7 + i % 28 / 4];
            moved[(block / 7 * 4 + i / 28 % 4) * 28 + block % 7 * 4 + i % 4] = raw[i];
        }
        return moved;
    }

    private static int[] inverted(int[] raw) {
        return java.util.Arrays.stream(raw).map(pixel -> 255 - pixel).toArray();
    }

    private static int[] noise(long seed) {
        return new SplittableRandom(seed).ints(PIXELS, 0, 256).toArray();
    }

    /** Returns whether the answer says that the input is abnormal; it has the model's outputs and no others. */
    private static boolean isAbnormal(OipClient client, int[] raw) throws Exception {
        InferResponse response = client.infer(new InferRequest(MODEL, List.of(taken(raw))), Deadline.in(LONG))
                .get()
                .orThrow();
        assertThat(response.outputs()).extracting(Tensor::name).containsExactly("output");
        assertThat(response.parameters()).doesNotContainKey("perdure_inner");
        return response.parameters().get("perdure_guard") instanceof Parameter.Text(String text)
                && text.contains("inner layer fc1: abnormal, let pass in 1 item");
    }

    private static Optional<DriftReport.Evidence> ofLayer(DriftLook look) {
        return look.last().stream()
                .flatMap(report -> report.evidence().stream())
                .filter(evidence -> evidence.feature().equals("inner layer fc1"))
                .findFirst();
    }

    @Test
    void digitsAreUsualAndWhatLooksLikeNoneIsAbnormalAndDrifts() throws Exception {
        var at = new ArrayList<OipAddress>();
        Gateway gateway = serve("onnx", at::add);
        GuardProfile.Inner inner;
        try (Arena arena = Arena.ofConfined()) {
            inner = bundle(arena).guard().orElseThrow().inner().orElseThrow();
            assertThat(inner.rate()).isEqualTo(0.01);
            assertThat(inner.heldOut()).isEqualTo(100);
            assertThat(bundle(arena).drift().orElseThrow().embeddings()).containsOnlyKeys("fc1", "input");
        }
        try (var client = new OipClient(at.getFirst())) {
            int found = 0;
            for (int i = 0; i < COUNT; i++) {
                found += isAbnormal(client, digit(i)) ? 1 : 0;
            }
            // the threshold is of 100 samples: its own rate varies by about as much as it is
            assertThat(found).as("of %d digits", COUNT).isLessThanOrEqualTo((int) (COUNT * 3 * inner.rate()));
            assertThat(gateway.guard(MODEL).measuredItems()).isEqualTo(COUNT);
            await().atMost(LONG).until(() -> gateway.drift(MODEL).windows() >= 2);
            assertThat(gateway.drift(MODEL).drifting()).doesNotContain("inner layer fc1");
            int ofNoise = 0;
            int ofInverted = 0;
            for (int i = 0; i < 50; i++) {
                ofNoise += isAbnormal(client, noise(i)) ? 1 : 0;
                ofInverted += isAbnormal(client, inverted(digit(i))) ? 1 : 0;
            }
            assertThat(ofNoise).as("of 50 pictures of noise").isGreaterThanOrEqualTo(45);
            assertThat(ofInverted).as("of 50 inverted digits").isGreaterThanOrEqualTo(45);
            int ofShuffled = 0;
            for (int i = 0; i < COUNT; i++) {
                ofShuffled += isAbnormal(client, shuffled(digit(i), i)) ? 1 : 0;
            }
            assertThat(ofShuffled).as("of %d digits in pieces", COUNT).isGreaterThan(5 * found + 20);
            await().atMost(LONG).until(() -> gateway.drift(MODEL).windows() >= 4);
            assertThat(ofLayer(gateway.drift(MODEL))).isPresent();
            assertThat(gateway.drift(MODEL).drifting()).contains("inner layer fc1");
        }
    }

    @Test
    void libtorchServesWithoutTheLayer() throws Exception {
        var at = new ArrayList<OipAddress>();
        Gateway gateway = serve("torch", at::add);
        try (var client = new OipClient(at.getFirst())) {
            assertThat(isAbnormal(client, noise(1))).isFalse();
            assertThat(gateway.guard(MODEL).measuredItems()).isZero();
            assertThat(gateway.guard(MODEL).items()).isEqualTo(1);
        }
    }
}
