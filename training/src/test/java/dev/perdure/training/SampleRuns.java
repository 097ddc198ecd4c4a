package dev.perdure.training;

import dev.perdure.training.TrainingEvent.EpochEnded;
import dev.perdure.training.TrainingEvent.Restored;
import dev.perdure.training.TrainingEvent.Started;
import dev.perdure.training.TrainingEvent.StepApplied;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Made-up runs that look like real ones. */
@SuppressWarnings("NullAway") // javac drops the annotation of a compact constructor's parameter
final class SampleRuns {
    static final String SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    private static final String ENGINE = "libtorch 2.10.0 (CPU, 1 thread, channels last)";
    private static final String DATA = "sha256:4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce";

    private SampleRuns() {}

    static RunReport report(String outcome, List<RunReport.Checkpoint> checkpoints, List<Incident> incidents) {
        boolean done = outcome.equals("finished");
        return new RunReport(
                "digits",
                outcome,
                ENGINE,
                DATA,
                431_080,
                1410,
                10,
                0.0312,
                0.0621,
                0.9815,
                done ? 0.0583 : Double.NaN,
                done ? 0.984 : Double.NaN,
                done ? SHA : "",
                90_240,
                0,
                0,
                incidents.isEmpty() ? 0 : 46,
                incidents.size(),
                checkpoints,
                incidents,
                List.of(),
                ledger(),
                41.287,
                null,
                List.of());
    }

    static RunReport empty() {
        double none = Double.NaN;
        return new RunReport(
                "",
                "never started",
                "",
                "",
                0,
                0,
                0,
                none,
                none,
                none,
                none,
                none,
                "",
                0,
                0,
                0,
                0,
                0,
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                0,
                null,
                List.of());
    }

    static Map<String, Double> ledger() {
        var ledger = new LinkedHashMap<String, Double>();
        ledger.put("compute", 36.104);
        ledger.put("data", 0.212);
        ledger.put("saveStall", 0.183);
        ledger.put("restore", 0.091);
        ledger.put("redo", 1.207);
        ledger.put("idle", 3.490);
        return ledger;
    }

    static List<RunReport.Checkpoint> checkpoints(int count, int every) {
        var checkpoints = new ArrayList<RunReport.Checkpoint>();
        var random = new Random(7);
        for (int i = 1; i <= count; i++) {
            checkpoints.add(new RunReport.Checkpoint(
                    (long) i * every,
                    5_180_000 + random.nextInt(999),
                    i == 1 ? 0 : 412,
                    0.4 + random.nextDouble() * 6,
                    18 + random.nextDouble() * 12));
        }
        return checkpoints;
    }

    static Incident killed(String at) {
        return new Incident(
                at,
                "trainer-killed",
                "process 48213 ended with signal 9 (SIGKILL)",
                "started again from the newest intact checkpoint",
                "a lost process costs only the steps since its checkpoint; 1 of 20 restarts used",
                212,
                1840);
    }

    static Incident damaged(String at) {
        return new Incident(
                at,
                "checkpoint-damaged",
                "checkpoint 900: tensor conv2.weight, bytes 4096 to 8192 do not match their CRC32C",
                "took the one before it, step 800",
                "it is the newest that is whole",
                3.4,
                2210);
    }

    /** Ten epochs of 141 steps, two kills, one of them with a damaged checkpoint. */
    static List<TrainingEvent> twiceKilled() {
        var events = new ArrayList<TrainingEvent>();
        events.add(new Started(ENGINE, DATA, 9024, 976, 431_080, 1410, 141, Double.NaN));
        steps(events, 1, 523, 141);
        events.add(new Restored(500, 41, List.of()));
        steps(events, 501, 923, 141);
        events.add(new Restored(800, 87, List.of("checkpoint 900: conv2.weight")));
        steps(events, 801, 1410, 141);
        return events;
    }

    static void steps(List<TrainingEvent> events, int from, int to, int perEpoch) {
        for (int step = from; step <= to; step++) {
            events.add(step(step, perEpoch, to));
            if (step % perEpoch == 0) {
                events.add(epoch(step, perEpoch));
            }
        }
    }

    static StepApplied step(long step, int perEpoch, long steps) {
        var random = new Random(step * 31);
        double loss = trend(step) * Math.exp(random.nextGaussian() * 0.3);
        double rate = 0.05 * Math.min(1, step / 60.0) * (0.5 + 0.5 * Math.cos(Math.PI * step / 1410.0));
        return new StepApplied(
                step,
                (step - 1) / perEpoch + 1,
                loss,
                1 - loss / 3,
                rate,
                0.4 + loss * (1 + random.nextDouble()),
                64,
                16);
    }

    static double trend(long step) {
        return 0.04 + 2.26 * Math.exp(-step / 110.0) + 0.25 * Math.exp(-step / 500.0);
    }

    static EpochEnded epoch(long step, int perEpoch) {
        double loss = trend(step);
        return new EpochEnded(
                step / perEpoch, step, loss, 1 - loss / 3.1, loss + 0.03, 1 - (loss + 0.03) / 3.4, 3.9, Double.NaN);
    }
}
