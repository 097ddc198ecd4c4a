package dev.perdure.gateway;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.guard.DriftSettings;
import dev.perdure.guard.GuardPolicies;
import dev.perdure.guard.GuardPolicy;
import dev.perdure.guard.ProfileMaker;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.Preprocessing;
import dev.perdure.model.TensorSpec;
import dev.perdure.model.Tolerance;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.Tensor;
import dev.perdure.recall.Recall;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** What judging and watching cost for each request with one image of 28 by 28: a program, not a test. */
final class InputWatchTimes {
    private static final int PIXELS = 784;
    private static final int REQUESTS = 200_000;
    private static final int ROUNDS = 9;

    private InputWatchTimes() {}

    public static void main(String[] arguments) {
        ServedVersion version = version();
        List<InferRequest> requests = new ArrayList<>();
        var chance = new Random(2);
        for (int i = 0; i < 512; i++) {
            requests.add(
                    new InferRequest(version.id(), List.of(Tensor.of("image", Shape.of(1, 1, 28, 28), image(chance)))));
        }
        for (boolean guard : new boolean[] {false, true}) {
            for (boolean drift : new boolean[] {false, true}) {
                measure(version, requests, guard, drift);
            }
        }
    }

    private static void measure(ServedVersion version, List<InferRequest> requests, boolean guard, boolean drift) {
        var safeguards = new Safeguards(
                guard ? Optional.of(GuardPolicies.all(GuardPolicy.standard())) : Optional.empty(),
                drift ? Optional.of(DriftSettings.standard()) : Optional.empty(),
                List.of(),
                Recall.NOTHING);
        try (var watch = new InputWatch(safeguards, () -> List.of(version.id()), (_, _) -> {})) {
            double[] nanos = new double[ROUNDS];
            long cpuBefore = driftCpuNanos();
            long wallBefore = System.nanoTime();
            for (int round = 0; round < ROUNDS; round++) {
                long begin = System.nanoTime();
                for (int i = 0; i < REQUESTS; i++) {
                    watch.before(version, requests.get(i % requests.size()));
                }
                nanos[round] = (double) (System.nanoTime() - begin) / REQUESTS;
            }
            double share = (double) (driftCpuNanos() - cpuBefore) / (System.nanoTime() - wallBefore);
            Arrays.sort(nanos);
            System.out.printf(
                    "guard %-5s drift %-5s  %6.0f ns a request (median of %d), drift's thread %.1f %% of a core, looked at %d, left out %d%n",
                    guard,
                    drift,
                    nanos[ROUNDS / 2],
                    ROUNDS,
                    100 * share,
                    watch.drift(version).taken(),
                    watch.drift(version).leftOut());
        }
    }

    private static long driftCpuNanos() {
        var threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(info -> info != null && info.getThreadName().equals("drift"))
                .mapToLong(info -> threads.getThreadCpuTime(info.getThreadId()))
                .sum();
    }

    private static float[] image(Random chance) {
        float[] pixels = new float[PIXELS];
        for (int i = 0; i < PIXELS; i++) {
            pixels[i] = chance.nextInt(4) == 0 ? chance.nextInt(256) / 255f : 0;
        }
        return pixels;
    }

    private static ServedVersion version() {
        ProfileMaker maker = ProfileMaker.ofImages(1, 28, 28, 1);
        var chance = new Random(1);
        for (int i = 0; i < 2000; i++) {
            maker.add(image(chance));
        }
        var golden = new LinkedHashMap<String, TensorData>();
        golden.put("y", TensorData.of(Shape.of(1, 1), 0f));
        return new ServedVersion(
                ModelId.of("images", "1"),
                "nowhere",
                "0".repeat(64),
                "fake",
                new ModelSignature(
                        List.of(TensorSpec.of("image", DType.F32, 1, 28, 28)),
                        List.of(TensorSpec.of("y", DType.F32, 1))),
                List.of(),
                new GoldenSet(golden, golden, new Tolerance(0, 0)),
                Optional.empty(),
                new TrainingInputs(maker.profile(), Optional.of(new Preprocessing(List.of())), maker.reference()));
    }
}
